"""Records put on a broker before a measurement, as fast as it takes them, each acknowledged."""

from collections.abc import Iterable

from confluent_kafka import Producer

Record = tuple[str, bytes, bytes, list[tuple[str, bytes]], int]
"""Topic, key, value, headers, time in milliseconds (0: the moment of writing)."""


def write(brokers: str, records: Iterable[Record]) -> None:
    """Raises TimeoutError where not all were acknowledged within 60 s of the last."""
    producer = Producer({"bootstrap.servers": brokers, "acks": "all", "linger.ms": 20})
    for topic, key, value, headers, at in records:
        while True:
            try:
                producer.produce(topic, value, key, headers=list(headers), timestamp=at)
                break
            except BufferError:
                producer.poll(0.05)
    if producer.flush(60):
        raise TimeoutError("the records were not written")
