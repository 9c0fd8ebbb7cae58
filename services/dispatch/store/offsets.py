"""Kafka offsets kept in PostgreSQL, advanced in the transaction of the effect: by compare-and-set, or only forward."""

from collections.abc import Iterator

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.dispatch.store.pipeline import Row, Sent, Statement, ask
from services.dispatch.store.tables import consumer_offsets

Reached = dict[int, tuple[int, int]]
"""By partition: what was last seen of it, and where reading is now."""


class OffsetTaken(Exception):
    """Another process has already handled this record; nothing may be done for it here."""


async def load(conn: AsyncConnection, topic: str, partitions: list[int]) -> dict[int, int]:
    """The next offset of each partition; a partition not yet read begins at 0, and gets its row here."""
    rows = [{"topic": topic, "partition": number, "next_offset": 0} for number in partitions]
    await conn.execute(insert(consumer_offsets).on_conflict_do_nothing(), rows)
    query = select(consumer_offsets.c.partition, consumer_offsets.c.next_offset)
    found = await conn.execute(query.where(consumer_offsets.c.topic == topic))
    held = {row.partition: row.next_offset for row in found}
    return {number: held[number] for number in partitions}


def advancing(topic: str, partition: int, expected: int, to: int) -> Sent:
    """Moves the offset from `expected` to `to`; gives no row if it was not there any more."""
    return _ADVANCE, {"topic": topic, "of": partition, "expected": expected, "to": to}


def settled(rows: list[Row], topic: str, partition: int) -> None:
    """What `advancing` gave. Raises OffsetTaken where another process has handled the record."""
    if not rows:
        raise OffsetTaken(f"{topic}/{partition} was moved on")


async def advance(conn: AsyncConnection, topic: str, partition: int, expected: int, to: int) -> None:
    """Moves the offset from `expected` to `to`. Raises OffsetTaken if it was not there any more."""
    [rows] = await ask(conn, advancing(topic, partition, expected, to))
    settled(rows, topic, partition)


def held(topic: str) -> Sent:
    """The offsets of a topic: `partition`, `next_offset`."""
    return _HELD, {"topic": topic}


def gone_back(rows: list[Row], reached: Reached) -> bool:
    """True if one of what `held` gave is behind what was last seen of it, as after a restored backup: what was done
    since is not in this database.
    """
    known = {row["partition"]: row["next_offset"] for row in rows}
    return any(known.get(number, 0) < seen for number, (seen, _) in reached.items())


def passing(topic: str, reached: Reached) -> Iterator[Sent]:
    """Moves each partition on, in their order. One that another process has brought further stays there; so does one
    that has gone back.
    """
    for number, (seen, to) in sorted(reached.items()):
        yield _FURTHER, {"topic": topic, "of": number, "seen": seen, "to": to}


async def pass_to(conn: AsyncConnection, topic: str, reached: Reached) -> None:
    """`passing`, at once. Raises OffsetTaken where one has gone back (`gone_back`)."""
    [rows] = await ask(conn, held(topic), after=list(passing(topic, reached)))
    if gone_back(rows, reached):
        raise OffsetTaken(f"{topic} has gone back")


async def begin_anew(conn: AsyncConnection, topic: str, partition: int, at: int) -> None:
    """Puts a partition's offset to `at`, also back: its topic was made again."""
    where = (consumer_offsets.c.topic == topic, consumer_offsets.c.partition == partition)
    await conn.execute(update(consumer_offsets).where(*where).values(next_offset=at))


_OFFSET = consumer_offsets.c
_CHANGED = update(consumer_offsets).where(_OFFSET.topic == bindparam("topic"), _OFFSET.partition == bindparam("of"))
_ADVANCE = Statement(
    _CHANGED.where(_OFFSET.next_offset == bindparam("expected"))
    .values(next_offset=bindparam("to"))
    .returning(_OFFSET.partition)
)
_FURTHER = Statement(
    _CHANGED.where(_OFFSET.next_offset >= bindparam("seen")).values(
        next_offset=func.greatest(_OFFSET.next_offset, bindparam("to"))
    )
)
_HELD = Statement(select(_OFFSET.partition, _OFFSET.next_offset).where(_OFFSET.topic == bindparam("topic")))
