"""Assignments as tablets see them: reading, and the five steps."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.problems import Problem
from services.dispatch import views
from services.dispatch.actions import operating, reporting
from services.dispatch.api import bodies
from services.dispatch.api.answers.engaging import AssignmentReported, AssignmentShown, ReportKept
from services.dispatch.api.describing import answers
from services.dispatch.api.door import Door, Doors, IdempotencyKey, not_found, open_case
from services.dispatch.api.welfare import sign_of_life
from services.dispatch.domain.assignment import Step, Verdict, allowed
from services.dispatch.domain.welfare import Sign
from services.dispatch.store import fleet, mapping, protection, signals, tables
from services.dispatch.store.reading import read
from services.dispatch.store.work import Work

router = APIRouter(prefix="/v1/assignments", tags=["assignments"])
KEPT = {Verdict.STALE_EPOCH, Verdict.ASSIGNMENT_ENDED}


@router.get("", **answers(list[AssignmentShown]))
async def list_assignments(
    door: Doors,
    unit: str | None = None,
    active: Annotated[bool | None, Query(description="only active, or only ended ones")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> list[dict[str, Any]]:
    """Assignments, newest first, each with what an officer needs to know of its incident."""
    return await assignments(door, unit, active, limit)


async def assignments(
    door: Door, unit: str | None, active: bool | None, limit: int | None = 50
) -> list[dict[str, Any]]:
    """The same, for the stream's snapshot: without a limit, as active ones are one a unit at most."""
    table = tables.assignments
    query = select(table).order_by(table.c.offered_at.desc(), table.c.id).limit(limit)
    if unit:
        query = query.where(table.c.unit_id == unit)
    if active is not None:
        query = query.where(table.c.active == active)

    async def act(conn: AsyncConnection) -> list[dict[str, Any]]:
        found = [mapping.assignment_of(row) for row in (await conn.execute(query)).mappings()]
        cards = await _cards(door, conn, {known.incident_id for known in found})
        return [views.assignment_view(known) | {"incident": cards.get(known.incident_id)} for known in found]

    return await read(door.engine, act)


async def companions(door: Door, shown: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """All units that are where these assignments lead, for the stream's snapshot."""
    return await read(door.engine, lambda conn: fleet.companions(conn, {known["incident_id"] for known in shown}))


async def _cards(door: Door, conn: AsyncConnection, incidents: set[str]) -> dict[str, dict[str, Any]]:
    """What an officer needs to know of each of these incidents, by id."""
    linked = await signals.signal_ids_of(conn, incidents)
    rows = await conn.execute(select(tables.incidents).where(tables.incidents.c.id.in_(incidents)))
    found = [mapping.incident_of(row) for row in rows.mappings()]
    protected = await protection.instructions(conn, [incident.protected_address for incident in found])
    cards = {}
    for incident in found:
        book = await door.library.version(conn, incident.centre, incident.pack_version)
        if book is not None:
            cards[incident.id] = views.tablet_view(incident, book, linked.get(incident.id, []), protected)
    return cards


async def step(
    door: Door,
    request: Request,
    response: Response,
    assignment_id: str,
    which: Step,
    body: bodies.StepBody,
    key: str | None,
) -> dict[str, Any]:
    """Runs one step. 202 with `applied: false` for a late or stale report, which is kept; 409 for a wrong one."""

    without_effect: list[str] = []

    async def within(work: Work) -> dict[str, Any]:
        times = (door.times.offer, door.settings.welfare_after)
        result = await reporting.report(work, assignment_id, which, body.epoch, body.at, *times, why=body.why)
        if result is None:
            raise not_found("assignment", assignment_id)
        verdict, after = result
        without_effect[:] = [] if verdict is Verdict.APPLIED else [after.unit]
        if verdict is Verdict.NOT_ALLOWED:
            raise Problem(
                409,
                "not-allowed",
                "Étape impossible / step not allowed",
                f"« {which} » n'est pas possible depuis « {after.state} » / not possible from this state",
                state=after.state,
                wanted=which,
                allowed=allowed(after.state),
                reason=verdict,
            )
        return views.assignment_view(after) | {"applied": verdict is Verdict.APPLIED, "reason": verdict}

    try:
        answer = await door.transact(request, key, within)
    finally:
        for unit in without_effect:
            await sign_of_life(door, request, unit, Sign.STEP, body.at)
    if answer["reason"] in KEPT:
        response.status_code = 202
    if which in {Step.CLEAR, Step.DECLINE} and answer["applied"]:
        door.timers.unit_freed()
    return answer


@router.post("/{assignment_id}/report", **answers(ReportKept, 404, status=201))
async def write_report(
    door: Doors,
    request: Request,
    assignment_id: str,
    body: bodies.ReportBody,
    idempotency_key: IdempotencyKey = None,
) -> dict[str, Any]:
    """*Compte rendu*: what the officers write, kept in the log in any state of the assignment and its incident."""

    async def act(work: Work) -> dict[str, Any]:
        table = tables.assignments
        found = (await work.conn.execute(select(table).where(table.c.id == assignment_id))).mappings().one_or_none()
        if found is None:
            raise not_found("assignment", assignment_id)
        case = await open_case(work, found["incident_id"], None)
        note = await operating.note(work, case, body.text, found["unit_id"], at=body.at)
        return {"note_id": note, "incident_id": case.incident.id}

    return await door.transact(request, idempotency_key, act, 201)


def _route(which: Step, meaning: str) -> None:
    described = answers(AssignmentReported, 404, 409, also=202)

    @router.post(f"/{{assignment_id}}/{which.value}", name=which.name.lower(), description=meaning, **described)
    async def endpoint(
        door: Doors,
        request: Request,
        response: Response,
        assignment_id: str,
        body: bodies.StepBody,
        idempotency_key: IdempotencyKey = None,
    ) -> dict[str, Any]:
        return await step(door, request, response, assignment_id, which, body, idempotency_key)


_route(Step.ACCEPT, "*Accepter*: the unit takes the offer.")
_route(Step.DECLINE, "The unit cannot come; the next one is asked.")
_route(Step.EN_ROUTE, "*Parti*.")
_route(Step.ON_SCENE, "*Sur place*.")
_route(Step.CLEAR, "*Fin d'intervention*: the unit is free again.")
