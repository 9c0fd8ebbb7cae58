"""Brings the local databases up to the changelog before Faust starts.

Faust recovers record by record through its streams: 80,000 answers took it over a minute on a busy two-core machine.
Here they are read and written in batches. Faust then reads what is left from the offset that it finds in each database,
as after any restart.
"""

from pathlib import Path
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition
from rocksdict import Rdict, WriteBatch

from services.chassis import logs
from services.chassis.consumer import TRANSIENT, UP_TO_THE_END, place

log = logs.get(__name__)
ASK_S = 10.0
BATCH = 5000


def refill(config: dict[str, Any], store: Any) -> int:
    """Applies to `store` (Faust's RocksDB store, not yet open) what its changelog has beyond it; returns how much.

    Raises KafkaException if the broker does not answer.
    """
    topic = str(store.table.changelog_topic.get_topic_name())
    reader = Consumer(_settings(config))
    databases: dict[int, Rdict] = {}
    try:
        partitions = reader.list_topics(topic, timeout=ASK_S).topics[topic].partitions
        for partition in partitions:
            path = Path(store.partition_path(partition))
            path.parent.mkdir(parents=True, exist_ok=True)
            databases[partition] = store.rocksdb_options.open(path)
        return _read(reader, topic, databases, store.offset_key)
    finally:
        for database in databases.values():
            database.close()
        reader.close()


def _read(reader: Consumer, topic: str, databases: dict[int, Rdict], offset_key: bytes) -> int:
    begins = {number: _held(database, offset_key) + 1 for number, database in databases.items()}
    reader.assign([TopicPartition(topic, number, offset) for number, offset in begins.items()])
    waiting, applied = set(databases), 0
    while waiting:
        batches: dict[int, WriteBatch] = {}
        ends: dict[int, int] = {}
        for message in reader.consume(BATCH, 0.2):
            error = message.error()
            if error is None:
                _, partition, offset = place(message)
                batch = batches.setdefault(partition, WriteBatch(raw_mode=True))
                key, value = message.key() or b"", message.value()
                if value is None:
                    batch.delete(key)
                else:
                    batch.put(key, value)
                ends[partition] = offset
                applied += 1
            elif error.code() == KafkaError._PARTITION_EOF:
                waiting.discard(message.partition() or 0)
            elif error.code() not in TRANSIENT and not error.retriable():
                raise KafkaException(error)
        for partition, batch in batches.items():
            batch.put(offset_key, str(ends[partition]).encode())
            databases[partition].write(batch)
    return applied


def _held(database: Rdict, offset_key: bytes) -> int:
    value = database.get(offset_key)
    return -1 if value is None else int(value)


def _settings(config: dict[str, Any]) -> dict[str, Any]:
    settings = {**UP_TO_THE_END, **config, "group.id": "triage-correlation.refill"}
    settings.pop("partition.assignment.strategy")
    return settings
