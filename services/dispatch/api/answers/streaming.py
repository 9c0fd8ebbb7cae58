"""The live stream's events by kind: what stands after `data:`."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from schemas.vocabulary.dispatching import IncidentEvent, ResponderKind, UnitState, WorkOrderState
from services.dispatch.api.answers.broadcasts import BroadcastShown
from services.dispatch.api.answers.engaging import AssignmentShown, PlaceShown, WorkOrder
from services.dispatch.api.answers.incidents import IncidentOrdered, IncidentRow
from services.dispatch.api.answers.room import KioskCall, Silence, UnitShown


class StreamHeartbeat(BaseModel):
    """Comes each second without an id. Everything up to `position` was sent; `at` is the door's clock."""

    position: int
    at: datetime


class StreamSnapshot(BaseModel):
    """What is open now. A tablet gets its unit's assignments and the unit; a crew the work orders as well."""

    assignments: list[AssignmentShown]
    units: list[UnitShown]
    incidents: list[IncidentRow] = []
    kiosk_calls: list[KioskCall] = []
    work_orders: list[WorkOrder] = []
    broadcasts: list[BroadcastShown] = []


class StreamReset(BaseModel):
    """Forget what is shown, take the snapshot. `unknown_position`: positions begin anew, also smaller ones count."""

    position: int
    reason: Literal["first", "too_old", "unknown_position"]
    snapshot: StreamSnapshot


class Placed(BaseModel):
    """Where in the stream an event stands, and the transaction's time."""

    position: int
    at: datetime


class StreamIncident(IncidentOrdered):
    """`incident`: a card changed; `events` says what happened. `position` is the stream's, the card's is `place`."""

    position: int  # type: ignore[assignment]
    at: datetime
    place: PlaceShown | None
    events: list[IncidentEvent]


class StreamAssignment(AssignmentShown, Placed):
    """`assignment`: one unit on one slot changed."""


class StreamUnit(Placed):
    """`unit`: a unit's state changed."""

    unit: str
    call_sign: str
    kind: ResponderKind
    state: UnitState
    state_since: datetime
    epoch: int
    centre: str


class StreamPosition(Placed):
    """`position`: where a unit is, `position_at` by its device's time."""

    unit: str
    place: PlaceShown
    position_at: datetime


class StreamKioskCall(KioskCall, Placed):
    """`kiosk_call`: a call waits, was answered, or ended."""


class StreamWorkOrder(Placed):
    """`work_order`: read `GET /v1/work-orders` for the rest."""

    order_id: str
    incident_id: str
    state: WorkOrderState


class StreamSilence(Silence, Placed):
    """`silence`: one was set or has ended."""


class StreamPack(Placed):
    """`pack`: another version of a city pack is in force."""

    centre: str
    version: str


EVENTS: tuple[type[BaseModel], ...] = (
    StreamReset,
    StreamHeartbeat,
    StreamIncident,
    StreamAssignment,
    StreamUnit,
    StreamPosition,
    StreamKioskCall,
    StreamWorkOrder,
    StreamSilence,
    StreamPack,
)
