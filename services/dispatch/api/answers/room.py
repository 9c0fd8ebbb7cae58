"""Units, kiosk calls, silences, signals and packs."""

from datetime import datetime

from pydantic import BaseModel, create_model

from schemas.pack.pack import CityPack
from schemas.vocabulary.dispatching import (
    KioskCallState,
    ResponderKind,
    UnitState,
)
from schemas.vocabulary.signals import Outcome, ScreeningReason
from services.dispatch.actions.silencing import SilenceSource
from services.dispatch.api.answers.coverage import MoveUpOfUnit
from services.dispatch.api.answers.engaging import PlaceShown


class UnitShown(BaseModel):
    """A unit with its state, what the roster says of it now, and its last position with the age of it.

    `position_stale`: older than 30 minutes, or not known. `in_distress`: its officer's call for help is open.
    """

    unit: str
    centre: str
    call_sign: str
    kind: ResponderKind
    state: UnitState
    capabilities: list[str]
    epoch: int
    busy: bool
    retiring: bool
    in_distress: bool
    on_call: bool
    duty_until: datetime | None
    rest_until: datetime | None
    position: PlaceShown | None
    position_at: datetime | None
    move_up: MoveUpOfUnit | None
    position_age_s: float | None
    position_stale: bool
    sector: str
    commune: str


class PositionTaken(BaseModel):
    """`applied` false: a newer position is held, or (0, 0) is no place."""

    unit: str
    applied: bool


class StatusTaken(BaseModel):
    """A unit's state now."""

    unit: str
    state: UnitState


class Received(BaseModel):
    """The signal and the incident that holds it; none where it only annotates something that is not here yet."""

    signal_id: str
    incident_id: str | None


class KioskCall(BaseModel):
    """A call at a kiosk."""

    kiosk_call_id: str
    signal_id: str
    centre: str
    kiosk: str
    site: str | None
    sector: str | None
    state: KioskCallState
    called_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    reason: str | None
    incident_id: str | None


class Silence(BaseModel):
    """A silence or a site under test of one centre. One of the city pack has no id and no start: it ends with the pack.

    `remaining_s`: whole seconds until it ends, 0 once it has.
    """

    silence_id: str | None
    centre: str
    scope: str
    source: SilenceSource
    under_test: bool
    starts_at: datetime | None
    ends_at: datetime
    remaining_s: int
    reason: str
    set_by: str
    ended_at: datetime | None


class SignalFate(BaseModel):
    """What became of a signal; `outcome` is none until screening has spoken."""

    signal_id: str
    outcome: Outcome | None
    reason: ScreeningReason | None
    first_signal_id: str | None
    incident_id: str | None
    kiosk_call_id: str | None


class PackApplied(BaseModel):
    """`changed` false: this version was in force already."""

    centre: str
    version: str
    changed: bool


PackInForce = create_model(
    "PackInForce",
    __doc__="The pack in force with its version.",
    version=(str, ...),
    **{name: (field.annotation, field) for name, field in CityPack.model_fields.items()},  # type: ignore[call-overload]
)
