"""Two incidents that are one, and one that is two: an operator's word is final."""

from typing import Any

from fastapi import APIRouter

from services.chassis.problems import Problem
from services.dispatch import views
from services.dispatch.actions import merging, operating, splitting
from services.dispatch.actions.keeping import keep
from services.dispatch.api import bodies
from services.dispatch.api.door import not_found
from services.dispatch.api.ordering import ORDER, Ordered
from services.dispatch.domain.incident import Action
from services.dispatch.store import case as cases
from services.dispatch.store.work import Work

router = APIRouter(prefix="/v1/incidents", tags=["incidents"])


@router.post("/{incident_id}/merge", **ORDER)
async def merge(order: Ordered, body: bodies.Other) -> dict[str, Any]:
    """Joins two incidents; the furthest advanced is kept. 409 while units are bound by both."""

    async def within(work: Work) -> dict[str, Any]:
        for known in sorted({order.incident_id, body.incident}):
            if await cases.load(work, known) is None:
                raise not_found("incident", known)
        await order.open(work)
        kept = await merging.merge_by_operator(work, order.incident_id, body.incident, order.door.times, order.actor)
        return views.case_view(kept)

    if order.incident_id == body.incident:
        raise Problem(422, "same-incident", "Même fiche / same incident", "Name another incident.")
    try:
        return await order.transact(within)
    except merging.BothEngaged as error:
        raise Problem(
            409,
            "both-engaged",
            "Deux fiches engagées / both are engaged",
            "Libérez d'abord les équipages de l'une. / Stand the units of one down first.",
        ) from error


@router.post("/{incident_id}/unmerge", **ORDER)
async def unmerge(order: Ordered) -> dict[str, Any]:
    """Takes a merge back, for good."""

    async def within(work: Work) -> dict[str, Any]:
        case = await order.open(work)
        operating.begin(case, Action.UNMERGE)
        kept = await cases.load(work, case.incident.merged_into or "")
        if kept is None:
            raise not_found("incident", case.incident.merged_into or "")
        await merging.unmerge(work, case, kept, order.actor)
        return views.case_view(case)

    return await order.transact(within)


@router.post("/{incident_id}/split", **ORDER)
async def split(order: Ordered, body: bodies.Splitting) -> dict[str, Any]:
    """Takes alarms out into an incident of their own, for good; answers the new one."""

    async def within(work: Work) -> dict[str, Any]:
        case = await order.open(work)
        operating.begin(case, Action.SPLIT)
        fresh = await splitting.split(work, case, body.signals, order.actor)
        keep(work, fresh)
        return views.case_view(fresh)

    try:
        return await order.transact(within)
    except splitting.NothingToSplit as error:
        raise Problem(422, "nothing-to-split", "Rien à séparer / nothing to split", str(error)) from error
