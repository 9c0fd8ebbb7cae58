"""Rule 10: when a partition is assigned, its last 15 minutes are read again without emitting.

"Last" counts back from the record that comes next, not from now: after an hour of standstill the windows must be
as they were an hour ago.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

from confluent_kafka import OFFSET_END, Consumer, KafkaError, KafkaException, Message, TopicPartition

from schemas.codec import Undecodable
from services.chassis import logs
from services.chassis.clock import Clock
from services.chassis.consumer import TRANSIENT, UP_TO_THE_END, place
from services.triage import metrics
from services.triage.screening.domain.rulebook import Rulebook
from services.triage.screening.domain.screen import PartitionScreening
from services.triage.screening.messages import seen
from services.triage.screening.partitions import Partitions
from services.triage.screening.records import read, time_of

log = logs.get(__name__)
ASK_S = 10.0
STALL_S = 60.0


class RereadFailed(Exception):
    """The past could not be read; the process must start anew rather than decide without it."""


class Reread:
    """Rebuilds the windows of assigned partitions with a reader of its own, outside the group."""

    def __init__(
        self,
        config: dict[str, Any],
        partitions: Partitions,
        rules: Callable[[], Rulebook],
        clock: Clock,
        stop: threading.Event,
    ) -> None:
        self._config = {**UP_TO_THE_END, **config, "group.id": "triage.screening.reread"}
        self._config.pop("partition.assignment.strategy")
        self._partitions, self._rules, self._clock, self._stop = partitions, rules, clock, stop

    def assigned(self, group: Consumer, assigned: list[TopicPartition]) -> None:
        """For `on_assign`: returns once every partition's state is as its committed offset needs it.

        Raises RereadFailed if the broker gives no answer for long.
        """
        if not assigned:
            return
        started = time.monotonic()
        reader = Consumer(self._config)
        try:
            ends = {tp.partition: tp for tp in group.committed(assigned, timeout=ASK_S) if tp.offset > 0}
            starts = self._starts(reader, ends)
            read_again = self._replay(reader, starts, ends)
        except KafkaException as error:
            raise RereadFailed(str(error)) from error
        finally:
            reader.close()
        for tp in assigned:
            if tp.partition not in starts:
                self._partitions.put(tp.partition, PartitionScreening(self._partitions.limits))
        took = time.monotonic() - started
        metrics.REREAD.inc(read_again)
        metrics.REREAD_SECONDS.observe(took)
        log.info("windows_rebuilt", partitions=len(assigned), records=read_again, seconds=round(took, 3))

    def revoked(self, revoked: list[TopicPartition]) -> None:
        """For `on_revoke`."""
        for tp in revoked:
            self._partitions.drop(tp.partition)

    def _starts(self, reader: Consumer, ends: dict[int, TopicPartition]) -> dict[int, TopicPartition]:
        """For each partition with a past, where 15 minutes before its next record begin."""
        if not ends:
            return {}
        next_times = self._next_times(reader, ends)
        memory = self._partitions.limits.memory
        asked = [
            TopicPartition(tp.topic, number, max(0, int((next_times[number] - memory) * 1000)))
            for number, tp in ends.items()
        ]
        found = reader.offsets_for_times(asked, timeout=ASK_S)
        return {tp.partition: tp for tp in found if tp.offset not in {OFFSET_END, -1} and tp.offset < _end(ends, tp)}

    def _next_times(self, reader: Consumer, ends: dict[int, TopicPartition]) -> dict[int, float]:
        """The time of the record at each committed offset; now, where there is none yet."""
        times = {number: self._clock.now().timestamp() for number in ends}
        waiting = set(ends)
        reader.assign(list(ends.values()))
        for record in self._records(reader, waiting):
            _, partition, _ = place(record)
            if partition in waiting:
                waiting.discard(partition)
                times[partition] = time_of(record) or times[partition]
        return times

    def _replay(self, reader: Consumer, starts: dict[int, TopicPartition], ends: dict[int, TopicPartition]) -> int:
        states = {number: PartitionScreening(self._partitions.limits) for number in starts}
        waiting, count = set(starts), 0
        reader.assign(list(starts.values()))
        for record in self._records(reader, waiting) if starts else ():
            _, partition, offset = place(record)
            if partition not in waiting:
                continue
            if offset < ends[partition].offset:
                count += 1
                self._remember(states[partition], record)
            if offset + 1 >= ends[partition].offset:
                waiting.discard(partition)
        for number, state in states.items():
            self._partitions.put(number, state)
        return count

    def _remember(self, state: PartitionScreening, record: Message) -> None:
        try:
            signal, at = read(record)
        except Undecodable:
            return  # It has its dead letter and its outcome; it decides nothing.
        state.decide(seen(signal, at), self._rules())

    def _records(self, reader: Consumer, waiting: set[int]) -> Any:
        """Records until `waiting` is empty; a partition's end removes it. Raises RereadFailed on a long silence."""
        heard = time.monotonic()
        while waiting:
            if self._stop.is_set():
                raise RereadFailed("told to stop")
            for message in reader.consume(2000, 0.2):
                heard = time.monotonic()
                error = message.error()
                if error is None:
                    yield message
                elif error.code() == KafkaError._PARTITION_EOF:
                    waiting.discard(message.partition())
                elif error.code() not in TRANSIENT and not error.retriable():
                    raise KafkaException(error)
            if time.monotonic() - heard > STALL_S:
                raise RereadFailed(f"no answer from the broker for {STALL_S:.0f} s")


def _end(ends: dict[int, TopicPartition], tp: TopicPartition) -> int:
    return int(ends[tp.partition].offset)
