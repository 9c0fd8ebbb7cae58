"""Possible duplicates across sectors: offered with their score, rejected for good; merging is an order of its own."""

from functools import partial
from typing import Any

from fastapi import APIRouter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.problems import Problem
from services.dispatch import views
from services.dispatch.actions import suspecting
from services.dispatch.actions.keeping import keep
from services.dispatch.api.answers.duplicates import PossibleDuplicate
from services.dispatch.api.describing import answers
from services.dispatch.api.door import Doors, not_found
from services.dispatch.api.ordering import ORDER, Ordered
from services.dispatch.domain.duplicates import Likely
from services.dispatch.store import case as cases
from services.dispatch.store import mapping, tables
from services.dispatch.store.pipeline import Row, ask
from services.dispatch.store.reading import read
from services.dispatch.store.work import Work

router = APIRouter(prefix="/v1/incidents", tags=["incidents"])


@router.get("/{incident_id}/duplicates", **answers(list[PossibleDuplicate], 404))
async def list_duplicates(door: Doors, incident_id: str) -> list[dict[str, Any]]:
    """Unfinished incidents near this one in place and time, likeliest first, without those an operator told apart."""

    async def act(conn: AsyncConnection) -> list[dict[str, Any]]:
        table = tables.incidents
        row = (await conn.execute(select(table).where(table.c.id == incident_id))).mappings().one_or_none()
        if row is None:
            raise not_found("incident", incident_id)
        found = await suspecting.comparable(partial(ask, conn), mapping.incident_of(row))
        return [_view(likely, other) for likely, other in found if likely.score > 0]

    return await read(door.engine, act, snapshot=True)


@router.post("/{incident_id}/duplicates/{other}/reject", **ORDER)
async def reject_duplicate(order: Ordered, other: str) -> dict[str, Any]:
    """*Pas un doublon*: the two are never proposed again, nor merged by themselves; counts in the ETag of both."""
    if order.incident_id == other:
        title = "Même fiche / same incident"
        raise Problem(422, "same-incident", title, "Nommez une autre fiche. / Name another incident.")

    async def within(work: Work) -> dict[str, Any]:
        for known in sorted({order.incident_id, other}):
            if await cases.load(work, known) is None:
                raise not_found("incident", known)
        case = await order.open(work)
        second = await cases.load(work, other)
        if second is None:
            raise not_found("incident", other)
        await suspecting.reject(work, case, second, order.actor)
        keep(work, second)
        return views.case_view(case)

    return await order.transact(within)


def _view(likely: Likely, row: Row) -> dict[str, Any]:
    shown = views.incident_view(mapping.incident_of(row), None)
    same = ("incident_id", "nature", "nature_fr", "nature_en", "priority", "state", "sector", "site", "address")
    return {name: shown[name] for name in (*same, "opened_at")} | {
        "score": likely.score,
        "suspected": likely.suspected,
        "distance_m": likely.candidate.distance_m,
        "seconds_apart": abs(likely.candidate.seconds),
        "reasons": [views.likeness_view(reason) for reason in likely.reasons],
    }
