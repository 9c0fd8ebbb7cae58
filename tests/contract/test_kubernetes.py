"""What no schema can see in the Kubernetes set: that its parts fit each other, the settings and the measurements."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.local.layout import REPOSITORY
from services.dispatch.identity.settings import OidcSettings
from services.dispatch.settings import DatabaseSettings, DispatchSettings
from services.ingest.settings import IngestSettings
from services.notify.settings import NotifySettings
from services.triage.settings import CorrelationSettings, ScreeningSettings

FOLDER = REPOSITORY / "deploy" / "kubernetes"
SETS = sorted(FOLDER.rglob("kustomization.yaml"))
SERVICES = ("dispatch", "ingest", "screening", "correlation", "notify")
SETTINGS: dict[str, tuple[type[Any], ...]] = {
    "dispatch": (DispatchSettings, OidcSettings),
    "ingest": (IngestSettings,),
    "screening": (ScreeningSettings,),
    "correlation": (CorrelationSettings,),
    "notify": (NotifySettings,),
    "topics": (ScreeningSettings,),
    "migrate-dispatch": (DatabaseSettings,),
    "migrate-notify": (NotifySettings,),
    "pack": (),
}
PORTS = {
    "dispatch": {DispatchSettings.model_fields["dispatch_port"].default},
    "ingest": {IngestSettings.model_fields[f"ingest_{door}_port"].default for door in ("http", "dc09")},
    "screening": {ScreeningSettings.model_fields["screening_port"].default},
    "correlation": {CorrelationSettings.model_fields["correlation_port"].default},
    "notify": {NotifySettings.model_fields["notify_port"].default},
}
FOR_TOOLS = {"VIGIE_VAR"}
"""What the command line reads, which has no settings object."""
NAME = "app.kubernetes.io/name"
Resource = dict[str, Any]


def resources_of(kustomization: Path) -> list[Resource]:
    """All resources that a kustomization leads to."""
    found: list[Resource] = []
    for name in yaml.safe_load(kustomization.read_text())["resources"]:
        path = kustomization.parent / name
        if path.is_dir():
            found += resources_of(path / "kustomization.yaml")
        else:
            found += list(yaml.safe_load_all(path.read_text()))
    return found


ALL = resources_of(FOLDER / "overlays" / "metz" / "kustomization.yaml")
WORKLOADS = {r["metadata"]["name"]: r for r in ALL if r["kind"] in ("Deployment", "StatefulSet", "Job")}


def pod(name: str) -> Any:
    """The pod's specification of a workload."""
    return WORKLOADS[name]["spec"]["template"]["spec"]


def container(name: str) -> Any:
    """Its one container."""
    [only] = pod(name)["containers"]
    return only


def labels(name: str) -> dict[str, str]:
    """The labels of its pods, with what the kustomization adds."""
    return {**WORKLOADS[name]["spec"]["template"]["metadata"]["labels"], "app.kubernetes.io/part-of": "vigie"}


def named(kind: str) -> dict[str, Resource]:
    """Resources of one kind by name."""
    return {r["metadata"]["name"]: r for r in ALL if r["kind"] == kind}


def selects(selector: dict[str, Any], name: str) -> bool:
    """Whether a label selector takes a workload's pods."""
    held = labels(name)
    if WORKLOADS[name]["kind"] == "StatefulSet":
        wanted = selector.get("matchLabels", {}).get("statefulset.kubernetes.io/pod-name", "")
        replicas = WORKLOADS[name]["spec"]["replicas"]
        if wanted in {f"{name}-{index}" for index in range(replicas)}:
            held["statefulset.kubernetes.io/pod-name"] = wanted
    exact = all(held.get(key) == value for key, value in selector.get("matchLabels", {}).items())
    assert all(rule["operator"] == "In" for rule in selector.get("matchExpressions", []))
    return exact and all(held.get(rule["key"]) in rule["values"] for rule in selector.get("matchExpressions", []))


def fields(kinds: tuple[type[Any], ...]) -> set[str]:
    """The variables that settings read; a secret's may also name a file."""
    found = {name.upper() for kind in kinds for name in kind.model_fields}
    secret = {
        name.upper() + "_FILE"
        for kind in kinds
        for name, field in kind.model_fields.items()
        if "SecretStr" in str(field.annotation)
    }
    return found | secret


def shared(folder: str = "base") -> dict[str, str]:
    """The settings that all processes read."""
    lines = (FOLDER / folder / "settings.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def environment(name: str) -> dict[str, str]:
    """What a workload's container is given, values that are not looked up elsewhere."""
    own = {entry["name"]: entry.get("value", entry.get("valueFrom")) for entry in container(name).get("env", [])}
    common = {**shared(), **shared("overlays/metz")} if "envFrom" in container(name) else {}
    return {**common, **own}


@pytest.mark.parametrize("kustomization", SETS, ids=lambda path: path.parent.name)
def test_every_file_is_named_and_every_name_is_a_file(kustomization: Path) -> None:
    """A file that nobody names would not be applied, and a name without a file would break the set."""
    content = yaml.safe_load(kustomization.read_text())
    named_here = [*content["resources"], *(file for one in content["configMapGenerator"] for file in one["envs"])]
    assert all((kustomization.parent / name).exists() for name in named_here)
    files = {path.name for path in kustomization.parent.iterdir() if path.name != "kustomization.yaml"}
    assert files == {name for name in named_here if "/" not in name}


def test_the_same_services_as_everywhere() -> None:
    """A service that is added to Vigie is added to this set."""
    services = [name for name in WORKLOADS if labels(name)["app.kubernetes.io/component"] == "service"]
    assert sorted(services) == sorted(SERVICES)
    assert set(WORKLOADS) == set(SETTINGS)


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_every_variable_is_a_setting(name: str) -> None:
    """A misspelt variable would be ignored in silence."""
    given = {entry["name"] for entry in container(name).get("env", [])}
    assert given <= fields(SETTINGS[name]) | (FOR_TOOLS if name == "pack" else set())


def test_every_shared_variable_is_some_services_setting() -> None:
    """Likewise for the settings that all share, and an overlay changes or adds nothing else."""
    known = fields(tuple({kind for kinds in SETTINGS.values() for kind in kinds}))
    assert set(shared()) | set(shared("overlays/metz")) <= known


@pytest.mark.parametrize("name", SERVICES)
def test_the_settings_are_accepted(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each service starts with what it is given: its own settings take every value."""
    secret = tmp_path / "secret"
    secret.write_text("x" * 32)
    for variable, value in environment(name).items():
        text = value if isinstance(value, str) else "stands-in"
        monkeypatch.setenv(variable, str(secret) if variable.endswith("_FILE") else text)
    for kind in SETTINGS[name]:
        kind()


@pytest.mark.parametrize("name", SERVICES)
def test_ports_are_those_of_the_settings(name: str) -> None:
    """Container, probes, services and variables name the same doors."""
    assert {port["containerPort"] for port in container(name)["ports"]} == PORTS[name]
    names = {port["name"] for port in container(name)["ports"]}
    own = [s["spec"] for s in named("Service").values() if selects({"matchLabels": s["spec"]["selector"]}, name)]
    assert own
    for port in (port for service in own for port in service["ports"]):
        assert port["targetPort"] in names
        assert port["port"] in PORTS[name]
    variables = {value for key, value in environment(name).items() if key.endswith("_PORT")}
    assert variables == {str(port) for port in PORTS[name]}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_watched_and_never_wholly_away(name: str) -> None:
    """Probes of all three kinds, two processes apart from each other, one at a time taken away, time to drain."""
    own = container(name)
    assert own["livenessProbe"]["httpGet"] == {"path": "/health/live", "port": "http"}
    assert own["readinessProbe"]["httpGet"] == {"path": "/health/ready", "port": "http"}
    assert own["startupProbe"]["failureThreshold"] * own["startupProbe"]["periodSeconds"] >= 60
    spec = WORKLOADS[name]["spec"]
    assert spec["replicas"] >= 2
    spread = {rule["topologyKey"]: rule for rule in pod(name)["topologySpreadConstraints"]}
    assert spread["kubernetes.io/hostname"]["whenUnsatisfiable"] == "DoNotSchedule"
    assert all(selects(rule["labelSelector"], name) for rule in spread.values())
    [budget] = [b["spec"] for b in named("PodDisruptionBudget").values() if selects(b["spec"]["selector"], name)]
    assert budget["maxUnavailable"] < spec["replicas"]
    if WORKLOADS[name]["kind"] == "Deployment":
        assert spec["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    else:
        assert spec["updateStrategy"]["type"] == "RollingUpdate"
        assert named("Service")[spec["serviceName"]]["spec"]["clusterIP"] == "None"
    assert pod(name)["terminationGracePeriodSeconds"] >= 30


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_nothing_has_rights_it_does_not_need(name: str) -> None:
    """No root, no capability, no writing but into named folders, no token of the cluster, no variables by surprise."""
    spec, own = pod(name), container(name)
    assert not spec["automountServiceAccountToken"]
    assert not spec["enableServiceLinks"], "a Service named dispatch would set DISPATCH_PORT"
    context = spec["securityContext"]
    assert context["runAsNonRoot"]
    assert context["runAsUser"] == context["fsGroup"] == 10001
    assert context["seccompProfile"] == {"type": "RuntimeDefault"}
    assert own["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert set(own["resources"]["requests"]) == {"cpu", "memory"}
    assert set(own["resources"]["limits"]) == {"memory"}


@pytest.mark.parametrize("name", SERVICES)
def test_memory_is_what_a_storm_took(name: str) -> None:
    """What is asked for holds the measured peak, and the limit twice the measured peak."""
    peak = json.loads((REPOSITORY / "bench" / "results" / "storm.json").read_text())["peak_rss_mb"][name]
    resources = container(name)["resources"]
    assert megabytes(resources["requests"]["memory"]) >= peak
    assert megabytes(resources["limits"]["memory"]) >= 2 * peak


def megabytes(quantity: str) -> float:
    """Of `512Mi` or `1Gi`."""
    number, unit = re.fullmatch(r"(\d+)(Mi|Gi)", quantity).groups()  # type: ignore[union-attr]
    return int(number) * {"Mi": 2**20, "Gi": 2**30}[unit] / 1e6


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_every_selector_matches_its_own(name: str) -> None:
    """A workload selects its own pods, and mounts nothing that is not there."""
    spec = WORKLOADS[name]["spec"]
    if "selector" in spec:
        assert [other for other in WORKLOADS if selects(spec["selector"], other)] == [name]
    volumes = {volume["name"] for volume in pod(name)["volumes"]}
    claims = {claim["metadata"]["name"] for claim in spec.get("volumeClaimTemplates", [])}
    assert {mount["name"] for mount in container(name)["volumeMounts"]} == volumes | claims
    mounted = [mount["mountPath"] for mount in container(name)["volumeMounts"]]
    files = [value for key, value in environment(name).items() if key.endswith(("_FILE", "_DIR", "_LOCATION"))]
    assert all(any(Path(file).is_relative_to(folder) for folder in mounted) for file in files)


@pytest.mark.parametrize("service", sorted(named("Service")))
def test_every_service_leads_somewhere(service: str) -> None:
    """The pods of exactly one workload stand behind each."""
    selector = {"matchLabels": named("Service")[service]["spec"]["selector"]}
    assert len([name for name in WORKLOADS if selects(selector, name)]) == 1


def test_what_must_outlive_a_process_has_a_volume() -> None:
    """The journal of acknowledged signals is on a volume of each process, which is kept whatever is deleted."""
    spec = WORKLOADS["ingest"]["spec"]
    [claim] = spec["volumeClaimTemplates"]
    assert claim["spec"]["accessModes"] == ["ReadWriteOnce"]
    assert spec["persistentVolumeClaimRetentionPolicy"] == {"whenDeleted": "Retain", "whenScaled": "Retain"}
    assert {"name": "state", "mountPath": "/var/lib/vigie"} in container("ingest")["volumeMounts"]
    assert "VIGIE_STATE_DIR=/var/lib/vigie" in (REPOSITORY / "deploy" / "Dockerfile").read_text()


def test_addresses_lead_to_services_and_processes() -> None:
    """Doors and peers are those of this set: each service, each process of a set, at its port."""
    urls = [*shared()["DISPATCH_URLS"].split(","), *json.loads(shared()["VIGIE_PEERS"]).values()]
    services = named("Service")
    for url in urls:
        host, port = re.fullmatch(r"http://([a-z0-9.-]+):(\d+)", url).groups()  # type: ignore[union-attr]
        process, _, service = host.rpartition(".")
        assert int(port) in {one["port"] for one in services[service]["spec"]["ports"]}
        if process:
            name, _, index = process.rpartition("-")
            assert WORKLOADS[name]["spec"]["serviceName"] == service
            assert int(index) < WORKLOADS[name]["spec"]["replicas"]
    doors = [name for name in services if re.fullmatch(r"dispatch-\d+", name)]
    assert len(doors) == WORKLOADS["dispatch"]["spec"]["replicas"] == len(shared()["DISPATCH_URLS"].split(","))
    backends = {
        path["backend"]["service"]["name"]
        for ingress in named("Ingress").values()
        for rule in ingress["spec"]["rules"]
        for path in rule["http"]["paths"]
    }
    assert backends == {*doors, "devices"}


def policies(direction: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Whom each rule is for, and the rule."""
    found = [policy["spec"] for policy in named("NetworkPolicy").values()]
    return [(spec["podSelector"], rule) for spec in found for rule in spec.get(direction, [])]


def test_nobody_speaks_to_nobody_unless_a_policy_says_so() -> None:
    """One policy takes every pod in both directions and allows nothing."""
    spec = named("NetworkPolicy")["nobody-to-nobody"]["spec"]
    assert spec["policyTypes"] == ["Ingress", "Egress"]
    assert "ingress" not in spec
    assert "egress" not in spec
    assert all(selects(spec["podSelector"], name) for name in WORKLOADS)


def test_policies_name_what_is_there() -> None:
    """Each selects existing pods and, where it names pods or ports, existing ones: a misspelt one allows nothing."""
    for spec in (policy["spec"] for policy in named("NetworkPolicy").values()):
        selectors = [spec["podSelector"]]
        rules = [*spec.get("ingress", []), *spec.get("egress", [])]
        selectors += [
            peer["podSelector"]
            for rule in rules
            for peer in (*rule.get("from", []), *rule.get("to", []))
            if "podSelector" in peer
        ]
        for selector in selectors:
            assert any(selects(selector, name) for name in WORKLOADS)
            for expression in selector.get("matchExpressions", []):
                assert set(expression["values"]) <= set(WORKLOADS)
        target = [name for name in WORKLOADS if selects(spec["podSelector"], name)]
        names = {port["name"] for name in target for port in container(name).get("ports", [])}
        assert {port["port"] for rule in spec.get("ingress", []) for port in rule["ports"]} <= names


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_who_is_given_an_address_may_speak_to_it(name: str) -> None:
    """Kafka, PostgreSQL, MQTT: whoever has the secret that opens it has the way to it, and nobody else."""
    reached = {
        peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]
        for selector, rule in policies("egress")
        if selects(selector, name)
        for peer in rule.get("to", [])
        if "namespaceSelector" in peer
    }
    secrets = {volume["secret"]["secretName"] for volume in pod(name)["volumes"] if "secret" in volume}
    migrates = name.startswith("migrate-")  # their settings want the password's file; they speak to PostgreSQL alone
    assert ("kafka" in reached) == ("vigie-kafka" in secrets and not migrates)
    assert ("postgres" in reached) == ("vigie-database" in secrets)
    assert ("mqtt" in reached) == ("MQTT_URL" in environment(name))


def test_secrets_are_named_and_never_written() -> None:
    """No Secret is in the set; the README names each one that is asked for, with its keys."""
    assert not named("Secret")
    text = (FOLDER / "README.md").read_text()
    asked = {v["secret"]["secretName"] for name in WORKLOADS for v in pod(name)["volumes"] if "secret" in v}
    assert all(f"`{secret}`" in text for secret in asked | {"vigie-mqtt"})
    keys = {Path(value).name for name in WORKLOADS for key, value in environment(name).items() if key.endswith("_FILE")}
    assert all(f"`{key}`" in text for key in keys)


def test_images_are_of_this_version() -> None:
    """Every image is one of the Dockerfile's, with the version of the project and never `latest`."""
    version = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["version"]
    images = {container(name)["image"] for name in WORKLOADS}
    assert images == {f"vigie-{service}:{version}" for service in ("dispatch", "ingest", "triage", "notify")}
    overlay = yaml.safe_load((FOLDER / "overlays" / "metz" / "kustomization.yaml").read_text())["images"]
    assert {f"{one['name']}:{one['newTag']}" for one in overlay} == images


def test_the_roll_out_reaches_every_service() -> None:
    """The script names all services, dispatch first, since the others wait for the city that it is given."""
    script = (FOLDER / "roll-out.sh").read_text()
    [order] = re.findall(r"^for service in (.*); do$", script, re.MULTILINE)
    assert sorted(order.split()) == sorted(SERVICES)
    assert order.split()[0] == "dispatch"
