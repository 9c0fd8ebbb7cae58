"""The roster (*tableau de service*): who is on duty, on call (*astreinte*) or at rest, and when."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime
from sqlalchemy import func, select

from services.chassis.problems import Problem
from services.dispatch.actions import rostering
from services.dispatch.actions.rostering import Planned
from services.dispatch.api import bodies
from services.dispatch.api.answers.roster import RosterShown
from services.dispatch.api.describing import answers
from services.dispatch.api.door import Actor, Doors, IdempotencyKey, not_found
from services.dispatch.domain.roster import Fault, Line
from services.dispatch.store import tables
from services.dispatch.store.reading import rows
from services.dispatch.store.work import Work

router = APIRouter(prefix="/v1/roster", tags=["units"])
WHAT_TO_DO = {
    Fault.ENDS_BEFORE_START: "La fin précède le début. / It ends before it starts: give a later `ends_at`.",
    Fault.TOO_LONG: "Plus de 36 heures : découpez. / Longer than 36 hours: give several lines.",
    Fault.OVER: "Déjà terminé ; pour y mettre fin, supprimez. / Already over; DELETE a line to end it now.",
}


@router.get("", **answers(list[RosterShown]))
async def list_lines(
    door: Doors,
    centre: str | None = None,
    unit: str | None = None,
    since: Annotated[AwareDatetime | None, Query(alias="from", description="they end after it; default: now")] = None,
    until: Annotated[AwareDatetime | None, Query(description="they start before it")] = None,
    limit: Annotated[int, Query(ge=1, le=5000)] = 1000,
) -> list[dict[str, Any]]:
    """Lines in the order of their start."""
    if since is not None and until is not None and until <= since:
        raise Problem(422, "ends-before-start", "Fin avant début / ends before it starts", "Give a later `until`.")
    table = tables.roster
    query = select(table).where(table.c.removed_at.is_(None)).order_by(table.c.starts_at, table.c.unit_id, table.c.id)
    given = {"centre": centre, "unit_id": unit}
    query = query.where(*(table.c[name] == value for name, value in given.items() if value is not None))
    query = query.where(table.c.ends_at > (func.clock_timestamp() if since is None else since))
    query = query.where(table.c.starts_at < until) if until is not None else query
    return [rostering.view(row) for row in await rows(door.engine, query.limit(limit))]


@router.post("", **answers(list[RosterShown], 404, 409, status=201))
async def add_lines(
    door: Doors, request: Request, body: bodies.RosterLines, actor: Actor, idempotency_key: IdempotencyKey = None
) -> list[dict[str, Any]]:
    """Sets one line or up to 500: all of them, or none. 409 where duties of one unit overlap, saying with which."""
    planned = [_planned(line) for line in (body if isinstance(body, list) else [body])]

    async def act(work: Work) -> dict[str, Any]:
        return {"lines": await _or_problem(lambda: rostering.add(work, planned, actor))}

    set_now: list[dict[str, Any]] = (await door.transact(request, idempotency_key, act, 201))["lines"]
    return set_now


@router.put("/{line_id}", **answers(RosterShown, 404, 409))
async def change_line(
    door: Doors, request: Request, line_id: str, body: bodies.RosterLine, actor: Actor
) -> dict[str, Any]:
    """Sets a line anew. One that was in force and is moved away ends now, as soon as the unit is clear."""

    async def act(work: Work) -> dict[str, Any]:
        changed = await _or_problem(lambda: rostering.change(work, line_id, _planned(body), actor))
        if changed is None:
            raise not_found("roster line", line_id)
        return dict(changed)

    return await door.transact(request, None, act)


@router.delete("/{line_id}", **answers(None, 404, status=204))
async def remove_line(door: Doors, request: Request, line_id: str) -> Response:
    """Takes a line off the roster; one in force ends now, as soon as the unit is clear."""

    async def act(work: Work) -> dict[str, Any]:
        if not await rostering.remove(work, line_id):
            raise not_found("roster line", line_id)
        return {}

    await door.transact(request, None, act)
    return Response(status_code=204)


def _planned(body: bodies.RosterLine) -> Planned:
    return Planned(body.unit, Line(body.kind, body.starts_at, body.ends_at, body.capabilities))


async def _or_problem(act: Callable[[], Awaitable[Any]]) -> Any:
    try:
        return await act()
    except rostering.UnknownUnit as error:
        raise not_found("unit", str(error)) from error
    except rostering.UnfitLine as error:
        title = "Ligne impossible / line not possible"
        raise Problem(422, error.why.replace("_", "-"), title, WHAT_TO_DO[error.why], unit=error.unit) from error
    except rostering.Overlap as error:
        raise Problem(
            409,
            "duties-overlap",
            "Service déjà prévu / duty already planned",
            "Raccourcissez l'une des deux lignes. / Shorten one of the two lines.",
            unit=error.unit,
            overlaps={
                "line_id": error.line.id or None,
                "starts_at": error.line.starts_at.isoformat(),
                "ends_at": error.line.ends_at.isoformat(),
            },
        ) from error
