"""Possible duplicates across sectors: offered with their score, rejected for good; merging is an order of its own."""

from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.problems import Problem
from services.dispatch import views
from services.dispatch.actions import suspecting
from services.dispatch.actions.keeping import keep
from services.dispatch.api.answers.duplicates import PossibleDuplicate
from services.dispatch.api.describing import answers
from services.dispatch.api.door import Actor, Doors, IdempotencyKey, IfMatch, not_found, open_case, tag
from services.dispatch.api.incidents import ORDER
from services.dispatch.domain.duplicates import Likely
from services.dispatch.store import case as cases
from services.dispatch.store import mapping, tables
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
        found = await suspecting.comparable(conn, mapping.incident_of(row))
        return [_view(likely, other) for likely, other in found if likely.score > 0]

    return await read(door.engine, act, snapshot=True)


@router.post("/{incident_id}/duplicates/{other}/reject", **ORDER)
async def reject_duplicate(
    door: Doors,
    request: Request,
    response: Response,
    incident_id: str,
    other: str,
    actor: Actor,
    idempotency_key: IdempotencyKey = None,
    if_match: IfMatch = None,
) -> dict[str, Any]:
    """*Pas un doublon*: the two are never proposed again, nor merged by themselves; counts in the ETag of both."""
    if incident_id == other:
        title = "Même fiche / same incident"
        raise Problem(422, "same-incident", title, "Nommez une autre fiche. / Name another incident.")

    async def within(work: Work) -> dict[str, Any]:
        for known in sorted({incident_id, other}):
            if await cases.load(work, known) is None:
                raise not_found("incident", known)
        case = await open_case(work, incident_id, if_match)
        second = await cases.load(work, other)
        if second is None:
            raise not_found("incident", other)
        await suspecting.reject(work, case, second, actor)
        keep(work, second)
        return views.case_view(case)

    return tag(response, await door.transact(request, idempotency_key, within))


def _view(likely: Likely, row: RowMapping) -> dict[str, Any]:
    shown = views.incident_view(mapping.incident_of(row), None)
    same = ("incident_id", "nature", "nature_fr", "nature_en", "priority", "state", "sector", "site", "address")
    return {name: shown[name] for name in (*same, "opened_at")} | {
        "score": likely.score,
        "suspected": likely.suspected,
        "distance_m": likely.candidate.distance_m,
        "seconds_apart": abs(likely.candidate.seconds),
        "reasons": [views.likeness_view(reason) for reason in likely.reasons],
    }
