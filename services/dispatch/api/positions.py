"""Positions from trackers: OwnTracks and Traccar name their device, the city pack says which unit carries it."""

from typing import Any

from fastapi import APIRouter, Request

from services.chassis.problems import Problem
from services.dispatch.actions import positioning
from services.dispatch.api.answers.positions import OwnTracksReply, TrackerHeard
from services.dispatch.api.describing import answers
from services.dispatch.api.door import Door, Doors, not_found
from services.dispatch.api.trackers import owntracks, traccar
from services.dispatch.api.trackers.fix import Fix, Unreadable
from services.dispatch.store.work import Work

router = APIRouter(prefix="/v1/positions", tags=["units"])
ANY_OBJECT = {"application/json": {"schema": {"type": "object"}}}
FORM = {"application/x-www-form-urlencoded": {"schema": {"type": "object"}}}
OSMAND = [
    {"name": name, "in": "query", "required": False, "schema": {"type": "string"}, "description": meaning}
    for name, meaning in {
        "id": "the tracker; also `deviceid`",
        "lat": "degrees",
        "lon": "degrees",
        "timestamp": "seconds or milliseconds since 1970, or ISO 8601; none: now",
        "accuracy": "metres",
        "valid": "`false` or `0`: no fix, taken as nothing",
    }.items()
]


@router.post("/owntracks", openapi_extra={"requestBody": {"content": ANY_OBJECT}}, **answers(list[OwnTracksReply], 404))
async def from_owntracks(door: Doors, request: Request) -> list[dict[str, Any]]:
    """OwnTracks in HTTP mode. Only `_type` location is kept; the answer is always empty, as the app expects."""
    raw = await request.body()
    try:
        fix = owntracks.read(raw, request.headers, request.query_params)
    except Unreadable as error:
        raise _unreadable(error) from error
    if fix is not None:
        await _put(door, request, fix)
    return []


@router.get("/traccar", openapi_extra={"parameters": OSMAND}, **answers(TrackerHeard, 404))
async def from_traccar_query(door: Doors, request: Request) -> dict[str, Any]:
    """The OsmAnd protocol of Traccar and others, as a query."""
    return await _from_traccar(door, request, b"")


@router.post(
    "/traccar",
    openapi_extra={"parameters": OSMAND, "requestBody": {"content": ANY_OBJECT | FORM}},
    **answers(TrackerHeard, 404),
)
async def from_traccar(door: Doors, request: Request) -> dict[str, Any]:
    """The OsmAnd protocol as query or form, the JSON of Traccar Client 9, or what a Traccar server forwards."""
    return await _from_traccar(door, request, await request.body())


async def _from_traccar(door: Door, request: Request, raw: bytes) -> dict[str, Any]:
    try:
        fix = traccar.read(raw, request.query_params.multi_items())
    except Unreadable as error:
        raise _unreadable(error) from error
    return await _put(door, request, fix) if fix is not None else {"unit": None, "applied": False}


async def _put(door: Door, request: Request, fix: Fix) -> dict[str, Any]:
    async def act(work: Work) -> dict[str, Any]:
        unit = await positioning.unit_of_tracker(work, fix.tracker)
        applied = await positioning.put(work, unit, fix.place, fix.at) if unit is not None else None
        if applied is None:
            raise not_found("tracker", fix.tracker)
        return {"unit": unit, "applied": applied}

    return await door.transact(request, None, act)


def _unreadable(error: Unreadable) -> Problem:
    return Problem(422, "unreadable", "Position illisible / position not readable", f"{error.fr} / {error.en}")
