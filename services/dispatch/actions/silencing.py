"""Silences and sites under test: scope, reason and an end are mandatory; screening learns of them by topic."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from schemas.messages.dispatching import SilenceChanged
from schemas.wire import Origin
from services.dispatch.store.tables import silences
from services.dispatch.store.work import Work

TOPIC = "silences"


async def add(
    work: Work,
    *,
    centre: str,
    pack_version: str,
    scope: str,
    under_test: bool,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    actor: str,
) -> dict[str, Any]:
    """Sets a silence; one that was in force for the same scope ends."""
    await _end_where(work, (silences.c.scope == scope) & (silences.c.centre == centre))
    row = {
        "id": str(uuid.uuid4()),
        "centre": centre,
        "scope": scope,
        "under_test": under_test,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "reason": reason,
        "set_by": actor,
    }
    await work.conn.execute(insert(silences).values(row))
    message = SilenceChanged(
        silence_id=str(row["id"]),
        origin=Origin(centre=centre, pack_version=pack_version),
        scope=scope,
        under_test=under_test,
        starts_at=starts_at,
        ends_at=ends_at,
        reason="set" if not under_test else "test",
        set_by=actor,
    )
    work.publish(TOPIC, message)
    shown = view(row | {"ended_at": None})
    work.show("silence", shown)
    return shown


async def end(work: Work, silence_id: str) -> bool:
    """Ends a silence now; False if there is none in force with that id."""
    return await _end_where(work, silences.c.id == silence_id)


async def _end_where(work: Work, which: Any) -> bool:
    ended = update(silences).where(which, silences.c.ended_at.is_(None)).values(ended_at=work.now).returning(silences)
    rows = (await work.conn.execute(ended)).mappings().all()
    for row in rows:
        work.retract(TOPIC, row["scope"].encode())
        work.show("silence", view(row))
    return bool(rows)


async def in_force(work: Work) -> list[dict[str, Any]]:
    """All silences that have not ended."""
    query = select(silences).where(silences.c.ended_at.is_(None), silences.c.ends_at > work.now)
    return [view(row) for row in (await work.conn.execute(query.order_by(silences.c.ends_at))).mappings()]


def view(row: Any) -> dict[str, Any]:
    """A silence as JSON."""
    return {
        "silence_id": row["id"],
        "centre": row["centre"],
        "scope": row["scope"],
        "under_test": row["under_test"],
        "starts_at": row["starts_at"].isoformat(),
        "ends_at": row["ends_at"].isoformat(),
        "reason": row["reason"],
        "set_by": row["set_by"],
        "ended_at": row["ended_at"].isoformat() if row["ended_at"] else None,
    }
