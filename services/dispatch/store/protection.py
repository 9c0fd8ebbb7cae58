"""Protected persons' addresses. They are in PostgreSQL only: no topic, no log and no event carries what they hold."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Float, Select, and_, bindparam, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.pack.geometry import distance_m
from services.dispatch.domain.report import Place
from services.dispatch.store.pipeline import Statement, ask
from services.dispatch.store.tables import protected_addresses

NEAR_LAT, NEAR_LON = 0.006, 0.03
"""Degrees, more than the largest radius of 500 m (0.0045° of latitude; up to 0.03° of longitude at 80° north)."""


def in_force(at: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """True for addresses in force at `at`."""
    table = protected_addresses
    return and_(table.c.ended_at.is_(None), table.c.starts_at <= at, table.c.ends_at > at)


def _near() -> Statement:
    table = protected_addresses
    lat, lon = table.c.lat.between(*_ends("south", "north")), table.c.lon.between(*_ends("west", "east"))
    of_centre = table.c.centre == bindparam("centre")
    query = select(table.c.id, table.c.lat, table.c.lon, table.c.radius_m)
    return Statement(query.where(of_centre, in_force(bindparam("at", type_=table.c.starts_at.type)), lat, lon))


def _ends(low: str, high: str) -> tuple[BindParameter[float], BindParameter[float]]:
    return bindparam(low, type_=Float), bindparam(high, type_=Float)


_NEAR = _near()


async def nearest(conn: AsyncConnection, centre: str, place: Place, at: datetime) -> str | None:
    """The id of the nearest address of the centre in force at `at` within whose radius `place` lies, if any."""
    near = {"south": place.lat - NEAR_LAT, "north": place.lat + NEAR_LAT}
    near |= {"west": place.lon - NEAR_LON, "east": place.lon + NEAR_LON}
    [rows] = await ask(conn, (_NEAR, {"centre": centre, "at": at} | near))
    away = [(distance_m((place.lat, place.lon), (row["lat"], row["lon"])), row["id"], row["radius_m"]) for row in rows]
    return min(((metres, found) for metres, found, radius in away if metres <= radius), default=(0.0, None))[1]


async def instructions(conn: AsyncConnection, addresses: Iterable[str | None]) -> dict[str, str]:
    """What is to be known at these addresses, by their ids; nothing of those that are no longer in force."""
    wanted = {known for known in addresses if known is not None}
    if not wanted:
        return {}
    table = protected_addresses
    query = select(table.c.id, table.c.instructions)
    now = func.clock_timestamp()
    held = (table.c.ended_at.is_(None), table.c.ends_at > now, table.c.instructions.is_not(None))
    rows = await conn.execute(query.where(table.c.id.in_(wanted), *held))
    return {row.id: row.instructions for row in rows}


async def forget(conn: AsyncConnection, before: datetime | Any) -> None:
    """Deletes addresses that ended before that moment."""
    table = protected_addresses
    await conn.execute(delete(table).where(or_(table.c.ended_at < before, table.c.ends_at < before)))


def all_in_force(at: datetime) -> Select[Any]:
    """Query for all addresses in force, the first to end first."""
    return select(protected_addresses).where(in_force(at)).order_by(protected_addresses.c.ends_at)
