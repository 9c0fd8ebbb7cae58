"""Before Faust starts: every partition has a committed offset that still exists.

Faust drops what it fetched while its flow was suspended and then seeks back to the committed offsets; a partition
without one has nothing to seek back to, and lost its first fetch for good.
"""

from typing import Any

import stamina
from confluent_kafka import Consumer, KafkaException, TopicPartition

from services.chassis import logs

log = logs.get(__name__)
ASK_S = 10.0
TRIES_S = 30.0


class NoBeginning(Exception):
    """Offsets could not be committed; starting all the same might lose records."""


def ensure_committed(config: dict[str, Any], group: str, topic: str) -> int:
    """Commits the first offset of each partition of `topic` that `group` has never committed; returns how many.

    Tries for half a minute: a broker that has just started does not know its coordinators, and a group that another
    process is joining takes no commit. Raises NoBeginning after that.
    """
    reader = Consumer({**config, "group.id": group, "enable.auto.commit": False})
    try:
        return _ensure(reader, topic)
    except KafkaException as error:
        raise NoBeginning(str(error)) from error
    finally:
        reader.close()


@stamina.retry(on=(KafkaException, NoBeginning), attempts=None, timeout=TRIES_S, wait_max=2.0)
def _ensure(reader: Consumer, topic: str) -> int:
    begins = _missing(reader, topic)
    if begins:
        reader.commit(offsets=begins, asynchronous=False)
        log.info("beginnings_committed", topic=topic, partitions=len(begins))
    left = _missing(reader, topic)
    if left:
        raise NoBeginning(f"{topic}: no committed offset for partitions {[tp.partition for tp in left]}")
    return len(begins)


def _missing(reader: Consumer, topic: str) -> list[TopicPartition]:
    """The first offset of each partition that has no commit, or one that retention has overtaken."""
    known = reader.list_topics(topic, timeout=ASK_S).topics[topic].partitions
    begins = []
    for tp in reader.committed([TopicPartition(topic, number) for number in sorted(known)], timeout=ASK_S):
        low, _ = reader.get_watermark_offsets(TopicPartition(topic, tp.partition), timeout=ASK_S)
        if tp.offset < low:
            begins.append(TopicPartition(topic, tp.partition, low))
            if tp.offset >= 0:
                log.error("records_expired_unread", topic=topic, partition=tp.partition, records=low - tp.offset)
    return begins
