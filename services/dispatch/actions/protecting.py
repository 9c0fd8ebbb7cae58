"""Protected addresses are set and ended. Consoles learn that something changed; what it is they read from the door."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import insert, update

from services.dispatch.store import protection
from services.dispatch.store.tables import protected_addresses
from services.dispatch.store.work import Work


async def add(
    work: Work,
    *,
    centre: str,
    lat: float,
    lon: float,
    radius_m: float,
    instructions: str,
    ends_at: datetime,
    actor: str,
) -> dict[str, Any]:
    """Protects the address until `ends_at`. What is open there already is looked at again with its next alarm."""
    row = {
        "id": str(uuid.uuid4()),
        "centre": centre,
        "lat": lat,
        "lon": lon,
        "radius_m": radius_m,
        "instructions": instructions,
        "set_by": actor,
        "starts_at": work.now,
        "ends_at": ends_at,
    }
    await work.conn.execute(insert(protected_addresses).values(row))
    _show(work, row, ended=False)
    return brief(row)


async def end(work: Work, address_id: str) -> bool:
    """Ends one that is in force and erases its text; False if there is none with that id."""
    table = protected_addresses
    where = (table.c.id == address_id, protection.in_force(work.now))
    ended = update(table).where(*where).values(ended_at=work.now, instructions=None).returning(table)
    row = (await work.conn.execute(ended)).mappings().one_or_none()
    if row is None:
        return False
    _show(work, row, ended=True)
    return True


async def in_force(work: Work) -> list[dict[str, Any]]:
    """All that are in force."""
    return [view(row) for row in (await work.conn.execute(protection.all_in_force(work.now))).mappings()]


def view(row: Any) -> dict[str, Any]:
    """An address as JSON, for the room."""
    return brief(row) | {"lat": row["lat"], "lon": row["lon"], "instructions": row["instructions"]}


def brief(row: Any) -> dict[str, Any]:
    """The same without its place and its text."""
    return {
        "address_id": row["id"],
        "centre": row["centre"],
        "radius_m": row["radius_m"],
        "set_by": row["set_by"],
        "starts_at": row["starts_at"].isoformat(),
        "ends_at": row["ends_at"].isoformat(),
    }


def _show(work: Work, row: Any, *, ended: bool) -> None:
    """Neither place nor text: the stream is kept for a day."""
    work.show("protected_address", {"address_id": row["id"], "centre": row["centre"], "ended": ended})
