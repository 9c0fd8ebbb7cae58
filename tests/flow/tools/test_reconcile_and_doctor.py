"""`vigie reconcile` and `vigie doctor` on real Kafka and PostgreSQL."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from typer.testing import CliRunner, Result

from cli.__main__ import app
from cli.reconcile import comparing
from schemas.codec import encode
from schemas.messages.signal import Signal
from schemas.topics.create import ensure_topics
from schemas.topics.files import topics
from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import DeviceKind, Outcome, ScreeningReason
from services.dispatch.watch.signals_tail import SCREENING_GROUP
from tests.flow.dispatch.builders import now, outcome, signal
from tests.flow.dispatch.databases import create
from tests.flow.dispatch.world import Engines, World


@pytest.fixture
def tools(kafka: str, postgres_server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The environment of an operator; gives the URL of a migrated database."""
    url = create(postgres_server)
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", kafka)
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("VIGIE_VAR", str(tmp_path))
    return url


def run(*arguments: str) -> Result:
    """The command as an operator types it."""
    return CliRunner().invoke(app, list(arguments))


def acknowledged(kafka: str, *signals: Signal) -> None:
    """Ingest has them in Kafka, and screening has read all there is."""
    producer, last = Producer({"bootstrap.servers": kafka, "acks": "all"}), dict[int, int]()
    for known in signals:
        key, value, headers = encode(known, "vigie/ingest")
        producer.produce("signals", value, key, headers=list(headers))
    assert producer.flush(20) == 0
    group = Consumer({"bootstrap.servers": kafka, "group.id": SCREENING_GROUP})
    for number in group.list_topics("signals", timeout=10).topics["signals"].partitions:
        last[number] = group.get_watermark_offsets(TopicPartition("signals", number), timeout=10)[1]
    group.commit(offsets=[TopicPartition("signals", n, o) for n, o in last.items()], asynchronous=False)
    group.close()


async def caught_up(kafka: str, world: World) -> None:
    """Dispatch has read all outcomes that there are."""
    reader = Consumer({"bootstrap.servers": kafka, "group.id": "test"})
    for number in reader.list_topics("signal.outcomes", timeout=10).topics["signal.outcomes"].partitions:
        _, end = reader.get_watermark_offsets(TopicPartition("signal.outcomes", number), timeout=10)
        await world.sql("INSERT INTO dispatch.consumer_offsets VALUES ('signal.outcomes', :n, :end)", n=number, end=end)
    reader.close()


async def test_the_difference_is_named_and_gives_exit_code_one(
    kafka: str, tools: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of two signals has its outcome: the other is named with its place; once it has one, nothing differs."""
    monkeypatch.setattr(comparing, "GRACE_S", 0.0)
    world = World(tools, Engines.to(tools))
    began = now() - timedelta(milliseconds=5)
    plain = {"device_kind": DeviceKind.SENSOR, "site": None}
    kept, lost = signal(Nature.SUPERVISION_LOST, "a", **plain), signal(Nature.SUPERVISION_LOST, "b", **plain)
    acknowledged(kafka, kept, lost)
    ended = now() + timedelta(seconds=1)
    await caught_up(kafka, world)
    await world.outcomes(outcome(kept, Outcome.SUPERVISION, ScreeningReason.HEARTBEAT))
    span = ("--from", began.isoformat(), "--to", ended.isoformat())
    result = await in_thread("reconcile", "--json", *span)
    assert result.exit_code == 1, result.output
    *different, summary = [json.loads(line) for line in result.stdout.splitlines()]
    assert [each["signal_id"] for each in different] == [lost.signal_id]
    assert different[0]["standing"] == "no_outcome"
    assert (summary["compared"], summary["different"]) == (2, 1)
    await world.outcomes(outcome(lost, Outcome.SUPERVISION, ScreeningReason.HEARTBEAT))
    result = await in_thread("reconcile", *span)
    assert result.exit_code == 0, result.output
    assert "2 signaux comparés, 0 sans suite" in result.stdout
    await world.close()


async def in_thread(*arguments: str) -> Result:
    """The command has an event loop of its own."""
    return await asyncio.to_thread(run, *arguments)


def test_an_unreachable_database_gives_exit_code_two(kafka: str, tools: str) -> None:
    """Not 1, which would mean a difference."""
    result = run("reconcile", "--database-url", "postgresql://nobody@127.0.0.1:1/none")
    assert result.exit_code == 2


def test_the_doctor_finds_a_topic_that_is_gone_and_a_schema_that_is_old(kafka: str, tools: str) -> None:
    """As they are all is well with topics and schema; without one topic and with an older schema it says what to do."""
    found = [json.loads(line) for line in run("doctor", "--json").stdout.splitlines()]
    assert {each["level"] for each in found if each["area"] in ("topics", "postgresql", "kafka")} == {"ok"}
    admin = AdminClient({"bootstrap.servers": kafka})
    admin.delete_topics(["silences.dead"])["silences.dead"].result(20)
    with psycopg.connect(tools, autocommit=True) as connection:
        connection.execute("UPDATE dispatch.alembic_version SET version_num = '0004'")
    try:
        result = run("doctor", "--json")
    finally:
        ensure_topics(admin, topics().values())
    assert result.exit_code == 1
    told = [json.loads(line) for line in result.stdout.splitlines()]
    todo = {each["fr"]: each["do_fr"] for each in told if each["level"] == "problem"}
    assert todo["Le topic silences.dead manque."] == "Lancez : python -m schemas.topics create"
    assert any("0004" in fr and "migrate" in todo[fr] for fr in todo), todo


def test_the_doctor_without_kafka_and_postgres_still_tells(tools: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two problems, each with what to do, and no traceback."""
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1")
    result = run("doctor", "--database-url", "postgresql://nobody@127.0.0.1:1/none")
    assert result.exit_code == 1
    assert "Kafka ne répond pas" in result.stdout and "PostgreSQL ne répond pas" in result.stdout
    assert "→" in result.stdout
