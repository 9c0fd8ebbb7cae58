"""Units: where they are, what they say of themselves, and their calls for help."""

import uuid
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from sqlalchemy import func

from schemas.vocabulary.dispatching import UnitState
from services.chassis.problems import Problem
from services.dispatch import views
from services.dispatch.actions import calling, positioning
from services.dispatch.api import bodies
from services.dispatch.api.access import doubt_about
from services.dispatch.api.answers.room import PositionTaken, Received, StatusTaken, UnitShown
from services.dispatch.api.describing import answers
from services.dispatch.api.door import Door, Doors, not_found
from services.dispatch.api.encoding import as_json
from services.dispatch.api.welfare import sign_of_life
from services.dispatch.domain.recommending import Policy
from services.dispatch.domain.report import Place
from services.dispatch.domain.roster import standing
from services.dispatch.domain.unit import Unit
from services.dispatch.domain.welfare import Sign
from services.dispatch.store import fleet, mapping, tables
from services.dispatch.store.reading import rows
from services.dispatch.store.work import Work

router = APIRouter(prefix="/v1/units", tags=["units"])
STALE_S = Policy().position_stale_s


@router.get("", **answers(list[UnitShown]))
async def list_units(door: Doors, centre: str | None = None) -> Response:
    """All units with state and last position."""
    return as_json(await units(door, centre))


async def units(door: Door, centre: str | None = None) -> list[dict[str, Any]]:
    """The same, for the stream's snapshot."""
    query = fleet.query().add_columns(func.clock_timestamp().label("now")).order_by(tables.units.c.id)
    if centre:
        query = query.where(tables.units.c.centre == centre)
    found = await rows(door.engine, query)
    stationed = ("sector", "commune")
    return [_view(mapping.unit_of(row), row["now"]) | {name: row[name] for name in stationed} for row in found]


@router.put("/{unit}/position", **answers(PositionTaken, 404))
async def put_position(door: Doors, request: Request, unit: str, body: bodies.PositionBody) -> dict[str, Any]:
    """Where a unit is; an older position than the one held changes nothing."""

    place = Place(body.lat, body.lon, body.accuracy_m)

    async def act(work: Work) -> dict[str, Any]:
        applied = await positioning.put(work, unit, place, body.at)
        if applied is None:
            raise not_found("unit", unit)
        return {"unit": unit, "applied": applied}

    return await door.transact(request, None, act)


@router.put("/{unit}/status", **answers(StatusTaken, 404, 409))
async def put_status(door: Doors, request: Request, unit: str, body: bodies.StatusBody) -> dict[str, Any]:
    """Available, unavailable or off duty. 409 while an assignment binds the unit."""
    bound: list[str] = []

    async def act(work: Work) -> dict[str, Any]:
        held = (await fleet.lock_units(work, {unit})).get(unit)
        if held is None:
            raise not_found("unit", unit)
        if held.busy:
            bound[:] = [unit]
            raise Problem(
                409,
                "unit-busy",
                "Équipage engagé / unit is engaged",
                "Terminez l'intervention d'abord. / Clear the assignment first.",
                state=held.state,
            )
        state = UnitState(body.state)
        if state is not held.state:
            await fleet.set_state(work, unit, state)
        return {"unit": unit, "state": state}

    try:
        answer = await door.transact(request, None, act)
    finally:
        for busy in bound:
            await sign_of_life(door, request, busy, Sign.STATUS, None)
    if answer["state"] == UnitState.AVAILABLE:
        door.timers.unit_freed()
    return answer


@router.post("/{unit}/distress", openapi_extra=bodies.DISTRESS_SCHEMA, **answers(Received, 404, status=202))
async def distress(
    door: Doors,
    request: Request,
    unit: str,
    idempotency_key: Annotated[str | None, Header(description="the same key is answered the same again")] = None,
) -> dict[str, Any]:
    """*Détresse*: an officer calls for help. Has no epoch, is never refused: what cannot be read is left out.

    Nor for who sends it: a badge that was taken back, another unit's or none at all is told to the room on the card.
    """
    said = bodies.distress_of(await request.body())
    known = said.lat is not None and said.lon is not None
    place = Place(said.lat or 0.0, said.lon or 0.0, said.accuracy_m) if known else None
    signal_id = str(uuid.uuid4())
    call = calling.Distress(signal_id, said.at, place, doubt_about(request))

    async def act(work: Work) -> dict[str, Any]:
        incident = await calling.distress(work, unit, call, door.times)
        if incident is None:
            raise not_found("unit", unit)
        return {"signal_id": signal_id, "incident_id": incident}

    key = f"distress:{unit}:{idempotency_key}" if idempotency_key else None
    return await door.transact(request, key, act, 202, any_body=True)


def _view(unit: Unit, now: datetime) -> dict[str, Any]:
    rostered = standing(unit.lines, now)
    age_s = (now - unit.position_at).total_seconds() if unit.position_at else None
    return {
        "unit": unit.id,
        "centre": unit.centre,
        "call_sign": unit.call_sign,
        "kind": unit.kind,
        "state": unit.state,
        "capabilities": sorted(unit.capabilities if rostered.capabilities is None else rostered.capabilities),
        "epoch": unit.epoch,
        "busy": unit.busy,
        "retiring": unit.retiring,
        "in_distress": unit.in_distress,
        "on_call": rostered.on_call,
        "duty_until": views.moment(rostered.duty_until),
        "rest_until": views.moment(rostered.rest_until),
        "position": views.place_view(unit.place),
        "position_at": views.moment(unit.position_at),
        "move_up": {"move_up_id": unit.move_up, "post": unit.moving_to} if unit.move_up else None,
        "position_age_s": None if age_s is None else round(max(0.0, age_s), 1),
        "position_stale": age_s is None or age_s > STALE_S,
    }
