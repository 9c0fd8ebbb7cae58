"""Reads the `*.dead` topics from their beginning to their present end, one record at a time."""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from schemas.codec import Undecodable, decode
from schemas.messages.dead import DeadLetter
from schemas.topics.files import topics
from services.chassis.consumer import UP_TO_THE_END, headers_of

WAIT_S = 10.0


@dataclass(frozen=True, slots=True)
class Found:
    """A dead letter, and the topic it lies on."""

    dead_topic: str
    letter: DeadLetter

    @property
    def raw(self) -> bytes:
        """The record's exact bytes."""
        return base64.b64decode(self.letter.raw)


def dead_topics(only: str | None = None) -> list[str]:
    """The dead letters' topics; of one source topic with `only`. Raises KeyError for an unknown one."""
    files = [topics()[only]] if only else topics().values()
    return [file.dead_topic for file in files if file.dead_letters]


def letters(config: dict[str, Any], names: Sequence[str]) -> Iterator[Found]:
    """All dead letters, topic by topic, oldest first. Raises KafkaException if the brokers do not answer."""
    settings = {**UP_TO_THE_END, **config, "group.id": "vigie.dead-letters"}
    settings.pop("partition.assignment.strategy")
    reader = Consumer(settings)
    try:
        for name in names:
            held = reader.list_topics(name, timeout=WAIT_S).topics[name]
            yield from _topic(reader, name, sorted(held.partitions))
    finally:
        reader.close()


def _topic(reader: Consumer, name: str, numbers: list[int]) -> Iterator[Found]:
    reader.assign([TopicPartition(name, number, 0) for number in numbers])
    left = set(numbers)
    while left:
        message = reader.poll(WAIT_S)
        if message is None:
            raise KafkaException(KafkaError(KafkaError._TIMED_OUT, f"{name}: no answer within {WAIT_S:g} s"))
        error = message.error()
        if error is None:
            try:
                yield Found(name, decode(message.value(), headers_of(message), [DeadLetter]))
            except Undecodable:
                continue  # not one of ours: nothing in it says where it came from
        elif error.code() == KafkaError._PARTITION_EOF:
            left.discard(message.partition() or 0)
        elif not error.retriable():
            raise KafkaException(error)
