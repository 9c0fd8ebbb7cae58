"""*Tout va bien ?*: the answer of an officer who was asked, or speaks without being asked."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from sqlalchemy import select

from services.dispatch.actions import welfare
from services.dispatch.api import bodies
from services.dispatch.api.answers.welfare import WellTaken
from services.dispatch.api.describing import answers
from services.dispatch.api.door import ACTOR, Door, Doors, IdempotencyKey, not_found
from services.dispatch.domain.welfare import Sign
from services.dispatch.store import tables
from services.dispatch.store.work import Work

router = APIRouter(prefix="/v1/units", tags=["units"])


@router.post("/{unit}/well", **answers(WellTaken, 404))
async def well(
    door: Doors,
    request: Request,
    unit: str,
    body: bodies.Well | None = None,
    x_actor: Annotated[
        str | None, Header(max_length=100, pattern=ACTOR, description="who says so, if not the unit itself")
    ] = None,
    idempotency_key: IdempotencyKey = None,
) -> dict[str, Any]:
    """*Tout va bien*: answers the welfare check, and puts the next one off. An operator may answer for the officer."""
    at = body.at if body else None

    async def act(work: Work) -> dict[str, Any]:
        if await work.conn.scalar(select(tables.units.c.id).where(tables.units.c.id == unit)) is None:
            raise not_found("unit", unit)
        held = await welfare.hear_unit(work, unit, Sign.WELL, at, door.settings.welfare_after, x_actor)
        asked = held is not None and held.welfare_asked_at is not None
        return {"unit": unit, "on_scene": held is not None, "was_asked": asked}

    return await door.transact(request, idempotency_key, act)


async def sign_of_life(door: Door, request: Request, unit: str, sign: Sign, at: datetime | None) -> None:
    """Hears an officer whose report did nothing else, or was refused: he is there all the same."""

    async def act(work: Work) -> dict[str, Any]:
        await welfare.hear_unit(work, unit, sign, at, door.settings.welfare_after)
        return {}

    await door.transact(request, None, act)
