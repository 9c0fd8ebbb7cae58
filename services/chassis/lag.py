"""How far a reader is behind its topics, for whoever looks at the metrics.

Where topics end is asked by one thread with a client of its own. A consumer of confluent-kafka answers one thread only
(another one waits for it and holds the interpreter's lock), and a reader that stands still in what it has in hand, the
one that somebody wants to see, would not ask.
"""

import threading
from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar

from confluent_kafka import Consumer, KafkaException, TopicPartition

from services.chassis import logs
from services.chassis.metrics import LAG

log = logs.get(__name__)
PATIENCE_S, EVERY_S = 2.0, 5.0


class Lag:
    """Of one reader, over the partitions it holds. `reached` says how far effects are durable: what is in hand counts.

    `config`: a consumer's own, with a `group.id`, which is not joined. `close` ends it.
    """

    def __init__(self, config: Mapping[str, Any], topics: list[str]) -> None:
        self._next: dict[tuple[str, int], int] = {}
        self._ends: dict[tuple[str, int], int] = {}
        for topic in topics:
            LAG.labels(topic).set_function(partial(self._behind, topic))
        self._watch = _Watch.over(config)
        self._watch.add(self)

    def close(self) -> None:
        """Nobody reads any more."""
        self._watch.remove(self)
        self._next.clear()

    def assigned(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        """These were given to a member of a group, which begins where the group is, or at the first record."""
        try:
            for found in consumer.committed(partitions, timeout=PATIENCE_S):
                at = found.offset
                if at < 0:
                    at, _ = consumer.get_watermark_offsets(found, timeout=PATIENCE_S)
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

    def nothing_in_hand(self, consumer: Consumer) -> None:
        """Told by the reader when it has handled all that it was given: what is no record (the mark that ends a
        transaction) is done as well.
        """
        for at in consumer.position([TopicPartition(*key) for key in self._next]):
            if at.offset > self._next[at.topic, at.partition]:
                self._next[at.topic, at.partition] = at.offset

    def look(self, consumer: Consumer) -> None:
        """Where the topics end. Raises KafkaException."""
        for topic, partition in list(self._next):
            _, end = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=PATIENCE_S)
            self._ends[topic, partition] = end

    def _behind(self, topic: str) -> int:
        """Records."""
        held = [(key, done) for key, done in list(self._next.items()) if key[0] == topic]
        return sum(max(0, self._ends.get(key, done) - done) for key, done in held)


class _Watch:
    """The thread, for all readers of one Kafka in this process; it ends with the last of them."""

    _of: ClassVar["dict[str, _Watch]"] = {}
    _lock = threading.Lock()

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._config = dict(config)
        self._lags: set[Lag] = set()
        self._thread: threading.Thread | None = None
        self._changed = threading.Event()

    @classmethod
    def over(cls, config: Mapping[str, Any]) -> "_Watch":
        """The one of that Kafka."""
        with cls._lock:
            return cls._of.setdefault(str(config["bootstrap.servers"]), cls(config))

    def add(self, lag: Lag) -> None:
        """Begins to look for it."""
        with self._lock:
            self._lags.add(lag)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="lag", daemon=True)
                self._thread.start()

    def remove(self, lag: Lag) -> None:
        """Looks for it no more."""
        with self._lock:
            self._lags.discard(lag)
        self._changed.set()

    def _run(self) -> None:
        consumer = Consumer(self._config)
        try:
            while lags := self._left():
                self._look(consumer, lags)
                self._changed.wait(EVERY_S)
                self._changed.clear()
        finally:
            consumer.close()

    def _left(self) -> list[Lag]:
        with self._lock:
            if not self._lags:
                self._thread = None
            return list(self._lags)

    @staticmethod
    def _look(consumer: Consumer, lags: list[Lag]) -> None:
        try:
            for lag in lags:
                lag.look(consumer)
        except KafkaException as error:
            log.info("lag_not_seen", **logs.fault(error))  # who reads says it louder
