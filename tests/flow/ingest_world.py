"""A real ingest process on real Kafka and MQTT, the pack it reads, and a reader of what it wrote."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import paho.mqtt.client as paho
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka import Message as Record
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]  # exported without __all__
from paho.mqtt.enums import CallbackAPIVersion

from deploy.local.layout import REPOSITORY
from schemas.codec import decode, encode
from schemas.messages.dead import DeadLetter
from schemas.messages.signal import Signal
from schemas.pack.devices import Analytics, Device, LabelRule, Panel, Zone
from schemas.pack.pack import CityPack
from schemas.pack.places import Centre, Commune, Sector
from schemas.vocabulary.natures import Nature
from schemas.wire import Message, Position

CENTRE = "99001"
"""A centre of its own, so that this pack hurts no other test on the same broker."""
KEY = bytes.fromhex("41" * 16)
PATIENCE_S = 20.0
START_S = 90.0
"""A start imports for 1.5 s of processor time: on a machine that does much else that was seen to take 17 s and more."""


def small_pack() -> CityPack:
    """One sector with a plain, an encrypted and a supervised panel, a kiosk and a camera; ids begin with `fi-`."""
    place = {"commune": CENTRE, "sector": "fi-sector", "position": Position(lat=43.1, lon=4.2)}

    def device(identifier: str, kind: str, **more: object) -> Device:
        return Device.model_validate({"id": identifier, "kind": kind, "name": identifier, **place, **more})

    zones = (Zone(zone="01", place="Hall", nature=Nature.FIRE), Zone(zone="02", place="Canteen"))
    labels = {"goat": LabelRule(use_case="goats", nature=Nature.OBJECT_LEFT, min_score=0.5)}
    return CityPack(
        centre=Centre(code=CENTRE, name="Test", communes=(Commune(insee=CENTRE, name="Test"),)),
        sectors=(
            Sector(
                id="fi-sector", name="S", commune=CENTRE, polygon=((43.0, 4.0), (43.2, 4.0), (43.2, 4.4), (43.0, 4.4))
            ),
        ),
        sites=(),
        devices=(
            device("fi-panel", "panel", site="fi-school", panel=Panel(account="F70001", zones=zones)),
            device("fi-sealed", "panel", panel=Panel(account="F70002", key_ref="env:FI_KEY", zones=zones)),
            device("fi-watched", "panel", panel=Panel(account="F70003", supervision_s=10)),
            device("fi-kiosk", "kiosk"),
            device("fi-cam", "camera", analytics=Analytics(frigate_name="cam-testdrive", labels=labels)),
        ),
        units=(),
        run_cards=(),
    )


def apply_pack(kafka: str) -> None:
    """Writes the pack to topic `packs`, as dispatch's relay does."""
    producer = Producer({"bootstrap.servers": kafka, "acks": "all"})
    for part in small_pack().parts(datetime.now(UTC)):
        key, value, headers = encode(part, "test")
        producer.produce("packs", value, key, headers=list(headers))
    assert producer.flush(10) == 0


def free_port() -> int:
    """A port free for TCP and UDP a moment ago."""
    with socket.socket() as tcp:
        tcp.bind(("127.0.0.1", 0))
        port = int(tcp.getsockname()[1])
        with socket.socket(type=socket.SOCK_DGRAM) as udp:
            udp.bind(("127.0.0.1", port))
        return port


class RunningIngest:
    """One ingest process; `restart` starts it again on the same ports and state."""

    def __init__(self, kafka: str, mqtt_url: str, folder: Path, **settings: str) -> None:
        self.http_port, self.dc09_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.http_port}"
        self._log = folder / "ingest.log"
        self._traces = folder / "traces.jsonl"
        self._env = {
            **os.environ,
            "KAFKA_BOOTSTRAP_SERVERS": kafka,
            "MQTT_URL": mqtt_url,
            "INGEST_HTTP_PORT": str(self.http_port),
            "INGEST_DC09_PORT": str(self.dc09_port),
            "INGEST_CENTRE": CENTRE,
            "INGEST_MQTT_CLIENT_ID": f"fi-{self.http_port}",
            "VIGIE_STATE_DIR": str(folder / "state"),
            "TRACES_FILE": str(self._traces),
            "FI_KEY": KEY.hex(),
            **settings,
        }
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self, ready: bool = True) -> None:
        """Starts it; returns once it is ready (or merely live)."""
        self._spawn()
        path = "/health/ready" if ready else "/health/live"
        try:
            async with httpx.AsyncClient() as client:
                await until(lambda: self._answers(client, path), f"ingest is not {path}", START_S)
        except BaseException as error:
            error.add_note(self.log[-3000:])
            self.kill()
            raise

    def _spawn(self) -> None:
        command = [sys.executable, "-m", "services.ingest"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, cwd=REPOSITORY, env=self._env, stdout=log, stderr=log)

    async def _answers(self, client: httpx.AsyncClient, path: str) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"ingest ended: {self.log[-3000:]}"
        try:
            return (await client.get(self.url + path)).status_code == 200
        except httpx.TransportError:
            return False

    @property
    def log(self) -> str:
        """All it has logged."""
        return self._log.read_text() if self._log.exists() else ""

    @property
    def traces(self) -> str:
        """Its spans, a JSON object a line."""
        return self._traces.read_text() if self._traces.exists() else ""

    def kill(self) -> None:
        """kill -9."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(10)

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        return self._process.wait(20)


async def until(happens: Callable[[], Awaitable[bool]], otherwise: str, seconds: float = PATIENCE_S) -> None:
    """Asks every 50 ms until it is true. Fails with `otherwise` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not await happens():
        assert time.monotonic() < deadline, otherwise
        await asyncio.sleep(0.05)


class Reader:
    """Reads the records that a topic got since this reader was made, or `from_start` all that it holds."""

    def __init__(self, kafka: str, topic: str, *, from_start: bool = False) -> None:
        self._consumer = Consumer(
            {
                "bootstrap.servers": kafka,
                "group.id": f"fi-{os.getpid()}-{id(self)}",
                "enable.auto.commit": False,
                "fetch.wait.max.ms": 10,  # else each question about the end waits behind a long poll
            }
        )
        numbers = self._consumer.list_topics(topic, timeout=10).topics[topic].partitions
        self._topic = topic
        self._kafka, self._admin = kafka, AdminClient({"bootstrap.servers": kafka})
        self._next = dict.fromkeys(numbers, 0)
        if not from_start:
            self._next = self._ends()
        self._consumer.assign([TopicPartition(topic, number, end) for number, end in self._next.items()])
        self._messages: list[Message] = []
        self._placed: list[tuple[int, Message]] = []

    def read(self) -> list[Message]:
        """All messages from the start to what is in the topic now."""
        ends = self._ends()
        deadline = time.monotonic() + PATIENCE_S
        while any(self._next[number] < end for number, end in ends.items()):
            assert time.monotonic() < deadline, f"{self._topic} could not be read to its end"
            record = self._consumer.poll(0.2)  # returns with the first one; `consume` would wait for a full batch
            if record is not None:
                self._take(record)
        return self._messages

    def _take(self, record: Record) -> None:
        assert record.error() is None, record.error()
        number, offset = record.partition(), record.offset()
        assert number is not None
        assert offset is not None
        self._next[number] = offset + 1
        self._messages.append(_message(record))
        self._placed.append((number, self._messages[-1]))

    def signals(self, device: str) -> list[Signal]:
        """The signals of one device, in order of their receipt."""
        return [found for found in self.read() if isinstance(found, Signal) and found.device == device]

    def partitions(self, device: str) -> set[int]:
        """Where the broker has them."""
        return {number for number, found in self._placed if isinstance(found, Signal) and found.device == device}

    def dead(self) -> list[DeadLetter]:
        """The dead letters."""
        return [found for found in self.read() if isinstance(found, DeadLetter)]

    def close(self) -> None:
        """Leaves the broker."""
        self._consumer.close()

    def _ends(self) -> dict[int, int]:
        """Where each partition ends, asked in one request."""
        wanted = {TopicPartition(self._topic, number): OffsetSpec.latest() for number in self._next}
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                found = self._admin.list_offsets(wanted, request_timeout=10)
                return {place.partition: int(future.result().offset) for place, future in found.items()}
            except KafkaException:
                # A broker that was stopped has no leader for some partition for a moment; not every word for that is
                # one of librdkafka's retriable ones.
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
                self._admin = AdminClient({"bootstrap.servers": self._kafka})  # the old one remembers that


def _message(record: Record) -> Message:
    headers: Any = record.headers()  # typed as a dictionary too, which it never is for a consumer
    expected: list[type[Message]] = [Signal, DeadLetter]
    return decode(record.value(), headers, expected)


async def tell(port: int, stream: bytes, answers: int = 1, seconds: float = 5.0) -> bytes:
    """Sends a panel's bytes over TCP; returns what came back once that many answers ended in CR, or time was up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(stream)
    await writer.drain()
    got = b""
    deadline = time.monotonic() + seconds
    while got.count(b"\r") < answers and time.monotonic() < deadline:
        try:
            data = await asyncio.wait_for(reader.read(4096), deadline - time.monotonic())
        except TimeoutError:
            break
        if not data:
            break
        got += data
    writer.close()
    return got


def publish(url: str, topic: str, payloads: list[str]) -> None:
    """Publishes at QoS 1 with a client of its own; returns once the broker has acknowledged all."""
    host, _, port = url.removeprefix("mqtt://").partition(":")
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.connect(host, int(port))
    client.loop_start()
    for payload in payloads:
        client.publish(topic, payload, qos=1).wait_for_publish(10)
    client.disconnect()
    client.loop_stop()
