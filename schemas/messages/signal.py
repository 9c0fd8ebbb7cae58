"""Signals, alarms, their outcomes and situations: the way from a device to dispatch."""

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import DeviceKind, Flag, MatchReason, Outcome, Phase, ScreeningReason
from schemas.wire import Confidence, Identifier, Instant, Message, Origin, Position, WireModel

AttributeValue = Annotated[str, Field(max_length=512)] | int | float | bool
Attributes = Annotated[dict[Annotated[str, Field(max_length=64)], AttributeValue], Field(max_length=64)]


class Signal(Message):
    """One message from one device, as ingest understood it. Topics `signals` and, if urgent, `alarms.urgent`.

    `subject` names what is followed across messages: an `sos_id`, a tracked object, a panel's zone.
    `mark` is the device's sequence or `call_id`; `fingerprint` (hex) hashes device, mark, nature and bytes, so
    that any reader recognises a repeat within two minutes; both are null where the device sent no mark.
    """

    ce_type: ClassVar[str] = "vigie.signal.received.v1"

    signal_id: Identifier
    origin: Origin
    device: Identifier
    device_kind: DeviceKind
    nature: Nature
    phase: Phase = Phase.RAISE
    received_at: Instant
    device_at: Instant | None = None
    site: Identifier | None = None
    zone: Annotated[str, Field(max_length=128)] | None = None
    place: Annotated[str, Field(max_length=256)] | None = None
    sector: Identifier | None = None
    position: Position | None = None
    subject: Identifier | None = None
    use_case: Identifier | None = None
    confidence: Confidence | None = None
    mark: Annotated[str, Field(max_length=256)] | None = None
    fingerprint: Annotated[str, Field(max_length=64)] | None = None
    code: Annotated[str, Field(max_length=32)] | None = None
    flags: tuple[Flag, ...] = ()
    attributes: Attributes = Field(default_factory=dict)

    @property
    def event_id(self) -> str:
        return self.signal_id

    @property
    def event_time(self) -> datetime:
        return self.received_at

    @property
    def event_key(self) -> str:
        return self.device


class Alarm(Message):
    """A signal that survived screening. `alarm_id` is its signal's id. Topic `alarms`, keyed by sector.

    `operator_confirmed`: a silence or a site under test covers it, so nobody is engaged without an operator.
    """

    ce_type: ClassVar[str] = "vigie.alarm.raised.v1"

    alarm_id: Identifier
    signal: Signal
    screened_at: Instant
    reason: ScreeningReason
    first_signal_id: Identifier | None = None
    operator_confirmed: bool = False
    silence_id: Identifier | None = None

    @property
    def event_id(self) -> str:
        return self.alarm_id

    @property
    def event_time(self) -> datetime:
        return self.screened_at

    @property
    def event_key(self) -> str:
        return self.signal.sector or self.signal.site or self.signal.device


class SignalOutcome(Message):
    """How one signal ended, with its reason and inputs. Topic `signal.outcomes`, keyed by device.

    `first_signal_id` is the signal this one repeats, folds into or annotates. `count`: for `folded`, how many
    have been folded into the first so far. `inputs`: what the decision was made from (window starts, ids).
    """

    ce_type: ClassVar[str] = "vigie.signal.screened.v1"

    signal_id: Identifier
    origin: Origin
    device: Identifier
    device_kind: DeviceKind
    nature: Nature | None
    phase: Phase | None
    outcome: Outcome
    reason: ScreeningReason
    decided_at: Instant
    received_at: Instant
    device_at: Instant | None = None
    first_signal_id: Identifier | None = None
    count: Annotated[int, Field(ge=0)] = 0
    site: Identifier | None = None
    zone: str | None = None
    place: str | None = None
    sector: Identifier | None = None
    position: Position | None = None
    subject: Identifier | None = None
    flags: tuple[Flag, ...] = ()
    attributes: Attributes = Field(default_factory=dict)
    inputs: Attributes = Field(default_factory=dict)

    @property
    def event_id(self) -> str:
        return f"{self.signal_id}:outcome"

    @property
    def event_time(self) -> datetime:
        return self.decided_at

    @property
    def event_key(self) -> str:
        return self.device


class SituationMember(WireModel):
    """One alarm in a situation, and why it is there; the alarm's own record is embedded once, for the newest."""

    alarm_id: Identifier
    device: Identifier
    device_kind: DeviceKind
    nature: Nature
    at: Instant
    position: Position | None = None
    site: Identifier | None = None
    reason: MatchReason
    distance_m: float | None = None


class Situation(Message):
    """“These alarms belong together, with this confidence, because”. One message for each change.

    `revision` grows by one per alarm; `alarm` is the alarm that caused this revision, `members` are the newest
    50 with their reasons, `total` counts all. `confidence` 0…1 that they are one happening; `sources` counts
    independent devices.
    """

    ce_type: ClassVar[str] = "vigie.situation.changed.v1"

    situation_id: Identifier
    revision: Annotated[int, Field(ge=1)]
    origin: Origin
    sector: Identifier | None
    nature: Nature
    confidence: Confidence
    sources: Annotated[int, Field(ge=1)]
    total: Annotated[int, Field(ge=1)]
    opened_at: Instant
    changed_at: Instant
    position: Position | None = None
    site: Identifier | None = None
    alarm: Alarm
    members: Annotated[tuple[SituationMember, ...], Field(max_length=50)]

    @property
    def event_id(self) -> str:
        return f"{self.situation_id}:{self.alarm.alarm_id}"

    @property
    def event_time(self) -> datetime:
        return self.changed_at

    @property
    def event_key(self) -> str:
        return self.situation_id
