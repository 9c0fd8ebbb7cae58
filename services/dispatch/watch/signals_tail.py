"""Reads `signals` for the reconciler, a bounded piece at a time, and asks how far screening is.

Belongs to no group: offsets are the reconciler's, in PostgreSQL. Everything here blocks; call it from one thread.
"""

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from confluent_kafka import OFFSET_INVALID, Consumer, Message, TopicPartition

from schemas.codec import Undecodable, decode, header
from schemas.messages.signal import Signal
from services.chassis.consumer import GROUP_DEFAULTS, headers_of, place, readable, take

TOPIC = "signals"
SCREENING_GROUP = "triage.screening"
"""A contract test holds it equal to screening's own."""
KEPT = 2000
"""Signals held of a partition at most, about 300 bytes each; reading pauses there."""
AT_ONCE = 1000
ASK_S = 5.0
NO_CENTRE = "00000"


@dataclass(frozen=True, slots=True)
class Read:
    """One record of `signals`: where it stands, whose it is, and when we read it (monotonic seconds).

    `signal_id` is None where nothing in the record says it: its dead letter is all that is left of it.
    """

    partition: int
    offset: int
    signal_id: str | None
    centre: str
    at: float


class SignalsTail:
    """What was read and is not settled, by partition in order."""

    def __init__(self, config: Mapping[str, Any], clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        # It looks every few seconds: what has come meanwhile is fetched at once.
        settings = {**GROUP_DEFAULTS, **config, "fetch.min.bytes": 100_000}
        settings.pop("partition.assignment.strategy")
        self._reader = Consumer({**settings, "group.id": "dispatch.reconciler"})
        self._screening = Consumer({**settings, "group.id": SCREENING_GROUP})
        self.held: dict[int, deque[Read]] = {}
        self._paused: set[int] = set()

    def partitions(self, topic: str = TOPIC) -> list[int]:
        """The numbers of a topic's partitions. Raises KafkaException, LookupError if there is no such topic."""
        found = self._reader.list_topics(topic, timeout=ASK_S).topics[topic].partitions
        if not found:
            raise LookupError(f"topic {topic} does not exist")
        return sorted(found)

    def begin(self, offsets: Mapping[int, int]) -> None:
        """Reads from these offsets; forgets what was held."""
        self.held = {partition: deque() for partition in offsets}
        self._paused = set()
        self._reader.assign([TopicPartition(TOPIC, number, offset) for number, offset in offsets.items()])

    def fill(self) -> None:
        """Takes what is there, up to the limit of each partition. Raises KafkaException."""
        self._pause()
        for _ in range(len(self.held) * KEPT // AT_ONCE + 1):
            found = readable(take(self._reader, AT_ONCE, 0.05))
            for message in found:
                read = read_record(message, self._clock())
                self.held[read.partition].append(read)
            self._pause()
            if not found:
                return

    def screened(self) -> dict[int, int]:
        """How far screening has committed: the next offset of each partition, 0 before its first commit."""
        asked = [TopicPartition(TOPIC, number) for number in self.held]
        told = self._screening.committed(asked, timeout=ASK_S)
        return {p.partition: max(p.offset, 0) if p.offset != OFFSET_INVALID else 0 for p in told}

    def ends(self, topic: str) -> dict[int, int]:
        """The end of each partition of another topic."""
        return {
            number: self._reader.get_watermark_offsets(TopicPartition(topic, number), timeout=ASK_S)[1]
            for number in self.partitions(topic)
        }

    @property
    def waiting(self) -> int:
        """How many are held."""
        return sum(len(known) for known in self.held.values())

    def close(self) -> None:
        """Ends both clients."""
        self._reader.close()
        self._screening.close()

    def _pause(self) -> None:
        full = {number for number, known in self.held.items() if len(known) >= KEPT}
        if full - self._paused:
            self._reader.pause([TopicPartition(TOPIC, number) for number in full - self._paused])
        if self._paused - full:
            self._reader.resume([TopicPartition(TOPIC, number) for number in self._paused - full])
        self._paused = full


def read_record(message: Message, now: float) -> Read:
    """What the record says of itself; `now`: when it was read, steady seconds."""
    _, partition, offset = place(message)
    headers = headers_of(message)
    try:
        signal = decode(message.value(), headers, [Signal])
    except Undecodable:
        # Screening gives it the outcome `dead` by the same header.
        named = header(headers, "ce_id")
        usable = named is not None and 1 <= len(named) <= 128 and named.isprintable()
        return Read(partition, offset, named if usable else None, NO_CENTRE, now)
    return Read(partition, offset, signal.signal_id, signal.origin.centre, now)
