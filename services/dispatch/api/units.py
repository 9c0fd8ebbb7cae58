"""Units: where they are, what they say of themselves, and their calls for help."""

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from sqlalchemy import select

from schemas.messages.dispatching import UnitPositionReported
from schemas.vocabulary.dispatching import UnitState
from schemas.wire import Origin, Position
from services.chassis.problems import Problem
from services.dispatch import views
from services.dispatch.actions import calling
from services.dispatch.api import bodies
from services.dispatch.api.answers.room import PositionTaken, Received, StatusTaken, UnitShown
from services.dispatch.api.describing import answers
from services.dispatch.api.door import Door, Doors, not_found
from services.dispatch.domain.report import Place
from services.dispatch.domain.unit import Unit
from services.dispatch.store import fleet, mapping, tables
from services.dispatch.store.reading import rows
from services.dispatch.store.work import Work

router = APIRouter(prefix="/v1/units", tags=["units"])


@router.get("", **answers(list[UnitShown]))
async def list_units(door: Doors, centre: str | None = None) -> list[dict[str, Any]]:
    """All units with state and last position."""
    return await units(door, centre)


async def units(door: Door, centre: str | None = None) -> list[dict[str, Any]]:
    """The same, for the stream's snapshot."""
    query = fleet.query().order_by(tables.units.c.id)
    if centre:
        query = query.where(tables.units.c.centre == centre)
    found = await rows(door.engine, query)
    return [_view(mapping.unit_of(row)) | {"sector": row["sector"], "commune": row["commune"]} for row in found]


@router.put("/{unit}/position", **answers(PositionTaken, 404))
async def put_position(door: Doors, request: Request, unit: str, body: bodies.PositionBody) -> dict[str, Any]:
    """Where a unit is; an older position than the one held changes nothing."""

    async def act(work: Work) -> dict[str, Any]:
        row = await _row(work, unit)
        place = Place(body.lat, body.lon, body.accuracy_m)
        applied = await fleet.put_position(work, unit, place, body.at)
        door.library.remember(row["centre"], place)
        if applied:
            position = Position(lat=body.lat, lon=body.lon, accuracy_m=body.accuracy_m)
            message = UnitPositionReported(
                id=str(uuid.uuid4()),
                origin=Origin(centre=row["centre"], commune=row["commune"], pack_version=row["pack_version"]),
                unit=unit,
                position=position,
                at=body.at,
                received_at=work.now,
            )
            work.publish("units.positions", message)
            # Not `position` and `at`: these are the event's own, its place in the stream and its time.
            shown = {"unit": unit, "place": views.place_view(place), "position_at": body.at.isoformat()}
            work.show("position", shown)
        return {"unit": unit, "applied": applied}

    return await door.transact(request, None, act)


@router.put("/{unit}/status", **answers(StatusTaken, 404, 409))
async def put_status(door: Doors, request: Request, unit: str, body: bodies.StatusBody) -> dict[str, Any]:
    """Available, unavailable or off duty. 409 while an assignment binds the unit."""

    async def act(work: Work) -> dict[str, Any]:
        held = (await fleet.lock_units(work, {unit})).get(unit)
        if held is None:
            raise not_found("unit", unit)
        if held.busy:
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

    answer = await door.transact(request, None, act)
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
    """*Détresse*: an officer calls for help. Has no epoch, is never refused: what cannot be read is left out."""
    said = bodies.distress_of(await request.body())
    known = said.lat is not None and said.lon is not None
    place = Place(said.lat or 0.0, said.lon or 0.0, said.accuracy_m) if known else None
    signal_id = str(uuid.uuid4())

    async def act(work: Work) -> dict[str, Any]:
        incident = await calling.distress(work, unit, signal_id, said.at, place, door.times)
        if incident is None:
            raise not_found("unit", unit)
        return {"signal_id": signal_id, "incident_id": incident}

    key = f"distress:{unit}:{idempotency_key}" if idempotency_key else None
    return await door.transact(request, key, act, 202, any_body=True)


async def _row(work: Work, unit: str) -> Any:
    table = tables.units
    row = (await work.conn.execute(select(table).where(table.c.id == unit))).mappings().one_or_none()
    if row is None:
        raise not_found("unit", unit)
    return row


def _view(unit: Unit) -> dict[str, Any]:
    return {
        "unit": unit.id,
        "centre": unit.centre,
        "call_sign": unit.call_sign,
        "kind": unit.kind,
        "state": unit.state,
        "capabilities": sorted(unit.capabilities),
        "epoch": unit.epoch,
        "busy": unit.busy,
        "retiring": unit.retiring,
        "position": views.place_view(unit.place),
        "position_at": views.moment(unit.position_at),
    }
