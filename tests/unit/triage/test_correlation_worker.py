"""One record of `alarms`: answer, table, situation."""

import json
from concurrent.futures import Future
from typing import Any

import pytest

from schemas.codec import Undecodable, decode, encode
from schemas.messages.signal import Alarm, Situation
from services.chassis.clock import SystemClock
from services.chassis.dead_letter import DeadLetters
from services.chassis.health import Health
from services.triage.correlation.domain.reach import Reach
from services.triage.correlation.worker import CorrelationWorker, Output, Record
from services.triage.tracing import Tracing
from tests.unit.triage.builders import wire_alarm


class Sent:
    """A producer that keeps what it is given."""

    def __init__(self) -> None:
        self.records: list[tuple[str, bytes | None, bytes | None]] = []

    def send(self, topic: str, key: Any, value: Any, headers: Any, partition: int = -1) -> "Future[None]":
        """Accepted at once."""
        self.records.append((topic, key, value))
        future: Future[None] = Future()
        future.set_result(None)
        return future


def worker(table: dict[bytes, bytes], sent: Sent | None = None, committed: int | None = None) -> CorrelationWorker:
    """A worker on a table in memory."""
    producer: Any = sent or Sent()
    letters = DeadLetters(producer, Health("test"), SystemClock(), 60)
    return CorrelationWorker(
        table, producer, letters, SystemClock(), Tracing("t", False), Reach(), 3600, lambda _: committed
    )


def record(alarm: Alarm, headers: list[tuple[str, bytes]] | None = None, offset: int = 17) -> Record:
    """The alarm as it is read."""
    key, value, own = encode(alarm, "vigie/screening")
    return Record(4, offset, key, value, [*own, *(headers or [])])


def situation(output: Output) -> Situation:
    """What a reader of `situations` gets."""
    return decode(output.value, output.headers, (Situation,))


def test_a_crash_after_each_alarm_changes_no_word() -> None:
    """A new worker on the same table, for each alarm and once more for each, says byte for byte the same."""
    alarms = [wire_alarm(at, device=f"d{at % 3}") for at in range(12)]
    table: dict[bytes, bytes] = {}
    steady = worker({})
    wanted = [steady.correlate(record(alarm)).value for alarm in alarms]
    for alarm, words in zip(alarms, wanted, strict=True):
        restarted = worker(table)
        restarted.restore(list(table.values()))
        assert restarted.correlate(record(alarm)).value == words
        assert restarted.correlate(record(alarm)).value == words
    assert situation(worker(table).correlate(record(alarms[3]))).total == 4


def test_an_answer_from_the_table_is_written_once_more() -> None:
    """The local table may hold what the changelog lost; reading the alarm again repairs the changelog."""

    class Watched(dict[bytes, bytes]):
        writes = 0

        def __setitem__(self, key: bytes, value: bytes) -> None:
            self.writes += 1
            super().__setitem__(key, value)

    table, alarm = Watched(), wire_alarm()
    worker(table).correlate(record(alarm))
    worker(table).correlate(record(alarm))
    assert (table.writes, len(table)) == (2, 1)


def test_answers_of_long_silent_situations_leave_the_table_once_committed() -> None:
    """The table does not grow for ever; but what a crash would read again is kept, however old it is."""
    alarms = [wire_alarm(at, sector=f"s{at // 1000}") for at in range(0, 36_000, 100)]
    for committed, held in ((None, 360), (100, 360 - 100), (360, 60)):
        table: dict[bytes, bytes] = {}
        busy = worker(table, committed=committed)
        for offset, alarm in enumerate(alarms):
            busy.correlate(record(alarm, offset=offset))
        assert held - 20 <= len(table) <= held + 60


def test_the_event_id_and_key_name_the_situation() -> None:
    """`<situation>:<alarm>`, keyed by the situation, with the trace of the alarm."""
    alarm = wire_alarm()
    trace = ("traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    output = worker({}).correlate(record(alarm, [trace]))
    said = situation(output)
    assert output.key == said.situation_id.encode()
    assert dict(output.headers)["ce_id"] == f"{said.situation_id}:{alarm.alarm_id}".encode()
    assert trace in output.headers


def test_what_cannot_be_read_is_put_aside_with_its_bytes() -> None:
    """The dead letter names topic, partition, offset and reason."""
    sent = Sent()
    broken = Record(4, 17, b"gare", b"{", [("ce_type", b"vigie.alarm.raised.v1")])
    with pytest.raises(Undecodable):
        worker({}).correlate(broken)
    worker({}, sent).put_aside(broken, "why").result()
    ((topic, _, value),) = sent.records
    letter = json.loads(value or b"")
    assert topic == "alarms.dead"
    assert (letter["partition"], letter["offset"], letter["raw"], letter["reason"]) == (4, 17, "ew==", "why")
