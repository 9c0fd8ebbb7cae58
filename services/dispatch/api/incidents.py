"""Incidents: reading them, and every order an operator may give."""

from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.vocabulary.dispatching import IncidentState
from services.chassis.problems import Problem
from services.dispatch import views
from services.dispatch.actions import operating, welfare
from services.dispatch.api import bodies, reading
from services.dispatch.api.answers.incidents import IncidentCard, IncidentListed, IncidentOrdered
from services.dispatch.api.describing import answers
from services.dispatch.api.door import Actor, Door, Doors, IdempotencyKey, IfMatch, open_case, tag
from services.dispatch.domain.welfare import Sign
from services.dispatch.store import due, mapping, tables
from services.dispatch.store.case import Case
from services.dispatch.store.parts import parts_of
from services.dispatch.store.reading import read, rows
from services.dispatch.store.work import Work

router = APIRouter(prefix="/v1/incidents", tags=["incidents"])
ORDER = answers(IncidentOrdered, 404, 409, 412)


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
) -> list[dict[str, Any]]:
    """Incidents, newest first unless asked otherwise. `before` goes with the newest-first order only."""
    if before is not None and order is Order.URGENCY:
        detail = "`before` pages through `order=newest` only. / `before` ne va qu'avec `order=newest`."
        raise Problem(422, "before-needs-newest", "Ordre sans pages / order without pages", detail)
    return await incidents(door, state, site, limit, before, order)


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


async def order(
    door: Door, request: Request, response: Response, incident_id: str, key: str | None, if_match: str | None, act: Any
) -> dict[str, Any]:
    """Runs one order on one incident and answers the card as it is after it."""

    async def within(work: Work) -> dict[str, Any]:
        case = await open_case(work, incident_id, if_match)
        await act(work, case)
        return views.case_view(case)

    try:
        body = await door.transact(request, key, within)
    except operating.UnitRefused as error:
        reason = error.reason or "unknown_unit"
        raise Problem(
            409, "unit-refused", "Équipage non engageable / unit cannot be sent", str(reason), reason=str(reason)
        ) from error
    except operating.OverrideNeedsReason as error:
        raise Problem(
            422,
            "override-needs-reason",
            "Motif obligatoire / a reason is required",
            "Another unit than the recommended one was chosen: say why in `reason`.",
            recommended=error.recommended,
        ) from error
    return tag(response, body)


@router.post("/{incident_id}/acknowledge", **ORDER)
async def acknowledge(
    door: Doors,
    request: Request,
    response: Response,
    incident_id: str,
    actor: Actor,
    idempotency_key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> dict[str, Any]:
    """*Acquitter*: somebody has seen it."""

    async def act(work: Work, case: Case) -> None:
        operating.acknowledge(work, case, actor)

    return await order(door, request, response, incident_id, idempotency_key, if_match, act)


@router.post("/{incident_id}/verify", **ORDER)
async def verify(
    door: Doors,
    request: Request,
    response: Response,
    incident_id: str,
    body: bodies.Verification,
    actor: Actor,
    idempotency_key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> dict[str, Any]:
    """*Levée de doute*: `confirmed` engages what waited, `false_alarm` dismisses."""

    async def act(work: Work, case: Case) -> None:
        await operating.verify(work, case, body.result, actor, door.times.offer)

    return await order(door, request, response, incident_id, idempotency_key, if_match, act)


@router.post("/{incident_id}/dismiss", **ORDER)
async def dismiss(
    door: Doors,
    request: Request,
    response: Response,
    incident_id: str,
    body: bodies.Reason,
    actor: Actor,
    idempotency_key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> dict[str, Any]:
    """*Fausse alerte*: ends it and stands everybody down."""

    async def act(work: Work, case: Case) -> None:
        await operating.dismiss(work, case, body.reason, actor)

    result = await order(door, request, response, incident_id, idempotency_key, if_match, act)
    door.timers.unit_freed()
    return result


@router.post("/{incident_id}/reopen", **ORDER)
async def reopen(
    door: Doors,
    request: Request,
    response: Response,
    incident_id: str,
    actor: Actor,
    idempotency_key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> dict[str, Any]:
    """Back to work: what was cancelled waits for the operator again."""

    async def act(work: Work, case: Case) -> None:
        operating.reopen(work, case, actor)

    return await order(door, request, response, incident_id, idempotency_key, if_match, act)


@router.post("/{incident_id}/assign", **ORDER)
async def assign(
    door: Doors,
    request: Request,
    response: Response,
    incident_id: str,
    actor: Actor,
    body: bodies.Assigning | None = None,
    idempotency_key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> dict[str, Any]:
    """*Engager*: one unit, or the best ones for every waiting task."""
    wanted = body or bodies.Assigning()

    async def act(work: Work, case: Case) -> None:
        await operating.assign(work, case, wanted.unit, wanted.reason, actor, door.times.offer)

    return await order(door, request, response, incident_id, idempotency_key, if_match, act)


@router.post("/{incident_id}/backup", **answers(IncidentOrdered, 404, 409))
async def backup(
    door: Doors,
    request: Request,
    response: Response,
    incident_id: str,
    actor: Actor,
    body: bodies.Backup | None = None,
    idempotency_key: IdempotencyKey = None,
) -> dict[str, Any]:
    """*Renfort*: more patrols. Asked by a unit on scene (`X-Actor`), it is a sign of life as well."""
    wanted = body or bodies.Backup()

    async def act(work: Work, case: Case) -> None:
        welfare.hear(work, case, actor, Sign.BACKUP, wanted.at, door.settings.welfare_after)
        await operating.backup(work, case, wanted.count, actor, door.times.offer, wanted.at)

    return await order(door, request, response, incident_id, idempotency_key, None, act)


@router.post("/{incident_id}/notes", **answers(IncidentOrdered, 404, 409))
async def add_note(
    door: Doors,
    request: Request,
    response: Response,
    incident_id: str,
    body: bodies.Note,
    actor: Actor,
    idempotency_key: IdempotencyKey = None,
) -> dict[str, Any]:
    """A line of the *main courante*."""

    async def act(work: Work, case: Case) -> None:
        await operating.note(work, case, body.text, actor)

    return await order(door, request, response, incident_id, idempotency_key, None, act)


@router.post("/{incident_id}/close", **ORDER)
async def close(
    door: Doors,
    request: Request,
    response: Response,
    incident_id: str,
    actor: Actor,
    body: bodies.Closing | None = None,
    idempotency_key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> dict[str, Any]:
    """Closes a resolved or dismissed incident."""
    report = body.report if body else None

    async def act(work: Work, case: Case) -> None:
        await operating.close(work, case, report, actor)

    return await order(door, request, response, incident_id, idempotency_key, if_match, act)
