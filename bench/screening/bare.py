"""The limit: read, write each value on, wait for the broker, commit.

`python -m bench.screening.bare BROKERS GROUP [count]`. It decides nothing: batches, `acks=all`, an idempotent producer,
one commit a batch. With `count` it reads the JSON, counts by key, and writes it anew with the count: what anything
in Python costs that looks into its records.
"""

import sys
from collections import Counter
from collections.abc import Callable

import orjson
from confluent_kafka import Consumer, KafkaError, Message, Producer

from services.chassis import lifecycle

BATCH = 2_000


def forward(record: Message) -> bytes:
    """As it is."""
    return record.value() or b""


def counting() -> Callable[[Message], bytes]:
    """With the number of records that its key has had."""
    seen: Counter[bytes] = Counter()

    def change(record: Message) -> bytes:
        key = record.key() or b""
        seen[key] += 1
        return orjson.dumps(orjson.loads(forward(record)) | {"count": seen[key]})

    return change


def main() -> None:
    """Runs until it is terminated."""
    brokers, group, *told = sys.argv[1:]
    change = counting() if told == ["count"] else forward
    stop = lifecycle.stop_on_signals()
    failed: list[str] = []

    def delivered(error: KafkaError | None, _: Message) -> None:
        if error is not None:
            failed.append(error.str())

    common = {"bootstrap.servers": brokers}
    producer = Producer({**common, "acks": "all", "enable.idempotence": True, "linger.ms": 0, "on_delivery": delivered})
    consumer = Consumer({**common, "group.id": group, "enable.auto.commit": False, "auto.offset.reset": "earliest"})
    consumer.subscribe(["signals"])
    while not stop.is_set() and not failed:
        records = consumer.consume(BATCH, 0.05)
        for record in records:
            while True:
                try:
                    producer.produce("signal.outcomes", change(record), record.key())
                    break
                except BufferError:
                    producer.poll(0.01)
        producer.flush()
        if records:
            consumer.commit(asynchronous=False)
    consumer.close()
    if failed:
        raise SystemExit(failed[0])


if __name__ == "__main__":
    main()
