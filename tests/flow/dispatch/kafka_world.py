"""Kafka as dispatch's tests need it: topics of their own, readers of dispatch, and a consumer of what it sent."""

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]  # exported without __all__

from schemas.codec import encode
from schemas.messages.signal import Signal
from services.chassis.clock import SystemClock
from services.chassis.dead_letter import DeadLetters
from services.chassis.producer import Producer as ChassisProducer
from services.dispatch import messages
from services.dispatch.actions import intake
from services.dispatch.consumer import Handle, TopicReader
from services.dispatch.store.work import Work
from tests.flow.dispatch.world import World

PATIENCE_S = 20.0


def own_topic(kafka: str, partitions: int) -> str:
    """A topic of this test's own, with its dead letters' topic."""
    name = f"dispatch-test-{uuid.uuid4().hex[:8]}"
    made = [NewTopic(name, partitions, 1), NewTopic(f"{name}.dead", 1, 1)]
    admin = AdminClient({"bootstrap.servers": kafka})
    for future in admin.create_topics(made).values():
        future.result(PATIENCE_S)
    return name


def made_again(kafka: str, topic: str, partitions: int) -> None:
    """Somebody deletes the topic and makes it anew, empty."""
    admin = AdminClient({"bootstrap.servers": kafka})
    admin.delete_topics([topic])[topic].result(PATIENCE_S)
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            admin.create_topics([NewTopic(topic, partitions, 1)])[topic].result(PATIENCE_S)
            return
        except KafkaException:
            assert time.monotonic() < deadline, f"{topic} was not made again"


def send(kafka: str, records: list[tuple[str, int, bytes | None, list[tuple[str, bytes]]]]) -> None:
    """Writes (topic, partition, value, headers), in order, and waits for the broker."""
    producer = Producer({"bootstrap.servers": kafka, "acks": "all", "linger.ms": 0})
    for topic, partition, value, headers in records:
        producer.produce(topic, value, b"key", partition, headers=list(headers))
    assert producer.flush(PATIENCE_S) == 0


def record(topic: str, partition: int, of: Signal) -> tuple[str, int, bytes | None, list[tuple[str, bytes]]]:
    """A signal as `send` takes it."""
    _, value, headers = encode(of, "vigie/ingest")
    return topic, partition, value, headers


def urgent_handle(world: World) -> Handle[Signal]:
    """What dispatch does with a record of the urgent lane."""

    async def handle(work: Work, found: list[Signal]) -> None:
        for of in found:
            await intake.receive(work, messages.report_of_signal(of), world.times)

    return handle


@contextmanager
def reader(
    world: World,
    kafka: str,
    topic: str,
    handle: Handle[Signal],
    batch: int = 1,
    of: type[TopicReader[Signal]] = TopicReader,
) -> Iterator[TopicReader[Signal]]:
    """One dispatch process's reader of that topic."""
    config = {"bootstrap.servers": kafka}
    producer, clock = ChassisProducer(config), SystemClock()
    dead = DeadLetters(producer, world.health, clock, 60)
    parts = (world.engine, world.library, dead, clock, world.health)
    try:
        yield of(config, topic, Signal, handle, *parts, batch=batch)
    finally:
        producer.close()


def read_all(kafka: str, topic: str) -> list[Any]:
    """All committed records that the topic holds now, by partition in order."""
    settings = {
        "bootstrap.servers": kafka,
        "group.id": uuid.uuid4().hex,
        "enable.auto.commit": False,
        "isolation.level": "read_committed",
        "enable.partition.eof": True,
        "fetch.wait.max.ms": 20,
    }
    consumer = Consumer(settings)
    try:
        numbers = sorted(consumer.list_topics(topic, timeout=10).topics[topic].partitions)
        consumer.assign([TopicPartition(topic, number, 0) for number in numbers])
        found: list[Any] = []
        left, deadline = set(numbers), time.monotonic() + PATIENCE_S
        while left:
            assert time.monotonic() < deadline, f"{topic} was not read to its end"
            for message in consumer.consume(500, 0.2):
                if message.error() is None:
                    found.append(message)
                else:
                    left.discard(message.partition())
        return found
    finally:
        consumer.close()
