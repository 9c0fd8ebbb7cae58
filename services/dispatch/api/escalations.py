"""Escalation by order: the next level of the incident's run card."""

from typing import Any

from fastapi import APIRouter

from services.chassis.problems import Problem
from services.dispatch.actions import operating
from services.dispatch.actions.escalating import NoFurtherLevel
from services.dispatch.api import bodies
from services.dispatch.api.ordering import ORDER, Ordered
from services.dispatch.domain.incident import Action
from services.dispatch.store.case import Case
from services.dispatch.store.work import Work

router = APIRouter(prefix="/v1/incidents", tags=["incidents"])


@router.post("/{incident_id}/escalate", **ORDER)
async def escalate(order: Ordered, body: bodies.OptionalReason | None = None) -> dict[str, Any]:
    """*Montée en puissance*: the next level's responders come on top. 409 where there is none: ask for backup."""
    why = body.reason if body else None

    async def act(work: Work, case: Case) -> None:
        await operating.escalate(work, case, why, order.actor, order.door.times.offer)

    try:
        return await order.run(act)
    except NoFurtherLevel as error:
        raise _no_further_level(error.levels) from error


def _no_further_level(levels: int) -> Problem:
    known = (
        f"Les {levels} niveaux sont engagés ; demandez un renfort. / All {levels} levels are engaged; ask for backup."
        if levels
        else "La consigne n'a pas de niveau ; demandez un renfort. / The run card has no levels; ask for backup."
    )
    return Problem(
        409,
        "no-further-level",
        "Pas d'autre niveau / no further level",
        known,
        levels=levels,
        allowed=[str(Action.BACKUP)],
    )
