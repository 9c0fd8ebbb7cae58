"""The embedded stack after kill -9 of anything."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]

from deploy.local.layout import REPOSITORY
from tests.stack.running import StackProcess, start_stack

PARTS = "kafka,postgres,mqtt"


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder that several runs of this module share."""
    return tmp_path_factory.mktemp("recovery")


@pytest.fixture
def parts(var: Path) -> Iterator[StackProcess]:
    """Kafka, PostgreSQL and MQTT, up."""
    stack = start_stack(var, PARTS)
    yield stack
    if stack.process.poll() is None:
        stack.stop()


def until(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    """Waits for something that happens outside of this process. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(condition)
        time.sleep(0.05)


def produce(bootstrap: str, value: bytes) -> None:
    """Writes one acknowledged message, making the topic if it is missing."""
    admin = AdminClient({"bootstrap.servers": bootstrap})
    if "kept" not in admin.list_topics(timeout=20).topics:
        admin.create_topics([NewTopic("kept", 1, 1)])["kept"].result(20)
    producer = Producer({"bootstrap.servers": bootstrap, "acks": "all"})
    failures: list[object] = []
    producer.produce("kept", value, on_delivery=lambda error, _: failures.append(error))
    producer.flush(20)
    assert failures == [None]


def consume(bootstrap: str) -> list[bytes]:
    """Reads the topic from its beginning to its present end."""
    config = {"bootstrap.servers": bootstrap, "group.id": "g", "auto.offset.reset": "earliest"}
    consumer = Consumer({**config, "enable.partition.eof": True, "enable.auto.commit": False})
    consumer.subscribe(["kept"])
    values: list[bytes] = []
    while (message := consumer.poll(20)) is not None and message.error() is None:
        values.append(message.value() or b"")
    consumer.close()
    return values


def test_data_survives_a_killed_supervisor(parts: StackProcess, var: Path) -> None:
    """After kill -9 of the supervisor no child outlives it, and the next start has what was acknowledged."""
    produce(parts.kafka, b"before")
    with psycopg.connect(parts.database_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (value text)")
        connection.execute("INSERT INTO kept VALUES ('before')")
    pids = list(parts.facts["pids"].values())
    parts.process.kill()
    parts.process.wait()
    until(lambda: not any(psutil.pid_exists(pid) for pid in pids), seconds=5)
    again = start_stack(var, PARTS)
    try:
        assert consume(again.kafka) == [b"before"]
        with psycopg.connect(again.database_url) as connection:
            assert connection.execute("SELECT value FROM kept").fetchall() == [("before",)]
    finally:
        assert again.stop() == 0


@pytest.mark.parametrize("part", ["kafka", "postgres", "mqtt"])
def test_a_killed_part_comes_back(parts: StackProcess, part: str) -> None:
    """kill -9 of Kafka, PostgreSQL or MQTT: the supervisor starts it anew on the same address."""
    before = parts.facts
    parts.kill(part)
    until(lambda: parts.facts["pids"].get(part) not in (None, before["pids"][part]))
    assert {key: parts.facts[key] for key in ("kafka", "database_url", "mqtt_url")} == {
        key: before[key] for key in ("kafka", "database_url", "mqtt_url")
    }
    if part == "kafka":
        produce(parts.kafka, b"after")
    if part == "postgres":
        until(lambda: answers(parts.database_url), seconds=10)


def answers(url: str) -> bool:
    """True if the server takes a query."""
    try:
        with psycopg.connect(url, connect_timeout=2) as connection:
            return connection.execute("SELECT 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


def test_a_second_start_in_the_same_folder_is_refused(parts: StackProcess, var: Path) -> None:
    """One sentence says that it is up already and how to stop it; the first run is not disturbed."""
    second = command(var, "run", "--only", PARTS)
    assert second.returncode == 2
    assert "make down" in second.stderr
    assert parts.process.poll() is None


def test_down_stops_everything(parts: StackProcess, var: Path) -> None:
    """`make down` ends every process and takes the list of endpoints away."""
    pids = list(parts.facts["pids"].values())
    done = command(var, "down")
    assert done.returncode == 0, done.stderr
    assert not any(psutil.pid_exists(pid) for pid in pids if pid != parts.process.pid)
    assert parts.process.wait(5) == 0
    assert not (var / "run" / "stack.json").exists()
    assert command(var, "down").returncode == 2


def test_ctrl_c_stops_everything(parts: StackProcess) -> None:
    """Ctrl-C ends the run in order, with nothing left behind."""
    pids = list(parts.facts["pids"].values())
    os.kill(parts.process.pid, signal.SIGINT)
    assert parts.process.wait(60) == 0
    assert not any(psutil.pid_exists(pid) for pid in pids)


def command(var: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs a command of the embedded stack to its end."""
    return subprocess.run(
        (sys.executable, "-m", "deploy.local", *arguments),
        cwd=REPOSITORY,
        env={**os.environ, "VIGIE_VAR": str(var)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
