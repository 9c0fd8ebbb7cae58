"""Reading topics: in a group, batch by batch, committing after the effect; and a compacted topic from its start."""

import threading
from collections.abc import Callable
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from services.chassis import fault_points, logs
from services.chassis.lag import Lag
from services.chassis.metrics import RECORDS_READ, RESTARTS_OF_LOOPS

log = logs.get(__name__)
GROUP_DEFAULTS: dict[str, Any] = {
    "logger": logs.LIBRDKAFKA,
    "enable.auto.commit": False,
    "enable.auto.offset.store": False,
    "auto.offset.reset": "earliest",
    "partition.assignment.strategy": "cooperative-sticky",
    "session.timeout.ms": 6000,
    "heartbeat.interval.ms": 1500,
    # A record that comes ends the wait: this only says how often a quiet topic is asked again. At 50 ms, thirty
    # consumers of three brokers cost half a processor.
    "fetch.wait.max.ms": 500,
    "fetch.error.backoff.ms": 100,
    "reconnect.backoff.ms": 20,
    "reconnect.backoff.max.ms": 500,
    "socket.connection.setup.timeout.ms": 1000,
}
UP_TO_THE_END: dict[str, Any] = {**GROUP_DEFAULTS, "enable.partition.eof": True, "fetch.wait.max.ms": 20}
"""For who reads up to the present end: a partition's end is told once a fetch there has waited for nothing."""
TRANSIENT = {KafkaError._PARTITION_EOF, KafkaError._ALL_BROKERS_DOWN, KafkaError._TRANSPORT}


def readable(messages: list[Message]) -> list[Message]:
    """The records among `messages`; transient faults are passed over, a lasting one raises KafkaException."""
    records, topics = [], dict[str | None, int]()
    for message in messages:
        error = message.error()
        if error is None:
            records.append(message)
            topic = message.topic()
            topics[topic] = topics.get(topic, 0) + 1
        elif error.code() not in TRANSIENT and not error.retriable():
            raise KafkaException(error)
    for topic, number in topics.items():
        RECORDS_READ.labels(topic).inc(number)
    return records


def take(consumer: Consumer, most: int, wait_s: float) -> list[Message]:
    """The first record as soon as it is there, at most after `wait_s`, and with it what has come by then.

    `Consumer.consume` alone would wait out its time for a full batch: half of it is added to each quiet record.
    """
    first = consumer.poll(wait_s)
    if first is None:
        return []
    return [first, *consumer.consume(most - 1, 0)] if most > 1 else [first]


def place(message: Message) -> tuple[str, int, int]:
    """Topic, partition and offset of a record that was read."""
    topic, partition, offset = message.topic(), message.partition(), message.offset()
    assert topic is not None and partition is not None and offset is not None, "a record that was read has a place"
    return topic, partition, offset


def headers_of(message: Message) -> list[tuple[str, bytes | str | None]]:
    """A record's headers, in order, as pairs."""
    headers = message.headers()
    return list(headers.items()) if isinstance(headers, dict) else list(headers or ())


class BatchLoop:
    """A member of a group. `handle` gets records in order and returns once their effects are durable.

    Offsets are committed only then. If `handle` raises, nothing is committed and the exception leaves `run`: the
    process ends and what was read is read again.
    """

    def __init__(
        self,
        config: dict[str, Any],
        group: str,
        topics: list[str],
        handle: Callable[[list[Message]], None],
        *,
        on_assign: Callable[[Consumer, list[TopicPartition]], None] | None = None,
        on_revoke: Callable[[list[TopicPartition]], None] | None = None,
        batch: int = 500,
        wait_s: float = 0.05,
    ) -> None:
        whole = {**GROUP_DEFAULTS, **config, "group.id": group}
        self._consumer = Consumer(whole)
        self._lag = Lag(whole, topics)
        self._group, self._handle, self._batch, self._wait_s = group, handle, batch, wait_s
        self._on_assign, self._on_revoke = on_assign, on_revoke
        self._consumer.subscribe(topics, on_assign=self._assigned, on_revoke=self._revoked)

    def run(self, stop: threading.Event) -> None:
        """Reads until `stop` is set, then leaves the group."""
        try:
            while not stop.is_set():
                records = readable(take(self._consumer, self._batch, self._wait_s))
                if not records:
                    self._lag.nothing_in_hand(self._consumer)
                else:
                    fault_points.point(f"{self._group}.before_effect")
                    self._handle(records)
                    fault_points.point(f"{self._group}.before_commit")
                    self._commit(records)
                    fault_points.point(f"{self._group}.after_commit")
        finally:
            self._lag.close()
            self._consumer.close()

    def _commit(self, records: list[Message]) -> None:
        ends: dict[tuple[str, int], int] = {}
        for record in records:
            topic, partition, offset = place(record)
            ends[topic, partition] = offset + 1
            self._lag.reached(topic, partition, offset + 1)
        offsets = [TopicPartition(topic, partition, offset) for (topic, partition), offset in ends.items()]
        try:
            self._consumer.commit(offsets=offsets, asynchronous=False)
        except KafkaException as error:
            # The group moved on or the coordinator is away: the records will be read again, which is harmless.
            RESTARTS_OF_LOOPS.labels("commit").inc()
            log.warning("commit_failed", **logs.fault(error))

    def _assigned(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        self._lag.assigned(consumer, partitions)
        if self._on_assign:
            self._on_assign(consumer, partitions)

    def _revoked(self, _: Consumer, partitions: list[TopicPartition]) -> None:
        self._lag.revoked(partitions)
        if self._on_revoke:
            self._on_revoke(partitions)


class CompactedReader:
    """Follows a compacted topic from its start on a thread of its own; every process reads all of it.

    `accept(value, headers)` is called for each record, in order, tombstones included (value None, with its key
    in `key`). `caught_up` is set once what was there at the start has been read.
    """

    def __init__(
        self, config: dict[str, Any], topic: str, accept: Callable[[bytes | None, bytes | None, Any], None]
    ) -> None:
        self._config = {
            **GROUP_DEFAULTS,
            **config,
            "group.id": f"follower-{topic}",
            "enable.partition.eof": True,
            # Its process does not answer before it has caught up.
            "fetch.wait.max.ms": 100,
        }
        self._config.pop("partition.assignment.strategy")
        self._topic, self._accept = topic, accept
        self.caught_up = threading.Event()
        self.failed: BaseException | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"follow-{topic}", daemon=True)

    def start(self) -> None:
        """Begins to read."""
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join(5.0)

    def _run(self) -> None:
        consumer = Consumer(self._config)
        try:
            self._follow(consumer)
        except BaseException as error:
            self.failed = error
            log.error("follower_failed", topic=self._topic, exc_info=True)
            raise
        finally:
            consumer.close()

    def _follow(self, consumer: Consumer) -> None:
        partitions = self._partitions(consumer)
        consumer.assign([TopicPartition(self._topic, number, 0) for number in partitions])
        waiting = set(partitions)
        while not self._stop.is_set():
            for message in take(consumer, 500, 0.2):
                error = message.error()
                if error is None:
                    RECORDS_READ.labels(self._topic).inc()
                    self._accept(message.key(), message.value(), message.headers())
                elif error.code() == KafkaError._PARTITION_EOF:
                    waiting.discard(message.partition())
                elif error.code() not in TRANSIENT and not error.retriable():
                    raise KafkaException(error)
            if not waiting:
                self.caught_up.set()

    def _partitions(self, consumer: Consumer) -> list[int]:
        while not self._stop.is_set():
            try:
                found = sorted(consumer.list_topics(self._topic, timeout=5).topics[self._topic].partitions)
            except KafkaException as error:
                log.warning("follower_waits", topic=self._topic, **logs.fault(error))
                continue
            if found:
                return found
            self._stop.wait(0.5)
        return []
