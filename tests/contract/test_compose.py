"""docker-compose.yml has the same parts as the embedded stack, and what it gives them is what they read."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

import pytest
import yaml

from deploy.local.doors import Doors, IngestDoors
from deploy.local.layout import REPOSITORY, Layout
from deploy.local.services import Endpoints, ServiceParts
from services.chassis.settings import ProcessSettings
from services.dispatch.domain.access import Role
from services.dispatch.identity.settings import OidcSettings
from services.dispatch.settings import DispatchSettings
from services.ingest.settings import IngestSettings
from services.notify.settings import NotifySettings
from services.triage.settings import CorrelationSettings, ScreeningSettings
from tests.guides import LANGUAGES, commands

DOORS = Doors(
    "127.0.0.1",
    (8100, 8110),
    ingest=8101,
    dc09=12309,
    screening=8102,
    correlation=8103,
    notify=8104,
    more_ingests=(IngestDoors(8111, 12319),),
)
EMBEDDED = ServiceParts(
    layout=Layout(REPOSITORY / "var", REPOSITORY / "var" / "cache"),
    doors=DOORS,
    endpoints=Endpoints("kafka:9092", "postgresql://", "mqtt://"),
    embedded=("kafka", "postgres", "mqtt"),
    city="metz",
)
ALSO_TWICE = {"correlation-2"}
"""The embedded stack has one of these, and of screening and notify, which are one service with two replicas here."""
FILES = ("docker-compose.yml", "docker-compose.observability.yml", "docker-compose.identity.yml")
SETTINGS: dict[str, tuple[type[Any], ...]] = {
    "dispatch": (DispatchSettings, OidcSettings),
    "ingest": (IngestSettings,),
    "screening": (ScreeningSettings,),
    "correlation": (CorrelationSettings,),
    "notify": (NotifySettings,),
}
STEPS = ("topics", "migrate-dispatch", "migrate-notify", "pack")


def services_of(file: str) -> dict[str, Any]:
    """One file's services, anchors resolved."""
    content: dict[str, Any] = yaml.safe_load((REPOSITORY / file).read_text())["services"]
    return content


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The services without what an identity provider or the observers add."""
    return services_of("docker-compose.yml")


def test_the_same_parts_as_the_embedded_stack(compose: dict[str, Any]) -> None:
    """A service that is added to one way of starting Vigie is added to the other."""
    assert set(compose) == {"kafka", "postgres", "mqtt", *(part.name for part in EMBEDDED.parts()), *ALSO_TWICE}


@pytest.mark.parametrize("part", EMBEDDED.parts(), ids=lambda part: part.name)
def test_the_same_order(compose: dict[str, Any], part: Any) -> None:
    """What a part waits for in the embedded stack it waits for in containers, directly or through another."""

    def needs(name: str) -> set[str]:
        direct = set(compose[name].get("depends_on", {}))
        return direct.union(*(needs(other) for other in direct)) if direct else set()

    assert set(part.after) <= needs(part.name)


def test_doors_are_open_on_this_machine_only(compose: dict[str, Any]) -> None:
    """No door is published to the network by default."""
    published = [port for service in compose.values() for port in service.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_services_have_no_rights_they_do_not_need(compose: dict[str, Any]) -> None:
    """Vigie's own containers are read-only, without capabilities."""
    own = [service for service in compose.values() if "build" in service]
    assert own
    assert all(service["read_only"] and service["cap_drop"] == ["ALL"] for service in own)


@pytest.mark.parametrize("file", FILES)
def test_every_variable_is_a_setting(file: str) -> None:
    """A misspelt variable would be ignored in silence; what all are given is read by one of them at least."""
    fields = {
        name: {field.upper() for kind in kinds for field in kind.model_fields} for name, kinds in SETTINGS.items()
    }
    common = set(yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())["x-environment"])
    assert common <= set().union(*fields.values())
    for name, service in services_of(file).items():
        own = set(service.get("environment", {})) - common
        kind = name.removesuffix("-2")
        if kind in fields:
            assert own <= fields[kind], name
        elif name in STEPS:
            assert own <= {"DISPATCH_SERVICE_TOKEN"}, name


def test_an_administrator_sets_the_provider_by_the_file_of_keys(compose: dict[str, Any]) -> None:
    """Every setting of the provider reaches both dispatch processes from `--env-file`; unset is the default."""
    wanted = {name.upper() for name in set(OidcSettings.model_fields) - set(ProcessSettings.model_fields)}
    assert "OIDC_ISSUER" in wanted
    for name in ("dispatch", "dispatch-2"):
        given = compose[name]["environment"]
        assert {key: given.get(key) for key in wanted} == {key: f"${{{key}:-}}" for key in wanted}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_guide_sets_up_a_provider_that_dispatch_takes(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lines of the guide, as Compose hands them on with the rest empty, are settings of the provider."""
    [block] = [block.body for block in commands(language) if "OIDC_ISSUER=" in block.body]
    told = dict(line.split("=", 1) for line in block.splitlines() if re.match(r"[A-Z_]+=", line))
    for name in (name.upper() for name in OidcSettings.model_fields):
        monkeypatch.setenv(name, told.get(name, "").strip("'"))
    assert {name for name in told if name.startswith("OIDC_")} <= {name.upper() for name in OidcSettings.model_fields}
    settings = OidcSettings()
    assert settings.oidc_issuer == told["OIDC_ISSUER"]
    assert settings.oidc_roles["vigie-operateur"] is Role.OPERATOR
    assert settings.oidc_audience == "vigie-api"


def test_two_processes_of_each_service(compose: dict[str, Any]) -> None:
    """No service hangs on one process; those that have something of their own are told apart."""
    for name in SETTINGS:
        assert f"{name}-2" in compose or compose[name]["deploy"]["replicas"] == 2
    for name, own in (
        ("dispatch", "DISPATCH_PORT"),
        ("ingest", "INGEST_MQTT_CLIENT_ID"),
        ("correlation", "CORRELATION_INSTANCE"),
    ):
        first, second = compose[name], compose[f"{name}-2"]
        assert first["environment"].get(own) != second["environment"][own]
        assert first["volumes"] != second["volumes"]
    published = [port.split(":")[1:] for service in compose.values() for port in service.get("ports", [])]
    assert len({(port, inside.partition("/")[2]) for port, inside in published}) == len(published)


def test_addresses_lead_to_processes(compose: dict[str, Any]) -> None:
    """Doors, the health page's peers and Prometheus' targets are the processes of this file, at their ports."""
    processes = {
        f"vigie-{name}-{number}" if "deploy" in compose[name] else name: name
        for name in compose
        for number in (1, 2)
        if name.removesuffix("-2") in SETTINGS
    }
    given = compose["dispatch"]["environment"]
    targets = json.loads((REPOSITORY / "deploy" / "observability" / "targets" / "vigie.json").read_text())
    scraped = [target for group in targets for target in group["targets"]]
    peers = [url.removeprefix("http://") for url in json.loads(given["VIGIE_PEERS"]).values()]
    assert sorted(scraped) == sorted(peers)
    assert {peer.split(":")[0] for peer in peers} == set(processes)
    for address in (*peers, *(url.removeprefix("http://") for url in given["DISPATCH_URLS"].split(","))):
        host, port = address.split(":")
        assert int(port) in {v for key, v in compose[processes[host]]["environment"].items() if key.endswith("_PORT")}


@pytest.mark.parametrize("file", FILES)
def test_images_are_named_to_the_patch(file: str) -> None:
    """What is built today is what is built tomorrow; the provider is the one that the tests run with."""
    others = [s["image"] for s in services_of(file).values() if "image" in s and "build" not in s]
    assert others
    two = r"postgres:\d+\.\d+-[a-z]+"  # PostgreSQL counts major and minor only
    assert all(re.fullmatch(rf"{two}|[a-z/-]+:v?\d+\.\d+\.\d+", image) for image in others)
    wanted = tomllib.loads((REPOSITORY / "deploy" / "local" / "keycloak" / "keycloak.toml").read_text())["version"]
    assert all(image.endswith(f":{wanted}") for image in others if "keycloak" in image)
