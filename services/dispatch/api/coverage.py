"""Coverage: gaps and proposals as they are now; move-ups: ordering a free unit to a post, and ending that."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.problems import Problem
from services.dispatch.actions import moving
from services.dispatch.actions.picturing import picture, picture_view
from services.dispatch.api import bodies
from services.dispatch.api.answers.coverage import CoverageShown, MoveUpShown
from services.dispatch.api.describing import answers
from services.dispatch.api.door import Actor, Door, Doors, IdempotencyKey, not_found
from services.dispatch.domain.moving_up import MoveUpEnd
from services.dispatch.store import move_ups as ordered
from services.dispatch.store.reading import read
from services.dispatch.store.tables import move_ups as table
from services.dispatch.store.work import Work, look

router = APIRouter(prefix="/v1", tags=["coverage"])
Centre = Annotated[str | None, Query(description="INSEE code; may be left out where there is one centre only")]


@router.get("/coverage", **answers(CoverageShown, 404))
async def read_coverage(door: Doors, centre: Centre = None) -> dict[str, Any]:
    """Utilisation, expected coverage, gaps and move-up proposals of a centre, from where its patrols are now."""

    async def act(work: Work) -> dict[str, Any]:
        wanted = _centre(work, centre)
        found = await picture(work, wanted)
        if found is None:
            raise not_found("centre", wanted)
        return picture_view(found)

    return await look(door.engine, door.library, act)


@router.get("/move-ups", **answers(list[MoveUpShown]))
async def list_move_ups(
    door: Doors,
    unit: str | None = None,
    under_way: Annotated[bool, Query(description="only those that have not ended")] = True,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> list[dict[str, Any]]:
    """Move-ups, newest first."""
    return await move_ups(door, unit, under_way=under_way, limit=limit)


async def move_ups(door: Door, unit: str | None, *, under_way: bool = True, limit: int = 200) -> list[dict[str, Any]]:
    """The same, for the stream's snapshot."""
    query = ordered.query(**({"unit_id": unit} if unit else {})).limit(limit)
    if under_way:
        query = query.where(table.c.ended_at.is_(None))

    async def act(conn: AsyncConnection) -> list[dict[str, Any]]:
        found = (await conn.execute(query)).mappings().all()
        return [moving.view(row, await door.library.current(conn, row["centre"])) for row in found]

    return await read(door.engine, act)


@router.post("/move-ups", **answers(MoveUpShown, 404, 409, status=201))
async def order_move_up(
    door: Doors, request: Request, body: bodies.MoveUpBody, actor: Actor, idempotency_key: IdempotencyKey = None
) -> dict[str, Any]:
    """Orders a free unit to a post. It stays available; an earlier move-up of it is replaced."""

    async def act(work: Work) -> dict[str, Any]:
        found = await moving.order(work, moving.Order(body.unit, body.post, actor, body.reason))
        if found is None:
            raise not_found("unit", body.unit)
        return found

    try:
        return await door.transact(request, idempotency_key, act, 201)
    except moving.UnknownPost as error:
        title = "Poste inconnu / unknown post"
        detail = "Choisissez un poste du dossier de la ville. / Choose a post of the city pack."
        raise Problem(422, "post", title, detail, posts=error.posts) from error
    except moving.NotFree as error:
        title = "Équipage non disponible / unit is not free"
        detail = "Seul un équipage disponible peut être déplacé. / Only an available unit can be moved."
        raise Problem(409, "unit-busy", title, detail, state=error.state) from error


@router.delete("/move-ups/{move_up_id}", **answers(None, 404, status=204))
async def end_move_up(door: Doors, request: Request, move_up_id: str) -> Response:
    """Ends a move-up now; one that has ended already stays as it is."""

    async def act(work: Work) -> dict[str, Any]:
        if not await moving.end(work, move_up_id, MoveUpEnd.CANCELLED) and not await moving.exists(work, move_up_id):
            raise not_found("move-up", move_up_id)
        return {}

    await door.transact(request, None, act)
    return Response(status_code=204)


def _centre(work: Work, wanted: str | None) -> str:
    known = sorted(work.packs)
    if wanted is None and len(known) == 1:
        return known[0]
    if wanted is None:
        raise Problem(
            422, "centre", "Centre à préciser / name a centre", "Name one of them in `centre`.", centres=known
        )
    if wanted not in known:
        raise not_found("centre", wanted)
    return wanted
