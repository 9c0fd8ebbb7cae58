"""Legal holds: what an incident holds is kept past its time while justice, or a complaint, needs it.

Setting and lifting each leave a line in the access register, in the transaction that does it.
"""

import uuid
from typing import Any

from sqlalchemy import insert, select, update

from services.dispatch.domain.access_register import Entry, Seen
from services.dispatch.store.register import append
from services.dispatch.store.signals import resolve_alias
from services.dispatch.store.tables import incidents, legal_holds
from services.dispatch.store.work import Work


async def hold(work: Work, incident: str, reason: str, actor: str) -> dict[str, Any] | None:
    """Keeps the incident, and those merged into it, until it is lifted; None if there is no such incident."""
    known = await resolve_alias(work.conn, incident)
    if await work.conn.scalar(select(incidents.c.id).where(incidents.c.id == known)) is None:
        return None
    row = {"id": str(uuid.uuid4()), "incident_id": known, "reason": reason, "set_by": actor, "at": work.now}
    row |= {"lifted_at": None, "lifted_by": None}
    await work.conn.execute(insert(legal_holds).values(row))
    await append(work.conn, [Entry(Seen.LEGAL_HOLD, actor, object=known, reason=reason, asked={"hold": row["id"]})])
    return view(row)


async def lift(work: Work, hold_id: str, reason: str, actor: str) -> dict[str, Any] | None:
    """The incident's data go when their time is over, unless another hold keeps them; None if none is in force."""
    table = legal_holds
    where = (table.c.id == hold_id, table.c.lifted_at.is_(None))
    changed = update(table).where(*where).values(lifted_at=work.now, lifted_by=actor).returning(*table.c)
    row = (await work.conn.execute(changed)).mappings().one_or_none()
    if row is None:
        return None
    told = {"hold": hold_id, "lifted": True}
    await append(work.conn, [Entry(Seen.LEGAL_HOLD, actor, object=row["incident_id"], reason=reason, asked=told)])
    return view(dict(row))


async def in_force(work: Work) -> list[dict[str, Any]]:
    """The newest first."""
    query = select(legal_holds).where(legal_holds.c.lifted_at.is_(None)).order_by(legal_holds.c.at.desc())
    return [view(dict(row)) for row in (await work.conn.execute(query)).mappings()]


def view(row: dict[str, Any]) -> dict[str, Any]:
    """As it is answered."""
    moments = {name: row[name].isoformat() if row[name] else None for name in ("at", "lifted_at")}
    return {"hold_id": row["id"], **{name: row[name] for name in row if name != "id"}, **moments}
