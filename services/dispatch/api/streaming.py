"""The live stream (server-sent events): consoles see everything, a tablet its own assignments and broadcasts."""

import json
import re
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse

from schemas.vocabulary.dispatching import KioskCallState, WorkOrderState
from services.chassis.problems import Problem
from services.dispatch.api.access import SAID, Admitted
from services.dispatch.api.assignments import assignments, companions
from services.dispatch.api.broadcasts import in_force
from services.dispatch.api.coverage import move_ups
from services.dispatch.api.door import Door, Doors
from services.dispatch.api.incidents import Order, count, incidents
from services.dispatch.api.partners import work_orders
from services.dispatch.api.room import kiosk_calls
from services.dispatch.api.units import units
from services.dispatch.badges import Shown
from services.dispatch.domain.access import Refusal, Sight, sight
from services.dispatch.store.signals import UNFINISHED

DESCRIBED = {"description": "server-sent events", "content": {"text/event-stream": {"schema": {"type": "string"}}}}
MOST = 1000
"""Incidents in a snapshot, the most urgent ones: a flood's rest is read page by page while these are worked on."""
router = APIRouter(prefix="/v1", tags=["stream"])


@router.get("/stream", response_class=StreamingResponse, responses={200: DESCRIBED})
async def stream(
    door: Doors,
    request: Request,
    person: Admitted,
    unit: Annotated[str | None, Query(description="only what concerns this unit")] = None,
    last_event_id: Annotated[str | None, Header(description="the last position seen")] = None,
) -> StreamingResponse:
    """Events after `Last-Event-ID`. Without one, or with one that is too old, `reset` with a snapshot comes first.

    Each event is `id: <position>`, `event: <kind>`, `data: <JSON>`; `heartbeat` comes each second. Who speaks for a
    unit gets that unit's part, a crew the work orders too. The shapes are the schemas named `Stream…`.
    """
    eyes = sight(person, unit)
    if isinstance(eyes, Refusal):
        status, title, detail = SAID[eyes]
        raise Problem(status, eyes.replace("_", "-"), title, detail, reason=eyes)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(
        _events(door, eyes, last_event_id, getattr(request.state, "shown", None)),
        media_type="text/event-stream",
        headers=headers,
    )


async def _events(door: Door, eyes: Sight, last: str | None, badge: Shown | None) -> AsyncIterator[str]:
    after = position_seen(last)
    head = await door.live.head()
    if after is None or after > head or after + 1 < min(await door.live.oldest(), head + 1):
        reason = "first" if last is None else "unknown_position" if after is None or after > head else "too_old"
        snapshot = await _snapshot(door, eyes)
        data = {"position": head, "reason": reason, "snapshot": snapshot}
        yield f"id: {head}\nevent: reset\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
        after = head
    async for text in door.live.follow(eyes, after, badge):
        yield text


def position_seen(last: str | None) -> int | None:
    """The position that `Last-Event-ID` states, None where it is none of ours: we give at most 19 digits."""
    return int(last) if last is not None and re.fullmatch(r"[0-9]{1,19}", last) else None


async def _snapshot(door: Door, eyes: Sight) -> dict[str, Any]:
    """Taken after the head was read: what changes in between is shown again, never left out."""
    unit = eyes.unit
    taken: dict[str, Any] = {
        "assignments": await assignments(door, unit, active=True, limit=None),
        "units": [known for known in await units(door) if unit is None or known["unit"] == unit],
    }
    # The only text of a broadcast that goes over the stream: made for this client now, stored nowhere.
    taken["broadcasts"] = await in_force(door, unit) or []
    taken["move_ups"] = await move_ups(door, unit)
    if unit is not None:
        taken["companions"] = await companions(door, taken["assignments"])
    if unit is None:
        taken["incidents"] = await incidents(door, list(UNFINISHED), limit=MOST, order=Order.URGENCY)
        taken["incidents_total"] = await count(door, list(UNFINISHED))
        taken["kiosk_calls"] = await kiosk_calls(door, [KioskCallState.WAITING, KioskCallState.ANSWERED])
    if unit is None or eyes.kinds is not None:
        taken["work_orders"] = await work_orders(door, [state for state in WorkOrderState if state.open])
    return taken
