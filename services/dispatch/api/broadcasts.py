"""Broadcasts of a description to patrols: set, read, ended. The text is in answers to GET only, never stored twice."""

from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.problems import Problem
from services.dispatch.actions import broadcasting
from services.dispatch.actions.broadcasting import Description
from services.dispatch.api import bodies
from services.dispatch.api.answers.broadcasts import BroadcastRead, BroadcastSet, BroadcastShown
from services.dispatch.api.describing import answers
from services.dispatch.api.door import Actor, Door, Doors, IdempotencyKey, not_found
from services.dispatch.api.room import centre_of
from services.dispatch.domain.broadcasting import AT_MOST, Concern, Period
from services.dispatch.store import broadcasts, signals
from services.dispatch.store import case as cases
from services.dispatch.store.reading import read
from services.dispatch.store.work import Work

router = APIRouter(prefix="/v1/broadcasts", tags=["room"])


@router.get("", **answers(list[BroadcastShown], 404))
async def list_broadcasts(door: Doors, unit: str | None = None, centre: str | None = None) -> list[dict[str, Any]]:
    """In force now; with `unit` those that concern it where it is now, each with why. What ends first leads."""
    found = await in_force(door, unit, centre)
    if found is None:
        raise not_found("unit", unit or "")
    return found


async def in_force(door: Door, unit: str | None, centre: str | None = None) -> list[dict[str, Any]] | None:
    """The same, for the stream's snapshot; None for an unknown unit."""

    async def act(conn: AsyncConnection) -> list[dict[str, Any]] | None:
        rows = list((await conn.execute(broadcasts.in_force(centre))).mappings())
        whom = await broadcasts.unit_row(conn, unit) if unit is not None else None
        if unit is not None and whom is None:
            return None
        concerned: list[tuple[RowMapping, Concern | None]] = [(row, None) for row in rows]
        if whom is not None:
            book = await door.library.current(conn, whom["centre"])
            concerned = list(broadcasting.heard(rows, whom, book))
        read_by = await broadcasts.reads(conn, [row["id"] for row, _ in concerned], unit)
        return [
            broadcasting.view(row) | {"text": row["text"], "because": why, "reads": read_by.get(row["id"], [])}
            for row, why in concerned
        ]

    return await read(door.engine, act, snapshot=True)


@router.post("", **answers(BroadcastSet, 404, status=201))
async def set_broadcast(
    door: Doors, request: Request, body: bodies.BroadcastBody, actor: Actor, idempotency_key: IdempotencyKey = None
) -> dict[str, Any]:
    """*Diffusion*: a description for the patrols of these sectors (none: all), until its end, at most 7 days ahead."""

    async def act(work: Work) -> dict[str, Any]:
        incident = await _incident(work, body.incident_id) if body.incident_id else None
        centre = await centre_of(work, body.centre or (incident.centre if incident else None))
        if incident is not None and incident.centre != centre:
            title = "Fiche d'un autre centre / incident of another centre"
            raise Problem(
                422, "incident-of-another-centre", title, "Nommez une fiche du centre. / Name one of its own."
            )
        said = Description(
            about=body.about,
            text=body.text,
            sectors=tuple(body.sectors),
            ends_at=body.ends_at,
            starts_at=body.starts_at,
            incident_id=incident.id if incident else None,
        )
        return await broadcasting.broadcast(work, await work.book(centre), centre, said, actor)

    try:
        return await door.transact(request, idempotency_key, act, 201)
    except broadcasting.PeriodRefused as error:
        raise _period_refused(error.reason) from error
    except broadcasting.UnknownSectors as error:
        raise Problem(
            422,
            "unknown-sectors",
            "Secteurs inconnus / unknown sectors",
            "Choisissez des secteurs du pack, ou aucun pour tous. / Choose sectors of the pack, or none for all.",
            unknown=error.sectors,
            sectors=error.known,
        ) from error


@router.delete("/{broadcast_id}", **answers(None, 404, status=204))
async def end_broadcast(door: Doors, request: Request, broadcast_id: str, actor: Actor) -> Response:
    """Ends it now; tablets drop it."""

    async def act(work: Work) -> dict[str, Any]:
        if not await broadcasting.end(work, broadcast_id, actor):
            raise not_found("broadcast", broadcast_id)
        return {}

    await door.transact(request, None, act)
    return Response(status_code=204)


@router.post("/{broadcast_id}/read", **answers(BroadcastRead, 404))
async def read_broadcast(
    door: Doors, request: Request, broadcast_id: str, body: bodies.Reader, idempotency_key: IdempotencyKey = None
) -> dict[str, Any]:
    """*Lu*: a unit has read it. Again it changes nothing; a tap that was held up offline counts also after the end."""

    async def act(work: Work) -> dict[str, Any]:
        row = await broadcasts.lock(work, broadcast_id)
        if row is None:
            raise not_found("broadcast", broadcast_id)
        unit = await broadcasts.unit_row(work.conn, body.unit)
        if unit is None or unit["centre"] != row["centre"]:
            raise not_found("unit", body.unit)
        return await broadcasting.read(work, row, body.unit)

    return await door.transact(request, idempotency_key, act)


async def _incident(work: Work, incident_id: str) -> Any:
    """The incident that an id stands for now; 404 if there is none."""
    case = await cases.load(work, await signals.resolve_alias(work.conn, incident_id))
    if case is None:
        raise not_found("incident", incident_id)
    return case.incident


def _period_refused(reason: Period) -> Problem:
    if reason is Period.ENDS_TOO_LATE:
        return Problem(
            422,
            "ends-too-late",
            "Fin trop lointaine / ends too late",
            "Au plus 7 jours, à renouveler ensuite. / At most 7 days; broadcast it again then.",
            at_most_days=AT_MOST.days,
        )
    title = "Fin avant début / ends before it starts"
    return Problem(422, "ends-before-start", title, "Donnez une fin plus tardive. / Give a later `ends_at`.")
