"""Screening and correlation as processes on a real broker, with a folder of their own, killed at will."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer, KafkaError, Message, Producer, TopicPartition

from deploy.local.layout import REPOSITORY
from schemas.codec import encode
from schemas.wire import Message as WireMessage

WAIT_S = 60.0


@dataclass
class TriageWorld:
    """Writes what ingest and dispatch would, reads what triage says."""

    kafka: str
    folder: Path
    env: dict[str, str] = field(default_factory=dict)

    def send(self, topic: str, messages: Iterable[WireMessage], headers: list[tuple[str, bytes]] | None = None) -> None:
        """Writes all and waits until the broker has them."""
        self.send_raw(topic, [self.encoded(message, headers) for message in messages])

    def encoded(self, message: WireMessage, headers: list[tuple[str, bytes]] | None = None) -> Any:
        """Key, value, headers of a record as ingest writes it."""
        key, value, own = encode(message, "vigie/test")
        return key, value, [*own, *(headers or [])]

    def send_raw(self, topic: str, records: Iterable[Any]) -> None:
        """Writes (key, value, headers[, timestamp in ms]) records and waits until the broker has them."""
        producer = Producer({"bootstrap.servers": self.kafka, "acks": "all", "enable.idempotence": True})
        failures: list[KafkaError] = []
        for key, value, headers, *at in records:
            more = {"timestamp": at[0]} if at else {}
            while True:
                try:
                    producer.produce(
                        topic,
                        value,
                        key,
                        headers=headers,
                        on_delivery=lambda error, _: failures.append(error) if error else None,
                        **more,
                    )
                    break
                except BufferError:
                    producer.poll(0.05)
            producer.poll(0)
        assert producer.flush(30) == 0, "records without an answer"
        assert not failures

    def read(self, topic: str, until: Callable[[list[Message]], bool] | None = None) -> list[Message]:
        """All records of a topic, from its start up to its end, and on until `until` says that it is enough."""
        settings = {"enable.partition.eof": True, "fetch.wait.max.ms": 20}
        reader = Consumer({"bootstrap.servers": self.kafka, "group.id": "triage-world", **settings})
        try:
            partitions = reader.list_topics(topic, timeout=10).topics[topic].partitions
            reader.assign([TopicPartition(topic, number, 0) for number in partitions])
            records: list[Message] = []
            waiting, deadline = set(partitions), time.monotonic() + WAIT_S
            while waiting or (until is not None and not until(records)):
                assert time.monotonic() < deadline, f"{topic}: waited {WAIT_S} s, {len(records)} records"
                for message in reader.consume(1000, 0.1):
                    error = message.error()
                    if error is None:
                        records.append(message)
                    elif error.code() == KafkaError._PARTITION_EOF:
                        waiting.discard(message.partition())
            return records
        finally:
            reader.close()

    @contextmanager
    def process(self, name: str, **env: str) -> "Iterator[TriageProcess]":
        """A running process, ready; killed at the end if it still lives."""
        running = self.start(name, **env)
        try:
            running.until_ready()
            yield running
        finally:
            running.kill()

    def start(self, name: str, **env: str) -> "TriageProcess":
        """A process that has just been started."""
        log = self.folder / f"{name}-{uuid.uuid4().hex[:6]}.log"
        settings = {
            "KAFKA_BOOTSTRAP_SERVERS": self.kafka,
            "VIGIE_STATE_DIR": str(self.folder / "state"),
            f"{name.upper()}_PORT": "0",
            "PYTHONPATH": str(REPOSITORY),
        }
        with log.open("wb") as output:
            process = subprocess.Popen(
                (sys.executable, "-m", "services.triage", name),
                cwd=self.folder,
                env={**os.environ, **settings, **self.env, **env},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        return TriageProcess(name, process, log)


@dataclass
class TriageProcess:
    """One process and its log."""

    name: str
    process: "subprocess.Popen[bytes]"
    log: Path

    def events(self) -> list[dict[str, Any]]:
        """The log lines so far."""
        with self.log.open("rb") as lines:
            return [json.loads(line) for line in lines if line.startswith(b"{") and line.endswith(b"}\n")]

    def until_logged(self, event: str) -> dict[str, Any]:
        """The first line of that event."""
        deadline = time.monotonic() + WAIT_S
        while time.monotonic() < deadline:
            for line in self.events():
                if line.get("event") == event:
                    return line
            assert self.process.poll() is None, f"{self.name} ended: {self.log.read_text()[-4000:]}"
            time.sleep(0.05)
        raise AssertionError(f"{self.name} never said {event}: {self.log.read_text()[-4000:]}")

    def until_ready(self) -> None:
        """Returns when /health/ready says 200."""
        url = f"http://127.0.0.1:{self.until_logged(f'{self.name}_starts')['port']}"
        deadline = time.monotonic() + WAIT_S
        while not self._answers(f"{url}/health/ready"):
            assert self.process.poll() is None, f"{self.name} ended: {self.log.read_text()[-4000:]}"
            assert time.monotonic() < deadline, f"{self.name} is not ready: {self.log.read_text()[-4000:]}"
            time.sleep(0.05)

    def get(self, path: str) -> tuple[int, str]:
        """Status and body of one of its paths."""
        url = f"http://127.0.0.1:{self.until_logged(f'{self.name}_starts')['port']}{path}"
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def kill(self) -> None:
        """kill -9."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)

    def terminate(self) -> int:
        """SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(15)

    @staticmethod
    def _answers(url: str) -> bool:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


def by_id(records: list[Message], prefix: str) -> dict[str, list[Message]]:
    """Records by their CloudEvents id, of those whose key or id begins with `prefix`."""
    found: dict[str, list[Message]] = {}
    for record in records:
        name = next((value.decode() for key, value in headers_of(record) if key == "ce_id"), "")
        if name.startswith(prefix) or (record.key() or b"").decode("utf-8", "replace").startswith(prefix):
            found.setdefault(name, []).append(record)
    return found


def headers_of(record: Message) -> list[tuple[str, Any]]:
    """The record's headers as the list that the reader gives."""
    headers = record.headers() or []
    assert isinstance(headers, list)
    return headers
