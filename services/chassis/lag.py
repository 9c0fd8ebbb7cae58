"""How far a reader is behind its topics, for whoever looks at the metrics."""

import time
from functools import partial

from confluent_kafka import Consumer, KafkaException, TopicPartition

from services.chassis import logs
from services.chassis.metrics import LAG

log = logs.get(__name__)
PATIENCE_S, LOOK_EVERY_S = 2.0, 0.5


class Lag:
    """Of one consumer, over the partitions it holds. `reached` says how far effects are durable.

    A consumer of confluent-kafka answers one thread only: another one waits for it and holds the interpreter's lock. So
    its reader looks where the topics end, and whoever reads the metrics is told what it saw. What is in hand counts:
    a reader that stands still in it is behind.
    """

    def __init__(self, consumer: Consumer, topics: list[str]) -> None:
        self._consumer = consumer
        self._next: dict[tuple[str, int], int] = {}
        self._ends: dict[tuple[str, int], int] = {}
        self._looked = 0.0
        for topic in topics:
            LAG.labels(topic).set_function(partial(self._behind, topic))

    def assigned(self, partitions: list[TopicPartition]) -> None:
        """These were given to a member of a group, which begins where the group is, or at the first record."""
        try:
            for found in self._consumer.committed(partitions, timeout=PATIENCE_S):
                at = found.offset
                if at < 0:
                    at, _ = self._consumer.get_watermark_offsets(found, timeout=PATIENCE_S)
                self._next[found.topic, found.partition] = at
        except KafkaException as error:
            log.warning("lag_unknown", **logs.fault(error))  # it is told from the first record on

    def revoked(self, partitions: list[TopicPartition]) -> None:
        """These are somebody else's now."""
        for taken in partitions:
            self._next.pop((taken.topic, taken.partition), None)

    def reached(self, topic: str, partition: int, following: int) -> None:
        """`following`: the offset after the last record that is done."""
        self._next[topic, partition] = following

    def look(self) -> None:
        """Where the topics end, as the last fetches told it: by the reader, between two batches, now and then."""
        now = time.monotonic()
        if now - self._looked < LOOK_EVERY_S:
            return
        self._looked = now
        for topic, partition in list(self._next):
            ends = self._consumer.get_watermark_offsets(TopicPartition(topic, partition), cached=True)
            if ends is not None:
                self._ends[topic, partition] = ends[1]

    def _behind(self, topic: str) -> int:
        """Records."""
        held = [(key, done) for key, done in list(self._next.items()) if key[0] == topic]
        return sum(max(0, self._ends.get(key, done) - done) for key, done in held)
