"""`vigie dead-letters` on real Kafka and PostgreSQL: listed, shown, sent back as it was, put aside with a reason."""

import json
import uuid
from pathlib import Path

import psycopg
import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from typer.testing import CliRunner, Result

from cli.__main__ import app
from schemas.codec import encode
from schemas.dead_letters import dead_letter
from services.chassis.consumer import headers_of
from services.dispatch.store.migrate import upgrade
from tests.flow.dispatch.builders import now

RAW = '{"device":"kiosk-7","person":"Zoé"}'.encode()
HEADERS = [("ce_id", b"s-1"), ("ce_type", b"vigie.signal.received.v9"), ("traceparent", b"00-1-2-01")]


@pytest.fixture
def tools(kafka: str, postgres: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The environment of an operator; gives the database's URL."""
    upgrade(postgres)
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", kafka)
    monkeypatch.setenv("DATABASE_URL", postgres)
    monkeypatch.setenv("VIGIE_VAR", str(tmp_path))
    return postgres


def buried(kafka: str, offset: int = 41, reason: str = "nature: unknown") -> str:
    """One dead letter of `signals`; its id."""
    reader = f"screening-{uuid.uuid4().hex[:8]}"  # each test's own: the id hashes it
    plain = {"topic": "signals", "partition": 3, "reader": reader, "reason": reason, "at": now()}
    letter = dead_letter(offset=offset, raw=RAW, raw_key=b"kiosk-7", headers=list(HEADERS), **plain)  # type: ignore[arg-type]
    key, value, headers = encode(letter, "vigie/screening")
    producer = Producer({"bootstrap.servers": kafka, "acks": "all"})
    producer.produce("signals.dead", value, key, headers=list(headers))
    assert producer.flush(20) == 0
    return letter.id


def run(*arguments: str) -> Result:
    """The command as an operator types it."""
    return CliRunner().invoke(app, ["dead-letters", *arguments])


def ends(kafka: str) -> dict[int, int]:
    """The end of each partition of `signals`."""
    reader = Consumer({"bootstrap.servers": kafka, "group.id": "test"})
    numbers = reader.list_topics("signals", timeout=10).topics["signals"].partitions
    found = {n: reader.get_watermark_offsets(TopicPartition("signals", n), timeout=10)[1] for n in numbers}
    reader.close()
    return found


def test_the_list_shows_where_and_why_but_not_what(kafka: str, tools: str) -> None:
    """Id, place, reader and reason; the record's content, which may be personal, is not there."""
    letter = buried(kafka)
    result = run("list", "--topic", "signals", "--last", "5")
    assert result.exit_code == 0, result.output
    [line] = [line for line in result.stdout.splitlines() if line.startswith(letter)]
    assert "signals/3@41" in line and "nature: unknown" in line
    assert "Zoé" not in result.stdout and "kiosk-7" not in result.stdout
    [found] = [
        json.loads(line) for line in run("list", "--json").stdout.splitlines() if json.loads(line)["id"] == letter
    ]
    assert (found["bytes"], found["act"]) == (len(RAW), None)
    assert "raw" not in found


def test_showing_one_is_recorded(kafka: str, tools: str) -> None:
    """The whole record, and who looked at it."""
    letter = buried(kafka)
    result = run("show", letter)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["text"] == RAW.decode()
    with psycopg.connect(tools) as connection:
        rows = connection.execute("SELECT letter_id, act, actor FROM dispatch.dead_letter_acts").fetchall()
    assert [(row[0], row[1]) for row in rows] == [(letter, "shown")]
    assert rows[0][2].startswith("cli:")


def test_a_replay_sends_the_record_back_as_it_was_and_only_once(kafka: str, tools: str) -> None:
    """Same topic, key, bytes and headers; a second replay is refused unless it is asked for."""
    letter = buried(kafka)
    before = ends(kafka)
    assert run("replay", letter).exit_code == 0
    [partition] = [n for n, end in ends(kafka).items() if end != before[n]]
    reader = Consumer({"bootstrap.servers": kafka, "group.id": "test"})
    reader.assign([TopicPartition("signals", partition, before[partition])])
    record = reader.poll(20)
    reader.close()
    assert record is not None and record.error() is None
    assert (record.key(), record.value(), headers_of(record)) == (b"kiosk-7", RAW, HEADERS)
    again = run("replay", letter)
    assert again.exit_code == 1
    assert "Rien n'est parti" in again.output
    assert sum(ends(kafka).values()) == sum(before.values()) + 1
    assert run("replay", letter, "--again").exit_code == 0
    assert letter not in run("list").stdout
    assert "replayed" in next(line for line in run("list", "--all").stdout.splitlines() if line.startswith(letter))


def test_what_was_never_a_record_is_not_sent_back_and_holds_back_the_others(kafka: str, tools: str) -> None:
    """A device's frame among those asked for: nothing at all is sent, and the reason is said."""
    good, frame = buried(kafka), buried(kafka, offset=-1)
    before = ends(kafka)
    result = run("replay", good, frame)
    assert result.exit_code == 1
    assert "trame d'appareil" in result.output
    assert ends(kafka) == before


def test_a_discard_needs_a_reason_and_keeps_it(kafka: str, tools: str) -> None:
    """Without --reason it is a usage error; with it the letter leaves the list, and the reason stays."""
    letter = buried(kafka)
    assert run("discard", letter).exit_code == 2
    assert run("discard", letter, "--reason", "  ").exit_code == 2
    assert run("discard", letter, "--reason", "essai du banc").exit_code == 0
    assert letter not in run("list").stdout
    with psycopg.connect(tools) as connection:
        assert connection.execute("SELECT act, reason FROM dispatch.dead_letter_acts").fetchall() == [
            ("discarded", "essai du banc")
        ]
    assert run("replay", letter).exit_code == 1


def test_an_unknown_id_is_refused(kafka: str, tools: str) -> None:
    """Nothing is sent or recorded for a list that holds a wrong id."""
    letter = buried(kafka)
    result = run("discard", letter, "no-such-id", "--reason", "x")
    assert result.exit_code == 1
    assert "no-such-id" in result.output
    with psycopg.connect(tools) as connection:
        assert connection.execute("SELECT count(*) FROM dispatch.dead_letter_acts").fetchone() == (0,)
