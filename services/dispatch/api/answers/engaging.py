"""Tasks, assignments, hand-overs and work orders."""

from datetime import datetime

from pydantic import BaseModel, Field

from schemas.vocabulary.dispatching import (
    AssignmentState,
    HandOverState,
    ResponderKind,
    TaskState,
    WorkOrderState,
)
from schemas.vocabulary.natures import Nature, Priority
from services.dispatch.domain.assignment import Step, Verdict


class PlaceShown(BaseModel):
    """WGS 84 degrees; accuracy in metres."""

    lat: float
    lon: float
    accuracy_m: float | None


class TaskBrief(BaseModel):
    """A task in short."""

    task_id: str
    kind: ResponderKind
    state: TaskState
    slots: int
    agency: str | None


class Task(TaskBrief):
    """What one kind of responder must do."""

    id: str
    capabilities: list[str]
    created_at: datetime
    closed_at: datetime | None


class AssignmentBrief(BaseModel):
    """An assignment in short."""

    assignment_id: str
    unit: str
    slot: int
    epoch: int
    state: AssignmentState


class Assignment(AssignmentBrief):
    """One unit on one slot of a task, with the steps that are possible from where it is.

    `welfare_asked_at`: since when the unit is asked whether it is well.
    """

    incident_id: str
    task_id: str
    reason: str
    active: bool
    allowed: list[Step]
    offered_at: datetime
    due_at: datetime | None
    accepted_at: datetime | None
    en_route_at: datetime | None
    on_scene_at: datetime | None
    ended_at: datetime | None
    welfare_asked_at: datetime | None


class TabletCard(BaseModel):
    """What an officer needs to know of an incident."""

    incident_id: str
    nature: Nature
    nature_fr: str
    nature_en: str
    priority: Priority
    position: PlaceShown | None
    site: str | None
    site_name: str | None
    address: str | None
    notes_fr: str
    notes_en: str
    instructions_fr: str
    instructions_en: str
    protected_instructions: str | None
    signal_ids: list[str]
    traceparent: str | None


class AssignmentShown(Assignment):
    """An assignment with its incident, as tablets see it."""

    incident: TabletCard | None


class Companion(BaseModel):
    """Another unit on the same incident."""

    unit: str
    call_sign: str
    state: AssignmentState


class AssignmentReported(Assignment):
    """What a tap did. `applied` false: it changed nothing, `reason` says why; a late one (202) is kept and shown."""

    applied: bool
    reason: Verdict  # why the tap did what it did, instead of why the unit was chosen


class ReportKept(BaseModel):
    """A report in the log of its incident."""

    note_id: str
    incident_id: str


class HandOverBrief(BaseModel):
    """A hand-over in short."""

    hand_over_id: str
    agency: str
    state: HandOverState


class HandOver(HandOverBrief):
    """A task handed over to a partner agency."""

    id: str
    task_id: str
    kind: ResponderKind
    sent_at: datetime
    due_at: datetime | None
    acknowledged_at: datetime | None
    ended_at: datetime | None
    reason: str | None


class HandOverAnswered(BaseModel):
    """What a partner's answer led to."""

    hand_over_id: str
    state: HandOverState
    incident_id: str


class WorkOrderBrief(BaseModel):
    """A work order in short."""

    order_id: str
    state: WorkOrderState


class WorkOrderOnCard(WorkOrderBrief):
    """A work order on a card."""

    id: str
    task_id: str
    centre: str
    nature: Nature
    device: str | None
    site: str | None
    ordered_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    note: str | None
    taken_by: str | None
    due_at: datetime | None
    material: list[str]


class WorkOrder(WorkOrderOnCard):
    """A work order in the crews' list, with the place of its incident."""

    incident_id: str
    nature_fr: str
    nature_en: str
    address: str | None
    lat: float | None
    lon: float | None
    priority: Priority
    signals: int = Field(description="how often the same was reported: one order for all of them")


class WorkOrderReported(WorkOrderBrief):
    """What a crew's report led to."""

    incident_id: str
