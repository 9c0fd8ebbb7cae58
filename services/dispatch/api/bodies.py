"""What the routes take. Unknown members are refused, so that a misspelt one is noticed."""

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from schemas.vocabulary.dispatching import UnitState
from schemas.vocabulary.natures import Nature
from schemas.wire import Identifier, Insee, Instant

Text = Annotated[str, Field(min_length=1, max_length=2000)]


class Body(BaseModel):
    """A request body."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Verification(Body):
    """The result of a *levée de doute*."""

    result: Literal["confirmed", "false_alarm", "inconclusive"]


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


class Backup(Body):
    """How many patrols more."""

    count: Annotated[int, Field(ge=1, le=5)] = 1


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
    """A tablet's report: the device's time and the epoch of the assignment it speaks of."""

    epoch: Annotated[int, Field(ge=1)]
    at: Instant | None = None


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


class StatusBody(Body):
    """A unit's own status; the others follow from its assignment."""

    state: Literal[UnitState.AVAILABLE, UnitState.UNAVAILABLE, UnitState.OFF_DUTY]


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
    """Scope (`device:…`, `site:…` or `sector:…`), reason and an end are mandatory."""

    centre: Insee | None = None
    scope: Annotated[str, Field(pattern=r"^(device|site|sector):.{1,120}$")]
    reason: Text
    ends_at: Instant
    starts_at: Instant | None = None
    under_test: bool = False


class OrderBody(Body):
    """A crew's report."""

    note: Text | None = None
    at: Instant | None = None


class SigningIn(Body):
    """An account and its PIN."""

    account: Identifier
    pin: Annotated[SecretStr, Field(min_length=1, max_length=100)]
