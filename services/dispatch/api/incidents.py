"""Incidents: reading them, and every order an operator may give."""

from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.vocabulary.dispatching import IncidentState
from services.chassis.problems import Problem
from services.dispatch import views
from services.dispatch.actions import operating, welfare
from services.dispatch.api import bodies, reading
from services.dispatch.api.answers.incidents import IncidentCard, IncidentListed
from services.dispatch.api.describing import answers
from services.dispatch.api.door import Door, Doors, tag
from services.dispatch.api.encoding import as_json
from services.dispatch.api.ordering import ORDER, UNTOUCHED, Ordered, OrderedBeside
from services.dispatch.domain.welfare import Sign
from services.dispatch.store import due, mapping, tables
from services.dispatch.store.case import Case
from services.dispatch.store.parts import parts_of
from services.dispatch.store.reading import read, rows
from services.dispatch.store.work import Work

router = APIRouter(prefix="/v1/incidents", tags=["incidents"])


class Order(StrEnum):
    """How the list of incidents is sorted."""

    NEWEST = "newest"
    URGENCY = "urgency"


_BY_TIME = (tables.incidents.c.opened_at, tables.incidents.c.id)
ORDERS: dict[Order, tuple[ColumnElement[Any], ...]] = {
    Order.NEWEST: (tables.incidents.c.opened_at.desc(), tables.incidents.c.id),
    Order.URGENCY: (due.OUTRANKED, tables.incidents.c.priority, *_BY_TIME),
}
States = Annotated[list[IncidentState] | None, Query(description="only these states; default: all")]


@router.get("", **answers(list[IncidentListed]))
async def list_incidents(
    door: Doors,
    state: States = None,
    site: str | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    before: Annotated[str | None, Query(description="incidents opened before this one")] = None,
    order: Annotated[Order, Query(description="`urgency`: an officer in distress, then P1 to P4, oldest first")] = (
        Order.NEWEST
    ),
) -> Response:
    """Incidents, newest first unless asked otherwise. `before` goes with the newest-first order only."""
    if before is not None and order is Order.URGENCY:
        detail = "`before` pages through `order=newest` only. / `before` ne va qu'avec `order=newest`."
        raise Problem(422, "before-needs-newest", "Ordre sans pages / order without pages", detail)
    return as_json(await incidents(door, state, site, limit, before, order))


async def incidents(
    door: Door,
    state: list[IncidentState] | None = None,
    site: str | None = None,
    limit: int = 200,
    before: str | None = None,
    order: Order = Order.NEWEST,
) -> list[dict[str, Any]]:
    """The same, for the stream's snapshot."""
    table = tables.incidents
    query = select(table).order_by(*ORDERS[order]).limit(limit)
    if state:
        query = query.where(table.c.state.in_(state))
    if site:
        query = query.where(table.c.site == site)
    if before:
        edge = select(table.c.opened_at).where(table.c.id == before).scalar_subquery()
        same_moment = and_(table.c.opened_at == edge, table.c.id > before)
        query = query.where(or_(table.c.opened_at < edge, same_moment))

    async def act(conn: AsyncConnection) -> list[dict[str, Any]]:
        listed = (await conn.execute(query)).mappings().all()
        # Asked for before anything is worked out: PostgreSQL ends a transaction that idles.
        parts = await parts_of(conn, [row["id"] for row in listed])
        found = [mapping.incident_of(row) for row in listed]
        return [
            views.incident_view(one, await door.library.version(conn, one.centre, one.pack_version)) | parts[one.id]
            for one in found
        ]

    return await read(door.engine, act)


async def count(door: Door, state: list[IncidentState]) -> int:
    """How many incidents are in one of these states."""
    table = tables.incidents
    [found] = await rows(door.engine, select(func.count().label("all")).where(table.c.state.in_(state)))
    return int(found["all"])


@router.get("/{incident_id}", **answers(IncidentCard, 404))
async def read_incident(door: Doors, response: Response, incident_id: str) -> dict[str, Any]:
    """One card: the incident with all its signals, tasks, assignments, events and notifications."""
    return tag(response, await reading.card(door, incident_id))


@router.post("/{incident_id}/acknowledge", **ORDER)
async def acknowledge(order: Ordered) -> dict[str, Any]:
    """*Acquitter*: somebody has seen it."""

    async def act(work: Work, case: Case) -> None:
        operating.acknowledge(work, case, order.actor)

    return await order.run(act)


@router.post("/{incident_id}/verify", **ORDER)
async def verify(order: Ordered, body: bodies.Verification) -> dict[str, Any]:
    """*Levée de doute*: `confirmed` engages what waited, `false_alarm` dismisses."""

    async def act(work: Work, case: Case) -> None:
        await operating.verify(work, case, body.result, order.actor, order.door.times.offer)

    return await order.run(act)


@router.post("/{incident_id}/dismiss", **ORDER)
async def dismiss(order: Ordered, body: bodies.Reason) -> dict[str, Any]:
    """*Fausse alerte*: ends it and stands everybody down."""

    async def act(work: Work, case: Case) -> None:
        await operating.dismiss(work, case, body.reason, order.actor)

    return await order.run(act, frees=True)


@router.post("/{incident_id}/reopen", **ORDER)
async def reopen(order: Ordered) -> dict[str, Any]:
    """Back to work: what was cancelled waits for the operator again."""

    async def act(work: Work, case: Case) -> None:
        operating.reopen(work, case, order.actor)

    return await order.run(act)


@router.post("/{incident_id}/assign", **ORDER)
async def assign(order: Ordered, body: bodies.Assigning | None = None) -> dict[str, Any]:
    """*Engager*: one unit, or the best ones for every waiting task."""
    wanted = body or bodies.Assigning()

    async def act(work: Work, case: Case) -> None:
        await operating.assign(work, case, wanted.unit, wanted.reason, order.actor, order.door.times.offer)

    return await order.run(act)


@router.post("/{incident_id}/backup", **UNTOUCHED)
async def backup(order: OrderedBeside, body: bodies.Backup | None = None) -> dict[str, Any]:
    """*Renfort*: more patrols. Asked by a unit on scene (`X-Actor`), it is a sign of life as well."""
    wanted = body or bodies.Backup()

    async def act(work: Work, case: Case) -> None:
        welfare.hear(work, case, order.actor, Sign.BACKUP, wanted.at, order.door.settings.welfare_after)
        await operating.backup(work, case, wanted.count, order.actor, order.door.times.offer, wanted.at)

    return await order.run(act)


@router.post("/{incident_id}/notes", **UNTOUCHED)
async def add_note(order: OrderedBeside, body: bodies.Note) -> dict[str, Any]:
    """A line of the *main courante*."""

    async def act(work: Work, case: Case) -> None:
        await operating.note(work, case, body.text, order.actor)

    return await order.run(act)


@router.post("/{incident_id}/close", **ORDER)
async def close(order: Ordered, body: bodies.Closing | None = None) -> dict[str, Any]:
    """Closes a resolved or dismissed incident."""
    report = body.report if body else None

    async def act(work: Work, case: Case) -> None:
        await operating.close(work, case, report, order.actor)

    return await order.run(act)
