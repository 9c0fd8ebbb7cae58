"""Badges taken back at once: a lost tablet, an account that must not come in any more."""

from typing import Any

from fastapi import APIRouter, Request

from services.chassis.problems import Problem
from services.dispatch.actions import revoking
from services.dispatch.api import bodies
from services.dispatch.api.access import Admitted, Gates
from services.dispatch.api.answers.revocations import RevocationShown
from services.dispatch.api.describing import answers
from services.dispatch.api.door import Actor, Doors, IdempotencyKey, not_found
from services.dispatch.domain.revoking import Scope
from services.dispatch.store.revocations import bring_up_to_date
from services.dispatch.store.work import Work

router = APIRouter(prefix="/v1/revocations", tags=["access"])


@router.get("", **answers(list[RevocationShown]))
async def list_revocations(door: Doors, request: Request) -> list[dict[str, Any]]:
    """In force, and lifted within the last month; the newest first."""

    async def act(work: Work) -> dict[str, Any]:
        return {"found": await revoking.all_remembered(work)}

    found: list[dict[str, Any]] = (await door.transact(request, None, act))["found"]
    return found


@router.post("", **answers(RevocationShown, 409, status=201))
async def revoke(
    door: Doors,
    gate: Gates,
    request: Request,
    body: bodies.RevocationBody,
    person: Admitted,
    actor: Actor,
    idempotency_key: IdempotencyKey = None,
) -> dict[str, Any]:
    """Nothing counts any more that was issued to them, on any door; their pages forget what they hold.

    Nobody comes in under that name again until it is lifted. Not for oneself: nobody could take it back.
    """
    if person is not None and body.scope is Scope.ACCOUNT and body.who == person.account:
        raise Problem(409, "yourself", "Pas vous-même / not yourself", "Demandez à un autre chef. / Ask another lead.")

    async def act(work: Work) -> dict[str, Any]:
        return await revoking.revoke(work, body.scope, body.who, body.reason, actor)

    answer = await door.transact(request, idempotency_key, act, 201)
    await bring_up_to_date(door.engine, gate.revoked)
    door.live.end_revoked(gate.revoked)
    return answer


@router.post("/{revocation_id}/lift", **answers(RevocationShown, 404))
async def lift(
    door: Doors,
    gate: Gates,
    request: Request,
    revocation_id: str,
    body: bodies.WhyLifted,
    actor: Actor,
    idempotency_key: IdempotencyKey = None,
) -> dict[str, Any]:
    """Lets them sign in again. What was issued before stays void."""

    async def act(work: Work) -> dict[str, Any]:
        lifted = await revoking.lift(work, revocation_id, body.reason, actor)
        if lifted is None:
            raise not_found("revocation", revocation_id)
        return lifted

    answer = await door.transact(request, idempotency_key, act)
    await bring_up_to_date(door.engine, gate.revoked)
    return answer
