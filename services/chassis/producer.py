"""Kafka producers whose every record has an answer: a future or a batch that fails loudly.

Rule: `acks=all`, idempotence, no linger; nothing is sent and forgotten.
"""

import threading
import time
from concurrent.futures import Future
from typing import Any

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka import Producer as KafkaProducer

from services.chassis import logs
from services.chassis.metrics import DELIVERY_SECONDS, RECORDS_SENT

Headers = list[tuple[str, bytes]]
DEFAULTS: dict[str, Any] = {
    "logger": logs.LIBRDKAFKA,
    "acks": "all",
    "enable.idempotence": True,
    "linger.ms": 0,
    "socket.connection.setup.timeout.ms": 1000,
    "reconnect.backoff.ms": 20,
    "reconnect.backoff.max.ms": 500,
    "retry.backoff.ms": 100,
    "message.timeout.ms": 10_000,
    "topic.metadata.refresh.fast.interval.ms": 100,
}


FULL_S = 0.002
"""While the local queue is full, how long until it is tried again."""
UNACCEPTABLE = {KafkaError.MSG_SIZE_TOO_LARGE, KafkaError.INVALID_RECORD, KafkaError.INVALID_MSG_SIZE}


class DeliveryFailed(Exception):
    """The broker did not acknowledge. `retryable`: the same send may succeed later.

    `unacceptable`: it is this record that no broker will ever take.
    """

    def __init__(self, reason: str, retryable: bool = True, *, unacceptable: bool = False) -> None:
        super().__init__(reason)
        self.retryable, self.unacceptable = retryable, unacceptable


def settled_once() -> "Future[None]":
    """A future that a waiter's time-out cannot cancel: settling a cancelled one would end the thread that settles."""
    future: Future[None] = Future()
    future.set_running_or_notify_cancel()
    return future


class Producer:
    """One producer of a process, with a thread that serves delivery reports."""

    def __init__(self, config: dict[str, Any]) -> None:
        self._producer = KafkaProducer({**DEFAULTS, **config})
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._poll, name="producer", daemon=True)
        self._thread.start()

    def send(
        self, topic: str, key: bytes | None, value: bytes | None, headers: Headers, partition: int = -1
    ) -> "Future[None]":
        """Sends one record; the future ends when the broker has it, or with DeliveryFailed.

        Safe from any thread; `asyncio.wrap_future` awaits it. Never blocks: a full local queue fails at once.
        """
        future = settled_once()
        started = time.monotonic()

        def delivered(error: KafkaError | None, _: Any) -> None:
            _count(topic, started, error)
            if error is None:
                future.set_result(None)
            else:
                future.set_exception(_failed(error))

        try:
            self._producer.produce(topic, value, key, partition, delivered, headers=[*headers])
        except BufferError:
            future.set_exception(DeliveryFailed("local queue full"))
        except KafkaException as error:
            future.set_exception(_failed(error.args[0]))
        return future

    def batch(self) -> "Batch":
        """A new batch: many records, one wait."""
        return Batch(self._producer)

    def reachable(self, timeout_s: float = 2.0) -> bool:
        """True if the cluster answers a metadata request."""
        try:
            return bool(self._producer.list_topics(timeout=timeout_s).brokers)
        except KafkaException:
            return False

    def close(self, timeout_s: float = 5.0) -> int:
        """Waits for what is under way; returns how many records had no answer yet."""
        left = int(self._producer.flush(timeout_s))
        self._stop.set()
        self._thread.join(1.0)
        return left

    def abandon(self) -> None:
        """Ends without waiting: what is under way fails, though the broker may have taken it."""
        self._producer.purge()
        self.close(0.1)

    def _poll(self) -> None:
        while not self._stop.is_set():
            self._producer.poll(0.1)


class Batch:
    """Records sent together; `wait` returns when all are acknowledged. Cheaper than a future a record.

    One thread sends; the producer's own counts the answers. Neither waits for the other: each has its number.
    """

    def __init__(self, producer: KafkaProducer) -> None:
        self._producer = producer
        self._sent = self._answered = 0
        self._closed = False
        self._errors: list[str] = []
        self._done = threading.Event()
        self._by_topic: dict[str, int] = {}
        self._failed: dict[str, int] = {}
        self._started = time.monotonic()

    def send(self, topic: str, key: bytes | None, value: bytes | None, headers: Headers) -> None:
        """Adds one record; waits while the local queue is full."""
        self._sent += 1
        self._by_topic[topic] = self._by_topic.get(topic, 0) + 1
        while True:
            try:
                self._producer.produce(topic, value, key, on_delivery=self._delivered, headers=headers)  # type: ignore[arg-type]  # its list is invariant
                return
            except BufferError:
                # Not by `poll`: answers are counted on the producer's thread alone.
                time.sleep(FULL_S)

    def wait(self, timeout_s: float = 30.0) -> None:
        """Returns when every record is acknowledged. Raises DeliveryFailed if any was not: send all again."""
        self._closed = True
        if self._answered == self._sent:
            self._done.set()
        if not self._done.wait(timeout_s):
            raise DeliveryFailed(f"{self._sent - self._answered} records without an answer after {timeout_s} s")
        self._count()
        if self._errors:
            raise DeliveryFailed(f"{len(self._errors)} records failed, first: {self._errors[0]}")

    def _delivered(self, error: KafkaError | None, message: Any) -> None:
        if error is not None:
            topic = message.topic()
            self._failed[topic] = self._failed.get(topic, 0) + 1
            self._errors.append(error.str())
        self._answered += 1
        # The sender looks as well, after it has closed: whichever comes second sees both.
        if self._closed and self._answered == self._sent:
            self._done.set()

    def _count(self) -> None:
        """Once a batch: for each of thousands of records it took longer than deciding about it."""
        took = time.monotonic() - self._started
        for topic, sent in self._by_topic.items():
            failed = self._failed.get(topic, 0)
            RECORDS_SENT.labels(topic, "failed").inc(failed)
            RECORDS_SENT.labels(topic, "acknowledged").inc(sent - failed)
            DELIVERY_SECONDS.labels(topic).observe(took)


def _failed(error: KafkaError) -> DeliveryFailed:
    return DeliveryFailed(error.str(), error.retriable(), unacceptable=error.code() in UNACCEPTABLE)


def _count(topic: str, started: float, error: KafkaError | None) -> None:
    RECORDS_SENT.labels(topic, "failed" if error else "acknowledged").inc()
    if error is None:
        DELIVERY_SECONDS.labels(topic).observe(time.monotonic() - started)
