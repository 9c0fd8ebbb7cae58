"""A notify process on real Kafka and PostgreSQL, with a centre of its own and partners that answer on 127.0.0.1."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.error import URLError

from confluent_kafka import Consumer
from confluent_kafka import Producer as KafkaProducer

from deploy.local.layout import REPOSITORY
from schemas.codec import decode, encode
from schemas.messages.dispatching import IncidentChanged
from schemas.messages.notifying import NotificationReported
from schemas.pack.pack import CityPack
from schemas.pack.places import Centre, Commune
from schemas.pack.responders import Agency, RunCard
from schemas.vocabulary.dispatching import Engagement, IncidentEvent, NotifyOutcome, ResponderKind
from schemas.vocabulary.natures import Nature, Priority
from schemas.wire import Origin
from services.notify.store.migrate import migrate

SECRET = "a secret between two"
TRACE = "0af7651916cd43dd8448eb211c80319c"
TRACEPARENT = f"00-{TRACE}-b7ad6b7169203331-01"


@dataclass
class NotifyWorld:
    """Publishes what dispatch would, and reads what notify reports."""

    kafka: str
    database_url: str
    folder: Path
    centre: str = field(default_factory=lambda: f"9{random.randrange(10_000):04d}")
    incident: str = field(default_factory=lambda: f"incident-{uuid.uuid4().hex[:12]}")
    env: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        migrate(self.database_url)
        self._producer = KafkaProducer({"bootstrap.servers": self.kafka, "acks": "all", "linger.ms": 0})
        self._group = f"notify-{uuid.uuid4().hex[:12]}"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]

    @property
    def origin(self) -> Origin:
        """Where the events belong."""
        return Origin(centre=self.centre, commune=self.centre, pack_version=self.pack.version)

    def apply(self, *agencies: Agency) -> None:
        """Publishes a pack with these agencies."""
        card = RunCard(
            id="eclairage", natures=(Nature.LAMP_OUT,), priority=Priority.P4, engagement=Engagement.AUTOMATIC
        )
        self.pack = CityPack(
            centre=Centre(code=self.centre, name="Essai", communes=(Commune(insee=self.centre, name="Essai"),)),
            sectors=(), sites=(), devices=(), units=(), run_cards=(card,), agencies=agencies,
        )  # fmt: skip
        for part in self.pack.parts(datetime.now(UTC)):
            key, value, headers = encode(part, "vigie/test")
            self._producer.produce("packs", value, key, headers=list(headers))
        assert self._producer.flush(10) == 0

    def happen(self, event: IncidentEvent, detail: dict[str, Any], **changes: Any) -> IncidentChanged:
        """Publishes one event of the incident."""
        values: dict[str, Any] = {"nature": Nature.FIRE, "priority": Priority.P1, "id": str(uuid.uuid4())}
        values["reason"] = "test"
        message = IncidentChanged(
            origin=self.origin,
            incident_id=self.incident,
            version=1,
            event=event,
            at=datetime.now(UTC),
            actor="system",
            state={},
            detail=detail,
            **(values | changes),
        )
        self.publish(message)
        return message

    def publish(self, message: IncidentChanged) -> None:
        """Puts an event on the topic, with a trace; the same one again is a repeat."""
        key, value, headers = encode(message, "vigie/dispatch")
        self.put(key, value, [*headers, ("traceparent", TRACEPARENT.encode())])

    def put(self, key: bytes, value: bytes, headers: list[tuple[str, bytes]]) -> None:
        """Puts raw bytes on `dispatch.events`."""
        self._producer.produce("dispatch.events", value, key, headers=list(headers))
        assert self._producer.flush(10) == 0

    def hand_over(self, agency: str, **changes: Any) -> IncidentChanged:
        """A hand-over to an agency."""
        detail = {"hand_over_id": str(uuid.uuid4()), "task_id": "t", "agency": agency, "responder": "firefighters"}
        return self.happen(IncidentEvent.HAND_OVER_SENT, detail, **changes)

    def reports(self, enough: Callable[[list[NotificationReported]], bool]) -> list[NotificationReported]:
        """The distinct reports about this incident once they are `enough`, in the order of the topic."""
        found: dict[str, NotificationReported] = {}

        def take(raw: bytes | None, headers: Any) -> bool:
            report = decode(raw, headers, [NotificationReported])
            if report.incident_id == self.incident:
                found.setdefault(report.id, report)
            return enough(list(found.values()))

        self.read("notify.outcomes", take)
        return list(found.values())

    def read(self, topic: str, enough: Callable[[bytes | None, Any], bool], seconds: float = 30.0) -> None:
        """Reads a topic from its start until `enough` says so; fails the test after `seconds`."""
        config = {"bootstrap.servers": self.kafka, "group.id": uuid.uuid4().hex, "auto.offset.reset": "earliest"}
        consumer = Consumer({**config, "enable.auto.commit": False})
        consumer.subscribe([topic])
        until = time.monotonic() + seconds
        try:
            while time.monotonic() < until:
                record = consumer.poll(0.2)
                if record is None:
                    continue
                assert record.error() is None, record.error()
                if enough(record.value(), record.headers()):
                    return
        finally:
            consumer.close()
        raise AssertionError(f"{topic}: not seen within {seconds} s")

    @contextmanager
    def notify(self) -> Iterator[subprocess.Popen[bytes]]:
        """A running notify, ready; told to stop at the end unless it is gone."""
        env = {
            **os.environ,
            "KAFKA_BOOTSTRAP_SERVERS": self.kafka,
            "DATABASE_URL": self.database_url,
            "WEBHOOK_NETWORKS": "127.0.0.0/8",
            "NOTIFY_PORT": str(self._port),
            "NOTIFY_GROUP": self._group,
            "NOTIFY_RETRY_FIRST_S": "0.1",
            "NOTIFY_TEST_SECRET": SECRET,
            "TRACES_FILE": str(self.folder / "spans.jsonl"),
            **self.env,
        }
        with (self.folder / "notify.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "services.notify"], cwd=REPOSITORY, env=env, stdout=log, stderr=log
            )
        try:
            self._until_ready(process)
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) in {0, -signal.SIGKILL}, (self.folder / "notify.log").read_text()

    def spans(self, name: str) -> list[dict[str, Any]]:
        """What notify wrote to its trace file, once it has ended."""
        lines = (self.folder / "spans.jsonl").read_text().splitlines()
        return [span for span in map(json.loads, lines) if span["name"] == name]

    def _until_ready(self, process: subprocess.Popen[bytes]) -> None:
        until = time.monotonic() + 30
        url = f"http://127.0.0.1:{self._port}/health/ready"
        while time.monotonic() < until and process.poll() is None:
            try:
                with urllib.request.urlopen(url, timeout=1):
                    return
            except (URLError, TimeoutError, ConnectionError):
                time.sleep(0.05)
        raise AssertionError("notify is not ready:\n" + (self.folder / "notify.log").read_text())


def agency(name: str, address: str) -> Agency:
    """A partner with a webhook at host:port."""
    return Agency(
        id=name,
        name=name,
        kind=ResponderKind.FIREFIGHTERS,
        webhook_url=f"http://{address}/{name}",
        secret_ref="env:NOTIFY_TEST_SECRET",
    )


def settled(reports: list[NotificationReported]) -> bool:
    """True once one of the reports is final."""
    return any(report.outcome is not NotifyOutcome.RETRYING for report in reports)
