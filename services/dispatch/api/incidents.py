"""Incidents: reading them, and every order an operator may give."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import and_, or_, select

from schemas.vocabulary.dispatching import IncidentState
from services.chassis.problems import Problem
from services.dispatch import views
from services.dispatch.actions import merging, operating, splitting
from services.dispatch.actions.keeping import keep
from services.dispatch.api import bodies, reading
from services.dispatch.api.door import Actor, Door, Doors, IdempotencyKey, IfMatch, not_found, open_case, tag
from services.dispatch.domain.incident import Action
from services.dispatch.store import case as cases
from services.dispatch.store import mapping, tables
from services.dispatch.store.case import Case
from services.dispatch.store.reading import rows
from services.dispatch.store.work import Work

router = APIRouter(prefix="/v1/incidents", tags=["incidents"])
States = Annotated[list[IncidentState] | None, Query(description="only these states; default: all")]


@router.get("")
async def list_incidents(
    door: Doors,
    state: States = None,
    site: str | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    before: Annotated[str | None, Query(description="incidents opened before this one")] = None,
) -> list[dict[str, Any]]:
    """Incidents, newest first."""
    return await incidents(door, state, site, limit, before)


async def incidents(
    door: Door,
    state: list[IncidentState] | None = None,
    site: str | None = None,
    limit: int = 200,
    before: str | None = None,
) -> list[dict[str, Any]]:
    """The same, for the stream's snapshot."""
    table = tables.incidents
    query = select(table).order_by(table.c.opened_at.desc(), table.c.id).limit(limit)
    if state:
        query = query.where(table.c.state.in_(state))
    if site:
        query = query.where(table.c.site == site)
    if before:
        edge = select(table.c.opened_at).where(table.c.id == before).scalar_subquery()
        same_moment = and_(table.c.opened_at == edge, table.c.id > before)
        query = query.where(or_(table.c.opened_at < edge, same_moment))
    return [views.incident_view(mapping.incident_of(row)) for row in await rows(door.engine, query)]


@router.get("/{incident_id}")
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
        reason = error.candidate.reason if error.candidate else "unknown_unit"
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


@router.post("/{incident_id}/acknowledge")
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


@router.post("/{incident_id}/verify")
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


@router.post("/{incident_id}/dismiss")
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


@router.post("/{incident_id}/reopen")
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


@router.post("/{incident_id}/assign")
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


@router.post("/{incident_id}/backup")
async def backup(
    door: Doors,
    request: Request,
    response: Response,
    incident_id: str,
    actor: Actor,
    body: bodies.Backup | None = None,
    idempotency_key: IdempotencyKey = None,
) -> dict[str, Any]:
    """*Renfort*: more patrols."""
    count = (body or bodies.Backup()).count

    async def act(work: Work, case: Case) -> None:
        await operating.backup(work, case, count, actor, door.times.offer)

    return await order(door, request, response, incident_id, idempotency_key, None, act)


@router.post("/{incident_id}/notes")
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


@router.post("/{incident_id}/close")
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


@router.post("/{incident_id}/merge")
async def merge(
    door: Doors,
    request: Request,
    response: Response,
    incident_id: str,
    body: bodies.Other,
    actor: Actor,
    idempotency_key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> dict[str, Any]:
    """Joins two incidents; the furthest advanced is kept. 409 while units are bound by both."""

    async def within(work: Work) -> dict[str, Any]:
        for known in sorted({incident_id, body.incident}):
            if await cases.load(work, known) is None:
                raise not_found("incident", known)
        await open_case(work, incident_id, if_match)
        kept = await merging.merge_by_operator(work, incident_id, body.incident, door.times, actor)
        return views.case_view(kept)

    if incident_id == body.incident:
        raise Problem(422, "same-incident", "Même fiche / same incident", "Name another incident.")
    try:
        return tag(response, await door.transact(request, idempotency_key, within))
    except merging.BothEngaged as error:
        raise Problem(
            409,
            "both-engaged",
            "Deux fiches engagées / both are engaged",
            "Libérez d'abord les équipages de l'une. / Stand the units of one down first.",
        ) from error


@router.post("/{incident_id}/unmerge")
async def unmerge(
    door: Doors,
    request: Request,
    response: Response,
    incident_id: str,
    actor: Actor,
    idempotency_key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> dict[str, Any]:
    """Takes a merge back, for good."""

    async def within(work: Work) -> dict[str, Any]:
        case = await open_case(work, incident_id, if_match)
        operating.begin(case, Action.UNMERGE)
        kept = await cases.load(work, case.incident.merged_into or "")
        if kept is None:
            raise not_found("incident", case.incident.merged_into or "")
        await merging.unmerge(work, case, kept, actor)
        return views.case_view(case)

    return tag(response, await door.transact(request, idempotency_key, within))


@router.post("/{incident_id}/split")
async def split(
    door: Doors,
    request: Request,
    response: Response,
    incident_id: str,
    body: bodies.Splitting,
    actor: Actor,
    idempotency_key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> dict[str, Any]:
    """Takes alarms out into an incident of their own, for good; answers the new one."""

    async def within(work: Work) -> dict[str, Any]:
        case = await open_case(work, incident_id, if_match)
        operating.begin(case, Action.SPLIT)
        fresh = await splitting.split(work, case, body.signals, actor)
        keep(work, fresh)
        return views.case_view(fresh)

    try:
        return tag(response, await door.transact(request, idempotency_key, within))
    except splitting.NothingToSplit as error:
        raise Problem(422, "nothing-to-split", "Rien à séparer / nothing to split", str(error)) from error
