"""Broadcasts and who has read them. The text stands here only: never in the stream, the outbox or an event."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, Select, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.dispatch.store import fleet, signals
from services.dispatch.store.tables import broadcast_reads, broadcasts, units
from services.dispatch.store.work import Work


def in_force(centre: str | None = None) -> Select[Any]:
    """Those that have begun and not ended, by PostgreSQL's clock; what ends first leads."""
    table, now = broadcasts, func.clock_timestamp()
    query = select(table, now.label("now")).where(
        table.c.ended_at.is_(None), table.c.starts_at <= now, table.c.ends_at > now
    )
    return (query.where(table.c.centre == centre) if centre else query).order_by(table.c.ends_at, table.c.id)


def due() -> Select[Any]:
    """The ids of those whose end has passed, and of those that begin now and were shown to nobody yet."""
    table, now = broadcasts, func.clock_timestamp()
    begins = (table.c.shown_at.is_(None)) & (table.c.starts_at <= now)
    return select(table.c.id).where(table.c.ended_at.is_(None), or_(table.c.ends_at <= now, begins))


async def lock(work: Work, broadcast_id: str) -> RowMapping | None:
    """One of them, locked until the transaction ends; None if there is none."""
    query = select(broadcasts).where(broadcasts.c.id == broadcast_id).with_for_update()
    found: RowMapping | None = (await work.conn.execute(query)).mappings().one_or_none()
    return found


async def put(work: Work, row: dict[str, Any]) -> None:
    """Stores a new one."""
    await work.conn.execute(insert(broadcasts).values(row))


async def change(work: Work, broadcast_id: str, **values: Any) -> RowMapping:
    """Changes one; the row after it."""
    statement = update(broadcasts).where(broadcasts.c.id == broadcast_id).values(values).returning(broadcasts)
    found: RowMapping = (await work.conn.execute(statement)).mappings().one()
    return found


async def mark_read(work: Work, broadcast_id: str, unit: str) -> tuple[datetime, bool]:
    """When the unit has read it, and whether that is new."""
    row = {"broadcast_id": broadcast_id, "unit_id": unit, "read_at": work.now}
    statement = insert(broadcast_reads).values(row).on_conflict_do_nothing().returning(broadcast_reads.c.read_at)
    if (at := await work.conn.scalar(statement)) is not None:
        return at, True
    table = broadcast_reads
    where = (table.c.broadcast_id == broadcast_id, table.c.unit_id == unit)
    return (await work.conn.execute(select(table.c.read_at).where(*where))).scalar_one(), False


async def reads(conn: AsyncConnection, ids: Iterable[str], unit: str | None) -> dict[str, list[dict[str, Any]]]:
    """Who has read these, by broadcast, the first reader first; with `unit` only that one."""
    table = broadcast_reads
    query = select(table).where(table.c.broadcast_id.in_(list(ids))).order_by(table.c.read_at, table.c.unit_id)
    if unit is not None:
        query = query.where(table.c.unit_id == unit)
    found: dict[str, list[dict[str, Any]]] = {}
    for row in (await conn.execute(query)).mappings():
        known = {"unit": row["unit_id"], "read_at": row["read_at"].isoformat()}
        found.setdefault(row["broadcast_id"], []).append(known)
    return found


async def units_of(conn: AsyncConnection, centre: str) -> list[RowMapping]:
    """All units of a centre with their last positions."""
    query = fleet.query().where(units.c.centre == centre).order_by(units.c.id)
    return list((await conn.execute(query)).mappings())


async def unit_row(conn: AsyncConnection, unit: str) -> RowMapping | None:
    """One unit with its last position."""
    found: RowMapping | None = (await conn.execute(fleet.query().where(units.c.id == unit))).mappings().one_or_none()
    return found


async def about_incident(conn: AsyncConnection, incident_id: str) -> list[str]:
    """The ids of all broadcasts that were linked to an incident or to one that was merged into it."""
    family = signals.family(incident_id)
    query = select(broadcasts.c.id).where(broadcasts.c.incident_id.in_(select(family.c.id)))
    return list((await conn.execute(query.order_by(broadcasts.c.starts_at, broadcasts.c.id))).scalars())


async def erase_texts(conn: AsyncConnection, kept: timedelta) -> None:
    """Descriptions of what ended longer ago than `kept` are destroyed; that there was a broadcast stays known."""
    table = broadcasts
    over = func.coalesce(table.c.ended_at, table.c.ends_at) < func.clock_timestamp() - kept
    await conn.execute(update(table).where(over, table.c.text != "").values(text=""))
