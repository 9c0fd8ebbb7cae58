"""A task: what one kind of responder must do for an incident; each closes separately."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from schemas.vocabulary.dispatching import HandOverState, ResponderKind, TaskState, WorkOrderState
from schemas.vocabulary.natures import Nature


@dataclass(frozen=True, slots=True)
class Task:
    """`slots` units with these capabilities, or one hand-over to `agency`, or one work order."""

    id: str
    incident_id: str
    kind: ResponderKind
    state: TaskState
    slots: int = 1
    capabilities: frozenset[str] = frozenset()
    agency: str | None = None
    created_at: datetime | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HandOver:
    """A task handed over to a partner agency; `due_at` is when its acknowledgement is missed."""

    id: str
    incident_id: str
    task_id: str
    agency: str
    kind: ResponderKind
    state: HandOverState
    sent_at: datetime
    due_at: datetime | None = None
    acknowledged_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class WorkOrder:
    """A task for a maintenance or cleaning crew. `due_at`: when it should be done; `material`: what was used."""

    id: str
    incident_id: str
    task_id: str
    centre: str
    nature: Nature
    state: WorkOrderState
    ordered_at: datetime
    device: str | None = None
    site: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    note: str | None = None
    taken_by: str | None = None
    due_at: datetime | None = None
    material: tuple[str, ...] = ()


def all_finished(tasks: Iterable[Task]) -> bool:
    """True if there was something to do and all of it has ended, at least one task by being done."""
    known = list(tasks)
    return bool(known) and all(task.state.finished for task in known) and any(t.state is TaskState.DONE for t in known)
