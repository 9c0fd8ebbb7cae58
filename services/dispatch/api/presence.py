"""Who looks at which card: two operators on one card know of each other before either writes."""

from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from services.dispatch.api import bodies
from services.dispatch.api.answers.log import Presence
from services.dispatch.api.describing import answers
from services.dispatch.api.door import Actor, Doors
from services.dispatch.store.shift import PRESENT
from services.dispatch.store.tables import presence
from services.dispatch.store.work import Work

router = APIRouter(prefix="/v1/presence", tags=["shift"])


@router.put("", **answers(list[Presence]))
async def look(door: Doors, request: Request, body: bodies.PresenceBody, actor: Actor) -> list[dict[str, Any]]:
    """This console shows that card; say so every 20 s. Answers who shows which. After a minute's silence it is gone."""

    async def act(work: Work) -> dict[str, Any]:
        held = select(presence.c.incident_id).where(presence.c.console == body.console)
        before = await work.conn.scalar(held)
        row: dict[str, Any] = {
            "console": body.console,
            "actor": actor,
            "centre": body.centre,
            "incident_id": body.incident,
        }
        row |= {"seen_at": work.now}
        statement = insert(presence).values(row)
        changed = {name: statement.excluded[name] for name in row if name != "console"}
        await work.conn.execute(statement.on_conflict_do_update(index_elements=["console"], set_=changed))
        await work.conn.execute(delete(presence).where(presence.c.seen_at < func.clock_timestamp() - PRESENT))
        if before != body.incident:
            for incident in filter(None, {before, body.incident}):
                work.show("presence", {"incident_id": incident, "actors": await _on(work, incident)})
        return {"present": await _present(work)}

    found: list[dict[str, Any]] = (await door.transact(request, None, act))["present"]
    return found


async def _present(work: Work) -> list[dict[str, Any]]:
    query = select(presence.c.actor, presence.c.incident_id, presence.c.seen_at).order_by(presence.c.seen_at.desc())
    return [dict(row) | {"seen_at": row["seen_at"].isoformat()} for row in (await work.conn.execute(query)).mappings()]


async def _on(work: Work, incident: str) -> list[str]:
    query = select(presence.c.actor).where(presence.c.incident_id == incident).distinct().order_by(presence.c.actor)
    return list((await work.conn.execute(query)).scalars())
