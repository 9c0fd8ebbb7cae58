"""The limit, measured beside the way: one Kafka hop and one PostgreSQL commit, and nothing else."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]  # exported without __all__

TOPIC = "bench.probe"
EVERY_S = 0.1


@dataclass
class Limit:
    """Milliseconds of each probe."""

    kafka: list[float] = field(default_factory=list)
    postgres: list[float] = field(default_factory=list)


def prepare(brokers: str, database: str) -> None:
    """The probe's topic, with as many replicas as there are brokers, and its table."""
    admin = AdminClient({"bootstrap.servers": brokers})
    copies = len(admin.list_topics(timeout=10).brokers)
    admin.create_topics([NewTopic(TOPIC, 1, copies)])[TOPIC].result(20)
    with psycopg.connect(database, autocommit=True) as conn:
        conn.execute("CREATE TABLE bench_probe (at timestamptz)")


@contextmanager
def probing(brokers: str, database: str) -> Iterator[Limit]:
    """Measures while inside."""
    found, stop = Limit(), threading.Event()
    threads = [
        threading.Thread(target=_kafka, args=(brokers, found.kafka, stop)),
        threading.Thread(target=_postgres, args=(database, found.postgres, stop)),
    ]
    for thread in threads:
        thread.start()
    try:
        yield found
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _kafka(brokers: str, into: list[float], stop: threading.Event) -> None:
    producer = Producer({"bootstrap.servers": brokers, "acks": "all", "linger.ms": 0})
    consumer = Consumer({"bootstrap.servers": brokers, "group.id": TOPIC, "fetch.wait.max.ms": 500})
    _, end = consumer.get_watermark_offsets(TopicPartition(TOPIC, 0), timeout=10)
    consumer.assign([TopicPartition(TOPIC, 0, end)])
    consumer.poll(2.0)
    while not stop.wait(EVERY_S):
        began = time.perf_counter()
        producer.produce(TOPIC, b"x" * 600)
        producer.poll(0)
        message = consumer.poll(5.0)
        if message is not None and message.error() is None:
            into.append((time.perf_counter() - began) * 1000)
    producer.flush(5)
    consumer.close()


def _postgres(database: str, into: list[float], stop: threading.Event) -> None:
    with psycopg.connect(database, autocommit=True) as conn:
        while not stop.wait(EVERY_S):
            began = time.perf_counter()
            conn.execute("INSERT INTO bench_probe VALUES (now())")
            into.append((time.perf_counter() - began) * 1000)
