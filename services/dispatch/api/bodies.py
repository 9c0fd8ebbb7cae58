"""What the routes take. Unknown members are refused, so that a misspelt one is noticed."""

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, ValidationError

from schemas.vocabulary.dispatching import DeclineReason, ResponderKind, RosterKind, UnitState, Wanted
from schemas.vocabulary.natures import Nature
from schemas.wire import Identifier, Insee, Instant
from services.dispatch.domain.revoking import Scope

Text = Annotated[str, Field(min_length=1, max_length=2000)]
Said = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
"""Text that must say something: spaces alone are none."""


class Body(BaseModel):
    """A request body."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Verification(Body):
    """The result of a *levée de doute*."""

    result: Literal["confirmed", "false_alarm", "inconclusive"]


class RevocationBody(Body):
    """Whose badges are taken back: `who` is an account, a unit or an agency, by `scope`."""

    scope: Scope
    who: Identifier
    reason: Said


class HoldBody(Body):
    """Which incident must be kept, and why: whose request it is, by its reference."""

    incident: Identifier
    reason: Said


class WhyLifted(Body):
    """Why a legal hold, or a revocation, is over."""

    reason: Said


class Reason(Body):
    """Why."""

    reason: Text


class OptionalReason(Body):
    """Why, if there is something to say."""

    reason: Text | None = None


class Assigning(Body):
    """`unit` none: the best units for every waiting task. Another than the recommended one needs a `reason`."""

    unit: Identifier | None = None
    reason: Text | None = None


class StandingDown(Body):
    """The unit that is no longer needed there, and why."""

    unit: Identifier
    reason: Text


class Reassigning(Body):
    """The unit that is replaced and why; `instead` none: the one that is recommended without it."""

    unit: Identifier
    instead: Identifier | None = None
    reason: Text


class HandingOver(Body):
    """To whom; `agency` none: the pack's first of that kind."""

    kind: Literal[ResponderKind.FIREFIGHTERS, ResponderKind.NATIONAL_POLICE]
    agency: Identifier | None = None


class Ordering(Body):
    """What the crew must be able to do, as the pack names it."""

    capabilities: Annotated[list[Identifier], Field(max_length=10)] = []


class Backup(Body):
    """How many patrols more; `at`: when the officer asked, by the tablet's clock."""

    count: Annotated[int, Field(ge=1, le=5)] = 1
    at: Instant | None = None


class Other(Body):
    """The other incident."""

    incident: Identifier


class Splitting(Body):
    """The alarms that are a happening of their own."""

    signals: Annotated[list[Identifier], Field(min_length=1, max_length=100)]


class Closing(Body):
    """The final report, kept in the log."""

    report: Text | None = None


class Note(Body):
    """A line of the log."""

    text: Text


class StepBody(Body):
    """A tablet's report: the device's time and the epoch of the assignment it speaks of. `why`: of a declined offer."""

    epoch: Annotated[int, Field(ge=1)]
    at: Instant | None = None
    why: DeclineReason | None = None


class Distress(Body):
    """A call for help; everything is optional, because nothing may hold it up."""

    at: Instant | None = None
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    accuracy_m: Annotated[float, Field(ge=0)] | None = None


DISTRESS_SCHEMA = {
    "requestBody": {"required": False, "content": {"application/json": {"schema": Distress.model_json_schema()}}}
}


def distress_of(raw: bytes) -> Distress:
    """What can be read of a call for help. What cannot is left out: nothing in it is a reason to refuse it."""
    try:
        content = json.loads(raw or b"{}")
    except (ValueError, RecursionError):
        return Distress()
    told = content if isinstance(content, dict) else {}
    return Distress.model_validate({name: told[name] for name in Distress.model_fields if _valid(name, told)})


def _valid(name: str, told: dict[str, Any]) -> bool:
    try:
        Distress.model_validate({name: told[name]})
    except (KeyError, ValidationError):
        return False
    return True


class PositionBody(Body):
    """Where a unit is."""

    lat: Annotated[float, Field(ge=-90, le=90)]
    lon: Annotated[float, Field(ge=-180, le=180)]
    accuracy_m: Annotated[float, Field(ge=0)] | None = None
    at: Instant


class ReportBody(Body):
    """What an officer writes about an assignment: kept in the log, whatever became of the assignment."""

    text: Text
    at: Instant | None = None


class PresenceBody(Body):
    """Which card this console shows; none: no card. `console`: an id that it made for itself."""

    console: Annotated[str, Field(min_length=8, max_length=64)]
    incident: Identifier | None = None
    centre: Insee | None = None


class StatusBody(Body):
    """A unit's own status; the others follow from its assignment."""

    state: Literal[UnitState.AVAILABLE, UnitState.UNAVAILABLE, UnitState.OFF_DUTY]
    at: Instant | None = None


class Well(Body):
    """*Tout va bien*, at the tablet's time."""

    at: Instant | None = None


class RosterLine(Body):
    """A line of the roster, at most 36 hours long. `capabilities`: those of the crew that comes; none: the pack's."""

    unit: Identifier
    kind: RosterKind
    starts_at: Instant
    ends_at: Instant
    capabilities: Annotated[frozenset[Identifier], Field(max_length=50)] | None = None


RosterLines = RosterLine | Annotated[list[RosterLine], Field(min_length=1, max_length=500)]


class CallBody(Body):
    """What an operator takes down. `text` and `caller` stay in PostgreSQL."""

    centre: Insee | None = None
    nature: Nature
    site: Identifier | None = None
    sector: Identifier | None = None
    commune: Insee | None = None
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    text: Text | None = None
    caller: Text | None = None


class SilenceBody(Body):
    """Scope (`device:…`, `site:…` or `sector:…`), reason and an end (within 30 days) are mandatory."""

    centre: Insee | None = None
    scope: Annotated[str, Field(pattern=r"^(device|site|sector):[^\x00-\x1f\x7f]{1,120}$")]
    reason: Said
    ends_at: Instant
    starts_at: Instant | None = None
    under_test: bool = False


class ProtectedAddressBody(Body):
    """Where a protected person lives: within `radius_m` metres; what is to be known there; an end is mandatory.

    `instructions` stay in PostgreSQL and are erased when the protection ends.
    """

    centre: Insee | None = None
    lat: Annotated[float, Field(ge=-90, le=90)]
    lon: Annotated[float, Field(ge=-180, le=180)]
    radius_m: Annotated[float, Field(ge=5, le=500)] = 50
    instructions: Text
    ends_at: Instant


class MoveUpBody(Body):
    """A free unit is ordered to a post of the city pack. `reason` is kept with the order."""

    unit: Identifier
    post: Identifier
    reason: Text | None = None


class BroadcastBody(Body):
    """A description for patrols: what it is about, its text and an end (within 7 days) are mandatory.

    `sectors` none: all. `starts_at` none: now. The text is personal data: it stays in PostgreSQL.
    """

    centre: Insee | None = None
    about: Wanted
    text: Said
    sectors: Annotated[list[Identifier], Field(max_length=200)] = []
    incident_id: Identifier | None = None
    starts_at: Instant | None = None
    ends_at: Instant


class Reader(Body):
    """The unit that has read it; `at`: when, by its tablet's clock."""

    unit: Identifier
    at: Instant | None = None


class OrderBody(Body):
    """A crew's report; `material`: what was used, as the crew writes it."""

    note: Text | None = None
    material: Annotated[list[Annotated[str, Field(min_length=1, max_length=200)]], Field(max_length=50)] = []
    at: Instant | None = None


class SigningIn(Body):
    """An account and its PIN."""

    account: Identifier
    pin: Annotated[SecretStr, Field(min_length=1, max_length=100)]
