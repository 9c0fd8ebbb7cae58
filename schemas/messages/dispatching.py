"""What dispatch publishes from its outbox: decisions, assignments, work orders, silences; and unit positions."""

from datetime import datetime
from typing import Any, ClassVar

from pydantic import Field

from schemas.vocabulary.dispatching import AssignmentState, IncidentEvent, ResponderKind, WorkOrderState
from schemas.vocabulary.natures import Nature, Priority
from schemas.vocabulary.scopes import scope_key
from schemas.wire import Identifier, Instant, Message, Origin, Position


class IncidentChanged(Message):
    """One recorded decision about an incident. Topic `dispatch.events`, keyed by incident, in version order.

    `version` grows by one per event of the incident. `state` is the incident after it (ids and enums only),
    `inputs` what the decision was made from, by id: candidates, travel times, pack version, clock. `actor` is
    `system` or a pseudonymous operator or unit id.
    """

    ce_type: ClassVar[str] = "vigie.incident.changed.v1"

    id: Identifier
    origin: Origin
    incident_id: Identifier
    version: int = Field(ge=1)
    event: IncidentEvent
    reason: str
    at: Instant
    actor: Identifier
    nature: Nature
    priority: Priority
    state: dict[str, Any]
    inputs: dict[str, Any] = Field(default_factory=dict)
    detail: dict[str, Any] = Field(default_factory=dict)

    @property
    def event_id(self) -> str:
        return self.id

    @property
    def event_time(self) -> datetime:
        return self.at

    @property
    def event_key(self) -> str:
        return self.incident_id


class AssignmentChanged(Message):
    """The newest state of a unit's assignment. Topic `assignments`, keyed by unit, compacted.

    `epoch` grows by one with each assignment of the unit; a report with an older one changes nothing.
    """

    ce_type: ClassVar[str] = "vigie.assignment.changed.v1"

    id: Identifier
    origin: Origin
    assignment_id: Identifier
    unit: Identifier
    epoch: int = Field(ge=1)
    incident_id: Identifier
    task_id: Identifier
    slot: int = Field(ge=0)
    state: AssignmentState
    reason: str
    at: Instant

    @property
    def event_id(self) -> str:
        return self.id

    @property
    def event_time(self) -> datetime:
        return self.at

    @property
    def event_key(self) -> str:
        return self.unit


class WorkOrderChanged(Message):
    """The newest state of a work order. Topic `work-orders`, keyed by order, compacted."""

    ce_type: ClassVar[str] = "vigie.work_order.changed.v1"

    id: Identifier
    origin: Origin
    order_id: Identifier
    incident_id: Identifier
    responder: ResponderKind
    nature: Nature
    device: Identifier | None
    site: Identifier | None
    position: Position | None
    state: WorkOrderState
    at: Instant

    @property
    def event_id(self) -> str:
        return self.id

    @property
    def event_time(self) -> datetime:
        return self.at

    @property
    def event_key(self) -> str:
        return self.order_id


class SilenceChanged(Message):
    """A silence or a site under test. Topic `silences`, keyed by `<centre>/<scope>`, compacted; ended: a tombstone.

    `scope` is `device:<id>`, `site:<id>` or `sector:<id>` of the origin's centre; `under_test` tells a drill from a
    nuisance.
    """

    ce_type: ClassVar[str] = "vigie.silence.set.v1"

    silence_id: Identifier
    origin: Origin
    scope: Identifier
    under_test: bool = False
    starts_at: Instant
    ends_at: Instant
    reason: str = Field(min_length=1, max_length=200)
    set_by: Identifier

    @property
    def event_id(self) -> str:
        return self.silence_id

    @property
    def event_time(self) -> datetime:
        return self.starts_at

    @property
    def event_key(self) -> str:
        return scope_key(self.origin.centre, self.scope)


class UnitPositionReported(Message):
    """Where a unit is. Topic `units.positions`, keyed by unit, kept 7 days."""

    ce_type: ClassVar[str] = "vigie.unit.positioned.v1"

    id: Identifier
    origin: Origin
    unit: Identifier
    position: Position
    at: Instant
    received_at: Instant

    @property
    def event_id(self) -> str:
        return self.id

    @property
    def event_time(self) -> datetime:
        return self.received_at

    @property
    def event_key(self) -> str:
        return self.unit
