"""What happens to one record of `alarms`: an answer in the table, a situation on its topic."""

import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Protocol

from schemas.codec import Headers, RawHeaders, decode, encode
from schemas.dead_letters import dead_letter
from schemas.messages.signal import Alarm
from services.chassis import telemetry
from services.chassis.clock import Clock
from services.chassis.dead_letter import DeadLetters
from services.chassis.producer import Producer
from services.triage import metrics
from services.triage.correlation.answers import dump, load, shown_members
from services.triage.correlation.domain.answer import Answer, Member
from services.triage.correlation.domain.correlator import Correlator
from services.triage.correlation.domain.reach import Reach
from services.triage.correlation.messages import ALARMS, SITUATIONS, SOURCE, seen, to_situation
from services.triage.tracing import Tracing

READER = "correlation"
FORGET_AT_ONCE = 20
DELETE_AT_ONCE = 40


class Table(Protocol):
    """What the worker needs of the table; changes are allowed only while an event is in hand."""

    def get(self, key: bytes) -> bytes | None:
        """The value, or None."""

    def __setitem__(self, key: bytes, value: bytes) -> None: ...

    def pop(self, key: bytes, default: None) -> Any:
        """Removes the key if it is there."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record of `alarms` as it was read."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: RawHeaders


@dataclass(frozen=True, slots=True)
class Output:
    """The record to be sent for an alarm."""

    key: bytes
    value: bytes
    headers: Headers


class CorrelationWorker:
    """Handles records one after the other. The same alarm gets the same answer, from the table."""

    def __init__(
        self,
        table: Table,
        producer: Producer,
        letters: DeadLetters,
        clock: Clock,
        tracing: Tracing,
        reach: Reach,
        answers_kept_s: float,
        committed: Callable[[int], int | None],
    ) -> None:
        self._table, self._producer, self._letters = table, producer, letters
        self._clock, self._tracing, self._reach, self._kept_s = clock, tracing, reach, answers_kept_s
        self._committed = committed
        self._correlators: dict[int, Correlator] = {}
        self._forgotten: dict[int, deque[tuple[int, str]]] = {}

    def restore(self, values: "list[bytes]") -> int:
        """Builds the memory anew from all values of the table. Raises answers.UnknownFormat."""
        by_partition: dict[int, list[Answer]] = {}
        for value in values:
            partition, answer = load(value)
            by_partition.setdefault(partition, []).append(answer)
        self._correlators, self._forgotten = {}, {}
        for partition, answers in by_partition.items():
            self._correlator(partition).restore(answers)
        self._measure()
        return len(values)

    def correlate(self, record: Record) -> Output:
        """Answers one alarm. Raises Undecodable."""
        start_ns = time.time_ns() if self._tracing.recording else 0
        alarm = decode(record.value, record.headers, (Alarm,))
        answer, members, reason = self._answer(alarm, record.partition, record.offset)
        metrics.SITUATIONS.labels(reason).inc()
        situation = to_situation(alarm, answer, members)
        key, value, headers = encode(situation, SOURCE)
        attributes = {
            "signal_id": alarm.alarm_id,
            "situation_id": answer.situation_id,
            "reason": reason,
        }
        trace = self._tracing.passed_on(record.headers, start_ns, attributes)
        return Output(key, value, [*headers, *trace])

    def send(self, output: Output) -> "Future[None]":
        """Sends a situation."""
        return self._producer.send(SITUATIONS, output.key, output.value, output.headers)

    def put_aside(self, record: Record, reason: str) -> "Future[None]":
        """Sends a record that cannot be used to `alarms.dead`."""
        letter = dead_letter(
            topic=ALARMS,
            partition=record.partition,
            offset=record.offset,
            reader=READER,
            reason=reason,
            raw=record.value,
            raw_key=record.key,
            headers=record.headers,
            at=self._clock.now(),
        )
        key, value, headers = encode(letter, SOURCE)
        traced = [*headers, *telemetry.passed_on(record.headers)]
        return self._letters.put(f"{ALARMS}.dead", key, value, traced, reason=reason)

    def _answer(self, alarm: Alarm, partition: int, offset: int) -> tuple[Answer, tuple[Member, ...], str]:
        correlator = self._correlator(partition)
        key = alarm.alarm_id.encode()
        known = self._table.get(key)
        if known is not None:
            _, answer = load(known)
            # Written again: the local table may hold it while its changelog record was lost with the process.
            self._table[key] = known
            correlator.take(answer)
            return answer, shown_members(answer, lambda name: self._table.get(name.encode())), "again"
        answer = correlator.answer(seen(alarm))
        self._table[key] = dump(answer, partition)
        situation = correlator.take(answer)
        gone = correlator.forget(answer.member.at - self._kept_s, FORGET_AT_ONCE)
        self._forgotten.setdefault(partition, deque()).extend((offset, alarm_id) for alarm_id in gone)
        self._delete(partition)
        self._measure()
        return answer, situation.members, answer.member.reason.value

    def _delete(self, partition: int) -> None:
        """Deletes forgotten answers whose alarms cannot be read again: they lie before the committed offset.

        After a standstill hours of alarms may be answered between two commits; a crash then reads all of them again.
        """
        forgotten, committed = self._forgotten[partition], self._committed(partition) or 0
        for _ in range(DELETE_AT_ONCE):
            if not forgotten or forgotten[0][0] > committed:
                return
            self._table.pop(forgotten.popleft()[1].encode(), None)

    def _correlator(self, partition: int) -> Correlator:
        return self._correlators.setdefault(partition, Correlator(self._reach))

    def _measure(self) -> None:
        held = self._correlators.values()
        metrics.OPEN_SITUATIONS.set(sum(correlator.open_count for correlator in held))
        metrics.ANSWERS_HELD.set(sum(correlator.answer_count for correlator in held))
