"""Before the local databases are filled: the changelog is there and holds what they hold.

A changelog that vanished, or was made anew, is behind the local offset. Then the local answers are its only copy: they
are written to it again, so that another worker, or this one after losing its folder, still knows them.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import stamina
from confluent_kafka import Consumer, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient
from rocksdict import Rdict

from schemas.topics.create import ensure_topics
from schemas.topics.files import topics
from services.chassis import logs
from services.chassis.producer import DeliveryFailed, Producer
from services.triage import metrics

log = logs.get(__name__)
ASK_S = 10.0
AT_ONCE = 2000
WAIT_S = 30.0


class ChangelogGone(Exception):
    """It vanished while the worker ran: Faust would go on with an empty table, and answer as if nothing had been."""


def require(config: dict[str, Any], store: Any) -> None:
    """Raises ChangelogGone if the changelog is not there; the next start makes it again."""
    topic = str(store.table.changelog_topic.get_topic_name())
    held = AdminClient(config).list_topics(timeout=ASK_S).topics
    if topic not in held or len(held[topic].partitions) < topics()[topic].partitions:
        raise ChangelogGone(f"{topic} is not there")


def mend(config: dict[str, Any], store: Any) -> int:
    """Makes the changelog anew if it is missing and writes back what it has lost; returns how many answers.

    `store`: Faust's RocksDB store, not yet open. Raises KafkaException, DeliveryFailed: the process ends, loudly.
    """
    topic = str(store.table.changelog_topic.get_topic_name())
    admin = AdminClient(config)
    if topic not in admin.list_topics(timeout=ASK_S).topics:
        metrics.STATE_REBUILT.labels("changelog_missing").inc()
        log.error("changelog_missing_made_again", topic=topic)
        ensure_topics(admin, [topics()[topic]])
    written = 0
    for partition, database in _behind(config, topic, store):
        metrics.STATE_REBUILT.labels("changelog_behind").inc()
        number = _write_back(config, topic, partition, database, store.offset_key)
        log.error("changelog_lost_records_written_back", topic=topic, partition=partition, count=number)
        written += number
    return written


def _behind(config: dict[str, Any], topic: str, store: Any) -> Iterator[tuple[int, Rdict]]:
    """The partitions whose changelog ends before what the local database says it has applied, with that database."""
    reader = Consumer({**config, "group.id": "triage-correlation.changelog", "enable.auto.commit": False})
    try:
        for partition in range(topics()[topic].partitions):
            path = Path(store.partition_path(partition))
            if not path.exists():
                continue
            end = _end(reader, topic, partition)
            database = store.rocksdb_options.open(path)
            try:
                held = database.get(store.offset_key)
                if held is not None and int(held) >= end:
                    yield partition, database
            finally:
                database.close()
    finally:
        reader.close()


@stamina.retry(on=KafkaException, attempts=None, timeout=WAIT_S, wait_max=1.0)
def _end(reader: Consumer, topic: str, partition: int) -> int:
    """The partition's end; a topic that was just made has no leader for a moment."""
    _, end = reader.get_watermark_offsets(TopicPartition(topic, partition), timeout=ASK_S)
    return end


def _write_back(config: dict[str, Any], topic: str, partition: int, database: Rdict, offset_key: bytes) -> int:
    producer, number = Producer(config), 0
    try:
        sent = []
        for key, value in database.items():
            if key == offset_key:
                continue
            assert isinstance(key, bytes) and isinstance(value, bytes), "Faust's databases are opened raw"
            sent.append(producer.send(topic, key, value, [], partition))
            number += 1
            if len(sent) >= AT_ONCE:
                _wait(sent)
        _wait(sent)
    finally:
        producer.close()
    # What was written is read once more and changes nothing: answers are never rewritten with another content.
    database.delete(offset_key)
    return number


def _wait(sent: list[Any]) -> None:
    for future in sent:
        try:
            future.result(WAIT_S)
        except TimeoutError as error:
            raise DeliveryFailed(f"no answer within {WAIT_S:g} s") from error
    sent.clear()
