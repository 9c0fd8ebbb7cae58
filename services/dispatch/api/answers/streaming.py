"""The live stream's events by kind: what stands after `data:`."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from schemas.vocabulary.dispatching import IncidentEvent, ResponderKind, UnitState, WorkOrderState
from services.dispatch.api.answers.broadcasts import BroadcastSet, BroadcastShown
from services.dispatch.api.answers.coverage import MoveUpShown
from services.dispatch.api.answers.engaging import AssignmentShown, Companion, PlaceShown, WorkOrder
from services.dispatch.api.answers.incidents import IncidentListed, IncidentOrdered
from services.dispatch.api.answers.room import KioskCall, Silence, UnitShown
from services.dispatch.domain.revoking import Scope


class StreamHeartbeat(BaseModel):
    """Comes each second without an id. Everything up to `position` was sent; `at` is the door's clock."""

    position: int
    at: datetime


class Companions(BaseModel):
    """All units that are on an incident now, for each of them."""

    incident_id: str
    units: list[Companion]


class StreamSnapshot(BaseModel):
    """What is open now. A tablet gets its unit's assignments and the unit; a crew the work orders as well.

    `incidents` are the most urgent ones; there are `incidents_total`: the rest is read from `/v1/incidents`.
    """

    assignments: list[AssignmentShown]
    units: list[UnitShown]
    incidents: list[IncidentListed] = []
    incidents_total: int = 0
    kiosk_calls: list[KioskCall] = []
    work_orders: list[WorkOrder] = []
    broadcasts: list[BroadcastShown] = []
    companions: list["Companions"] = []
    move_ups: list[MoveUpShown] = []


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


class StreamRevocation(Placed):
    """`revocation`: badges were taken back, or may be issued again (`lifted`)."""

    revocation_id: str
    scope: Scope
    who: str
    lifted: bool


class StreamCompanions(Companions, Placed):
    """`companions`: units came to an incident, moved on, or left it."""


class StreamBroadcast(BroadcastSet, Placed):
    """`broadcast`: one concerns this unit now; its text: `GET /v1/broadcasts`."""


class StreamBroadcastEnded(BroadcastSet, Placed):
    """`broadcast_ended`: whoever shows it drops it."""

    reason: str


class StreamMoveUp(MoveUpShown, Placed):
    """`move_up`: the unit is ordered to a post, or need not go on."""

    position: int  # type: ignore[assignment]
    place: PlaceShown | None


class StreamWelfare(Placed):
    """`welfare`: a unit on scene is asked whether it is well, has answered, or has not."""

    unit: str
    assignment_id: str
    incident_id: str
    state: Literal["asked", "answered", "unanswered"]
    asked_at: datetime | None
    answer_by: datetime | None


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
    StreamRevocation,
    StreamCompanions,
    StreamBroadcast,
    StreamBroadcastEnded,
    StreamMoveUp,
    StreamWelfare,
)
