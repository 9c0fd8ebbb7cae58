"""Kafka offsets kept in PostgreSQL, advanced in the transaction of the effect: by compare-and-set, or only forward."""

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.dispatch.store.tables import consumer_offsets


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


async def advance(conn: AsyncConnection, topic: str, partition: int, expected: int, to: int) -> None:
    """Moves the offset from `expected` to `to`. Raises OffsetTaken if it was not there any more."""
    where = (
        consumer_offsets.c.topic == topic,
        consumer_offsets.c.partition == partition,
        consumer_offsets.c.next_offset == expected,
    )
    changed = await conn.execute(update(consumer_offsets).where(*where).values(next_offset=to))
    if changed.rowcount != 1:
        raise OffsetTaken(f"{topic}/{partition} is not at {expected}")


async def pass_to(conn: AsyncConnection, topic: str, reached: dict[int, tuple[int, int]]) -> None:
    """Moves each partition on, from (what was last seen of it) to (where reading is now), in order of partitions.

    One that another process has brought further stays there. Raises OffsetTaken if one has gone back, as after a
    restored backup: what was done since is not in this database.
    """
    table = consumer_offsets
    where = (table.c.topic == topic, table.c.partition == bindparam("of"), table.c.next_offset >= bindparam("seen"))
    further = update(table).where(*where).values(next_offset=func.greatest(table.c.next_offset, bindparam("to")))
    rows = [{"of": number, "seen": seen, "to": to} for number, (seen, to) in sorted(reached.items())]
    if not rows:
        return
    changed = await conn.execute(further, rows)
    if changed.rowcount != len(rows):
        raise OffsetTaken(f"{topic} has gone back")


async def begin_anew(conn: AsyncConnection, topic: str, partition: int, at: int) -> None:
    """Puts a partition's offset to `at`, also back: its topic was made again."""
    where = (consumer_offsets.c.topic == topic, consumer_offsets.c.partition == partition)
    await conn.execute(update(consumer_offsets).where(*where).values(next_offset=at))
