"""Reads `signals` for a time span and says of each signal where it stands, by dispatch's own rules."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from confluent_kafka import OFFSET_END, Consumer, KafkaError, KafkaException, TopicPartition
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.consumer import UP_TO_THE_END
from services.chassis.database import engine
from services.dispatch.domain.reconciling import Limits, Standing, Way, judge
from services.dispatch.store import differences
from services.dispatch.watch.signals_tail import SCREENING_GROUP, TOPIC, Read, read_record

PIECE = 2000
ASK_S = 10.0
GRACE_S = 30.0


@dataclass(frozen=True, slots=True)
class Span:
    """From `begin` until before `end`, by the time that Kafka's records carry."""

    begin: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Difference:
    """One signal that has not ended as it must."""

    signal_id: str
    standing: Standing
    centre: str
    partition: int
    offset: int
    at: datetime


@dataclass
class Compared:
    """All of it: how many stand where, and those that are different."""

    standings: Counter[Standing] = field(default_factory=Counter)
    different: list[Difference] = field(default_factory=list)
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class _Passed:
    """How far the steps were when the comparison began."""

    screened: dict[int, int]
    read_all: bool


async def compare(database_url: str, config: dict[str, Any], span: Span) -> Compared:
    """Memory holds one piece of records, and the differences. Raises KafkaException and database errors."""
    found, database = Compared(), engine(database_url, "vigie-cli", pool=1)
    reader = _consumer(config, "vigie.reconcile")
    screening = _consumer(config, SCREENING_GROUP)
    try:
        numbers = sorted(reader.list_topics(TOPIC, timeout=ASK_S).topics[TOPIC].partitions)
        told = screening.committed([TopicPartition(TOPIC, number) for number in numbers], timeout=ASK_S)
        screened = {place.partition: max(place.offset, 0) for place in told}
        ends = _ends(reader)
        async with database.connect() as conn:
            read = await differences.read_up_to(conn)
        passed = _Passed(screened, all(read.get(number, 0) >= end for number, end in ends.items()))
        for piece in _pieces(reader, numbers, span):
            # A connection a piece: one that waited for Kafka in a transaction would be thrown out after 300 ms.
            async with database.connect() as conn:
                await _judge(conn, piece, passed, found)
    finally:
        reader.close()
        screening.close()
        await database.dispose()
    return found


async def _judge(conn: AsyncConnection, piece: list[tuple[Read, datetime]], passed: _Passed, found: Compared) -> None:
    known = await differences.known_of(conn, [read.signal_id for read, _ in piece if read.signal_id is not None])
    now = time.time()
    for read, at in piece:
        if read.signal_id is None:
            found.unreadable += 1
            continue
        way = Way(read.offset < passed.screened.get(read.partition, 0), 0.0, passed.read_all, 0.0, 0.0)
        standing = judge(known.get(read.signal_id), now - at.timestamp(), way, Limits(GRACE_S))
        found.standings[standing] += 1
        if standing.different:
            place = (read.signal_id, standing, read.centre, read.partition, read.offset, at)
            found.different.append(Difference(*place))


def _pieces(reader: Consumer, numbers: list[int], span: Span) -> Iterator[list[tuple[Read, datetime]]]:
    begin, end = int(span.begin.timestamp() * 1000), int(span.end.timestamp() * 1000)
    asked = [TopicPartition(TOPIC, number, begin) for number in numbers]
    places = reader.offsets_for_times(asked, timeout=ASK_S)
    begun = [place for place in places if place.offset != OFFSET_END]
    reader.assign(begun)
    left = {place.partition for place in begun}
    piece: list[tuple[Read, datetime]] = []
    while left:
        found = reader.consume(PIECE, 1.0)
        for message in found:
            error = message.error()
            if error is not None:
                if error.code() == KafkaError._PARTITION_EOF:
                    left.discard(message.partition() or 0)
                elif not error.retriable():
                    raise KafkaException(error)
                continue
            _, at = message.timestamp()
            if begin <= at < end:
                piece.append((read_record(message, 0.0), datetime.fromtimestamp(at / 1000).astimezone()))
        if len(piece) >= PIECE or not left:
            yield piece
            piece = []


def _ends(reader: Consumer) -> dict[int, int]:
    topic = differences.OUTCOMES
    numbers = reader.list_topics(topic, timeout=ASK_S).topics[topic].partitions
    return {n: reader.get_watermark_offsets(TopicPartition(topic, n), timeout=ASK_S)[1] for n in numbers}


def _consumer(config: dict[str, Any], group: str) -> Consumer:
    settings = {**UP_TO_THE_END, **config, "group.id": group}
    settings.pop("partition.assignment.strategy")
    return Consumer(settings)
