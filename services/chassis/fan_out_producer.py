"""The urgent lane's sender: each record to every partition at once, the first acknowledgement counts.

Each partition lives on its own pair of brokers, and has a producer of its own: on a shared connection one
waiting `acks=all` request would hold up all others. Measured in ARCHITECTURE.md, “The urgent lane”.
"""

import threading
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any

from confluent_kafka.admin import AdminClient

from services.chassis.producer import DeliveryFailed, Headers, Producer, settled_once

URGENT: dict[str, Any] = {
    "acks": "all",
    "enable.idempotence": False,
    "max.in.flight": 5,
    "linger.ms": 0,
    "message.timeout.ms": 5000,
    "socket.timeout.ms": 1500,
    "request.timeout.ms": 1000,
    "reconnect.backoff.ms": 20,
    "reconnect.backoff.max.ms": 200,
    "retry.backoff.ms": 200,
    "retry.backoff.max.ms": 1000,
    "topic.metadata.refresh.interval.ms": 1000,
    "topic.metadata.refresh.fast.interval.ms": 100,
    "socket.connection.setup.timeout.ms": 1000,
}


class FanOutProducer:
    """Sends to all partitions of one topic; late failures of a dead pair are expected and only counted."""

    def __init__(self, config: dict[str, Any], topic: str) -> None:
        self._topic = topic
        metadata = AdminClient(config).list_topics(topic, timeout=10)
        partitions = sorted(metadata.topics[topic].partitions)
        if not partitions:
            raise DeliveryFailed(f"topic {topic} does not exist: run `python -m schemas.topics create`")
        self._producers = {partition: Producer({**config, **URGENT}) for partition in partitions}

    def send(self, key: bytes | None, value: bytes, headers: Headers) -> "Future[None]":
        """Ends with the first acknowledgement, or with DeliveryFailed once every partition has failed."""
        return first_of(
            [
                producer.send(self._topic, key, value, headers, partition)
                for partition, producer in self._producers.items()
            ]
        )

    def close(self) -> None:
        """Waits shortly for what is under way."""
        for producer in self._producers.values():
            producer.close(1.0)


def first_of(copies: Sequence["Future[None]"]) -> "Future[None]":
    """Ends with the first of `copies` that succeeds, or with the last one's error once all have failed."""
    first = settled_once()
    lock = threading.Lock()
    left = len(copies)

    def settled(copy: "Future[None]") -> None:
        nonlocal left
        with lock:
            left -= 1
            if first.done():
                return
            error = copy.exception()
            if error is None:
                first.set_result(None)
            elif left == 0:
                first.set_exception(error)

    for copy in copies:
        copy.add_done_callback(settled)
    return first
