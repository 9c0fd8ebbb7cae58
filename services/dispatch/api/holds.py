"""Legal holds: set and lifted by a shift lead with a reason, listed for the auditor."""

from typing import Any

from fastapi import APIRouter, Request

from services.dispatch.actions import holding
from services.dispatch.api import bodies
from services.dispatch.api.answers.holds import LegalHold
from services.dispatch.api.describing import answers
from services.dispatch.api.door import Actor, Doors, IdempotencyKey, not_found
from services.dispatch.store.work import Work

router = APIRouter(prefix="/v1/legal-holds", tags=["access"])


@router.get("", **answers(list[LegalHold]))
async def list_holds(door: Doors, request: Request) -> list[dict[str, Any]]:
    """Those in force, the newest first."""

    async def act(work: Work) -> dict[str, Any]:
        return {"found": await holding.in_force(work)}

    found: list[dict[str, Any]] = (await door.transact(request, None, act))["found"]
    return found


@router.post("", **answers(LegalHold, 404, status=201))
async def hold_incident(
    door: Doors, request: Request, body: bodies.HoldBody, actor: Actor, idempotency_key: IdempotencyKey = None
) -> dict[str, Any]:
    """Nothing of this incident, or of those merged into it, is destroyed until the hold is lifted."""

    async def act(work: Work) -> dict[str, Any]:
        held = await holding.hold(work, body.incident, body.reason, actor)
        if held is None:
            raise not_found("incident", body.incident)
        return held

    return await door.transact(request, idempotency_key, act, 201)


@router.post("/{hold_id}/lift", **answers(LegalHold, 404))
async def lift_hold(
    door: Doors,
    request: Request,
    hold_id: str,
    body: bodies.WhyLifted,
    actor: Actor,
    idempotency_key: IdempotencyKey = None,
) -> dict[str, Any]:
    """From now on what is past its time goes with the next run."""

    async def act(work: Work) -> dict[str, Any]:
        lifted = await holding.lift(work, hold_id, body.reason, actor)
        if lifted is None:
            raise not_found("legal hold", hold_id)
        return lifted

    return await door.transact(request, idempotency_key, act)
