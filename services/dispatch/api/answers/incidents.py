"""Incidents: as rows, after an order, and as whole cards."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from schemas.vocabulary.dispatching import (
    Engagement,
    IncidentEvent,
    IncidentState,
    NotifyOutcome,
)
from schemas.vocabulary.natures import Nature, Priority
from schemas.vocabulary.signals import DeviceKind, Phase
from services.dispatch.api.answers.engaging import (
    Assignment,
    AssignmentBrief,
    HandOver,
    HandOverBrief,
    PlaceShown,
    Task,
    TaskBrief,
    WorkOrderBrief,
    WorkOrderOnCard,
)
from services.dispatch.domain.assignment import Step, Verdict


class EscalationShown(BaseModel):
    """How far the run card is escalated: `level` of `levels`, 0 for none, and the next one's name; none: no further.

    `next_at`: when it comes by itself while nobody is on scene.
    """

    level: int
    levels: int
    name_fr: str | None
    name_en: str | None
    next_fr: str | None
    next_en: str | None
    next_at: datetime | None


class IncidentRow(BaseModel):
    """An incident as a row of the console's list. `revision` is its ETag, `version` counts its events."""

    incident_id: str
    centre: str
    commune: str | None
    sector: str | None
    site: str | None
    device: str | None
    nature: Nature
    nature_fr: str
    nature_en: str
    priority: Priority
    state: IncidentState
    address: str | None
    position: PlaceShown | None
    run_card: str | None
    engagement: Engagement
    verify_first: bool
    verification: str | None
    confidence: float | None
    sources: int
    signals: int
    folded: int
    opened_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    resolved_at: datetime | None
    closed_at: datetime | None
    target_at: datetime | None
    linked_to: str | None
    merged_into: str | None
    attention: str | None = Field(description="why an operator should look; one word, none if nothing calls")
    escalation: EscalationShown | None = Field(description="none where the run card has no levels")
    flags: list[str]
    duplicates: list[str] = Field(description="earlier incidents that it may be; see its `duplicates` for the scores")
    pack_version: str
    version: int
    revision: int


class IncidentListed(IncidentRow):
    """A row that says whether a task waits and who is on it, also before anything of the incident changes."""

    tasks: list[TaskBrief]
    assignments: list[AssignmentBrief]


class IncidentOrdered(IncidentListed):
    """An incident with its parts in short: what an order answers, and what the stream shows as `incident`."""

    hand_overs: list[HandOverBrief]
    work_orders: list[WorkOrderBrief]


class LinkedSignal(BaseModel):
    """A signal on a card: `alarm`, `annotation` or `repeat`."""

    signal_id: str
    role: str
    device: str
    device_kind: DeviceKind
    nature: Nature
    phase: Phase
    subject: str | None
    fingerprint: str | None
    zone: str | None
    place_name: str | None
    lat: float | None
    lon: float | None
    flags: list[str]
    attributes: dict[str, Any]
    received_at: datetime
    linked_at: datetime


class RecordedEvent(BaseModel):
    """One decision: why, by whom, the state after it, and what it was made from."""

    version: int
    event: IncidentEvent
    reason: str
    reason_fr: str
    reason_en: str
    actor: str
    at: datetime
    state: dict[str, Any]
    inputs: dict[str, Any]
    detail: dict[str, Any]


class NoteShown(BaseModel):
    """A line of the log."""

    id: str
    author: str
    text: str
    at: datetime


class Notification(BaseModel):
    """What became of a notification."""

    key: str
    recipient: str
    channel: str
    outcome: NotifyOutcome
    reason: str
    attempt: int
    at: datetime


class LateReport(BaseModel):
    """A tap that came too late to change anything, with the device's time."""

    id: str
    assignment_id: str | None
    unit_id: str | None
    step: Step
    epoch: int
    reason: Verdict
    device_at: datetime | None
    received_at: datetime


class Attached(BaseModel):
    """A photo or signature; its content at `/v1/attachments/{id}`."""

    id: str
    kind: str
    media_type: str
    sha256: str
    author: str
    taken_at: datetime | None
    at: datetime


class IncidentCard(IncidentRow):
    """The whole card."""

    tasks: list[Task]
    assignments: list[Assignment]
    hand_overs: list[HandOver]
    work_orders: list[WorkOrderOnCard]
    signals_linked: list[LinkedSignal]
    events: list[RecordedEvent]
    notes: list[NoteShown]
    attachments: list[Attached]
    notifications: list[Notification]
    broadcasts: list[str] = Field(description="ids of the descriptions that were broadcast about it, ended ones too")
    late_reports: list[LateReport]
    instructions_fr: str
    instructions_en: str
    protected_instructions: str | None = Field(description="what is to be known at the protected address there")
    traceparent: str | None
