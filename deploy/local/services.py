"""The process list of Vigie itself: which command, which port, what must be ready before."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from deploy.local.doors import Doors, dispatch_name, ingest_name
from deploy.local.health import http_body, http_ready
from deploy.local.layout import REPOSITORY, Layout
from deploy.local.part import Part
from services.chassis.logs import LIBRARY

BESIDE = 5
"""The niceness of what urgent alarms do not wait for: a third of a busy processor."""
SHOWN_LEVELS = ("warning", "error", "critical")
SHOWN_FIELDS = ("reason", "error", "detail", "topic", "device", "recipient")


@dataclass(frozen=True)
class Endpoints:
    """Where the parts that hold state are, embedded or the user's own."""

    kafka: str
    database: str
    mqtt: str
    ingest_mqtt: str = ""
    """The broker's URL with ingest's user and password, where it asks for them."""


@dataclass(frozen=True)
class ServiceParts:
    """What is needed to describe the steps and services."""

    layout: Layout
    doors: Doors
    endpoints: Endpoints
    embedded: tuple[str, ...]
    """Names of the embedded parts of this run, which services wait for."""
    city: str
    overlay: str | None = None
    log_level: str = "INFO"
    secrets: Mapping[str, str] = field(default_factory=dict)
    secrets_dir: Path | None = None
    extracts_dir: Path | None = None
    kill_hung: bool = True
    """False where processes are stopped on purpose for longer than a hung one may live."""
    faults_dir: Path | None = None
    access: Mapping[str, str] = field(default_factory=dict)
    """What dispatch knows people by, for dispatch alone; the pack's step gets the service token of it."""

    def parts(self) -> list[Part]:
        """Steps and services, in no particular order: `after` says what waits for what."""
        return [*self._steps(), *self._dispatches(), *self._ingests(), *self._others()]

    def _steps(self) -> Iterator[Part]:
        python = sys.executable
        kafka = tuple(name for name in self.embedded if name.startswith("kafka"))
        yield self._step("topics", (python, "-m", "schemas.topics", "create"), after=kafka)
        yield self._step("migrate-dispatch", (python, "-m", "services.dispatch", "migrate"), after=("postgres",))
        yield self._step("migrate-notify", (python, "-m", "services.notify", "migrate"), after=("postgres",))
        overlay = ("--overlay", self.overlay) if self.overlay else ()
        apply = (python, "-m", "cli", "pack", "apply", f"deploy/cities/{self.city}", *overlay)
        apply = (*apply, "--dispatch", self.doors.dispatch_urls[0])
        token = {name: value for name, value in self.access.items() if name == "DISPATCH_SERVICE_TOKEN"}
        yield self._step("pack", apply, after=("dispatch",), env=token)

    def _dispatches(self) -> Iterator[Part]:
        for index, port in enumerate(self.doors.dispatch):
            name = dispatch_name(index)
            after = ("topics", "migrate-dispatch")
            own = {
                "DISPATCH_PORT": str(port),
                "DISPATCH_PUBLIC_URLS": ",".join(self.doors.dispatch_urls),
                "VIGIE_PAGES_DIR": str(REPOSITORY / "web" / "dist"),
                **self.access,
            }
            part = self._service(name, "services.dispatch", port, after, own)
            yield replace(part, gives_way=len(self.doors.dispatch) > 1)

    def _ingests(self) -> Iterator[Part]:
        for index, ports in enumerate(self.doors.ingests):
            name = ingest_name(index)
            own = {
                "INGEST_HTTP_PORT": str(ports.http),
                "INGEST_DC09_PORT": str(ports.dc09),
                # A session each: the broker would throw out one of two that call themselves the same.
                "INGEST_MQTT_CLIENT_ID": f"vigie-{name}",
                "INGEST_SIGNATURES_FILE": str(self.layout.state(ingest_name(0)) / "signatures.sqlite"),
                "MQTT_URL": self.endpoints.ingest_mqtt or self.endpoints.mqtt,
            }
            part = self._service(name, "services.ingest", ports.http, ("topics", "mqtt"), own)
            yield replace(part, gives_way=len(self.doors.ingests) > 1)

    def _others(self) -> Iterator[Part]:
        doors = self.doors
        # Urgent alarms pass beside triage, and are on the tablet before notify has anything to tell.
        for name, port in (("screening", doors.screening), ("correlation", doors.correlation)):
            part = self._service(name, f"services.triage {name}", port, ("topics",))
            yield replace(part, niceness=BESIDE, gives_way=True)
        notify = self._service("notify", "services.notify", doors.notify, ("topics", "migrate-notify"))
        yield replace(notify, niceness=BESIDE, gives_way=True)

    def _service(
        self,
        name: str,
        module: str,
        port: int,
        after: tuple[str, ...],
        env: dict[str, str] | None = None,
    ) -> Part:
        return Part(
            name=name,
            command=(sys.executable, "-m", *module.split()),
            after=after,
            env={**self.environment(name), **(env or {})},
            ready=http_ready(self.doors.health(port)),
            alive=http_ready(self.doors.alive(port)) if self.kill_hung else None,
            why_not_ready=http_body(self.doors.health(port)),
            show=concise,
        )

    def _step(
        self, name: str, command: tuple[str, ...], after: tuple[str, ...], env: Mapping[str, str] | None = None
    ) -> Part:
        given = {**self.environment(name), **(env or {})}
        return Part(name=name, command=command, after=after, env=given, once=True, show=nothing)

    def environment(self, process: str) -> dict[str, str]:
        """What a process reads (the contract of the services' settings)."""
        doors = self.doors
        return {
            "KAFKA_BOOTSTRAP_SERVERS": self.endpoints.kafka,
            "DATABASE_URL": self.endpoints.database,
            "MQTT_URL": self.endpoints.mqtt,
            "BIND_HOST": doors.host,
            "INGEST_HTTP_PORT": str(doors.ingest),
            "INGEST_DC09_PORT": str(doors.dc09),
            "DISPATCH_PORT": str(doors.dispatch[0]),
            "DISPATCH_URLS": ",".join(doors.dispatch_urls),
            "DISPATCH_PUBLIC_URL": doors.dispatch_urls[0],
            "SCREENING_PORT": str(doors.screening),
            "CORRELATION_PORT": str(doors.correlation),
            "NOTIFY_PORT": str(doors.notify),
            # The demo's partners listen on this machine; elsewhere a pack that leads inside is refused.
            "WEBHOOK_NETWORKS": "127.0.0.0/8,::1/128",
            "VIGIE_PEERS": json.dumps(doors.peers()),
            "TRACES_FILE": str(self.layout.traces / f"{process}.jsonl"),
            "VIGIE_VAR": str(self.layout.var),
            "VIGIE_STATE_DIR": str(self.layout.state(process)),
            "VIGIE_SECRETS_DIR": str(self.secrets_dir or self.layout.secrets),
            "VIGIE_EXTRACTS_DIR": str(self.extracts_dir or self.layout.extracts),
            "VIGIE_TILES_DIR": str(self.layout.tiles),
            "VIGIE_FAULTS_DIR": str(self.faults_dir / process) if self.faults_dir else "",
            "LOG_LEVEL": self.log_level,
            "PYTHONPATH": str(REPOSITORY),
            "PYTHONUNBUFFERED": "1",
            **self.secrets,
        }


def nothing(line: str) -> str | None:
    """A step's output is for its log file; its last words are shown if it fails."""
    return None


def concise(line: str) -> str | None:
    """Of a JSON log line: the event, from level warning on; other lines as they are.

    What a library says stays in the log file, unless it bears an exception: while a broker is away Kafka's clients
    repeat it, and the supervisor and the service say so themselves.
    """
    try:
        entry = json.loads(line)
    except json.JSONDecodeError:
        return line
    if not isinstance(entry, dict):
        return line
    level = str(entry.get("level", "info")).lower()
    failed = str(entry.get("exception", "")).splitlines()[-1:]
    if level not in SHOWN_LEVELS or (entry.get("event") == LIBRARY and not failed):
        return None
    details = (f"{name}={entry[name]}" for name in SHOWN_FIELDS if entry.get(name) is not None)
    return " ".join((level, str(entry.get("event", line)), *details, *failed))
