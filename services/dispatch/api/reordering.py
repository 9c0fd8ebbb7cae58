"""Orders beyond the run card: stand a unit down, replace it, hand over to a partner, send a crew."""

from typing import Any

from fastapi import APIRouter

from schemas.vocabulary.dispatching import ResponderKind
from services.chassis.problems import Problem
from services.dispatch.actions import reordering
from services.dispatch.api import bodies
from services.dispatch.api.ordering import ORDER, Ordered
from services.dispatch.store.case import Case
from services.dispatch.store.work import Work

router = APIRouter(prefix="/v1/incidents", tags=["incidents"])


@router.post("/{incident_id}/stand-down", **ORDER)
async def stand_down(order: Ordered, body: bodies.StandingDown) -> dict[str, Any]:
    """*Libérer*: one unit is no longer needed there; its slot goes with it, the last one's waits for the operator."""

    async def act(work: Work, case: Case) -> None:
        await reordering.stand_down(work, case, body.unit, body.reason, order.actor)

    return await order.run(act, frees=True)


@router.post("/{incident_id}/reassign", **ORDER)
async def reassign(order: Ordered, body: bodies.Reassigning) -> dict[str, Any]:
    """*Réaffecter*: another unit in its place, in one step: the slot is at no moment without anybody who decides."""

    async def act(work: Work, case: Case) -> None:
        await reordering.reassign(work, case, body.unit, body.instead, body.reason, order.actor, order.door.times.offer)

    return await order.run(act, frees=True)


@router.post("/{incident_id}/hand-over", **ORDER)
async def hand_over(order: Ordered, body: bodies.HandingOver) -> dict[str, Any]:
    """*Passer la main* to firefighters or national police, also again after a refusal."""
    kind = ResponderKind(body.kind)

    async def act(work: Work, case: Case) -> None:
        reordering.hand_over(work, case, kind, body.agency, order.actor)

    try:
        return await order.run(act)
    except reordering.UnknownAgency as error:
        raise Problem(
            422,
            "unknown-agency",
            "Service inconnu / unknown agency",
            "Nommez un service du pack, de cette nature. / Name an agency of the pack, of that kind.",
            known=error.known,
        ) from error


@router.post("/{incident_id}/work-order", **ORDER)
async def order_work(order: Ordered, body: bodies.Ordering | None = None) -> dict[str, Any]:
    """*Bon d'intervention* for a crew; 409 where the incident has one."""
    capabilities = frozenset(body.capabilities if body else ())

    async def act(work: Work, case: Case) -> None:
        reordering.order_work(work, case, capabilities, order.actor)

    return await order.run(act)
