"""The slots of a patrol task: which are free, who lets them lapse, and when the task is done."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from schemas.vocabulary.dispatching import AssignmentState
from services.dispatch.domain.assignment import Assignment
from services.dispatch.domain.task import Task

REASSIGNED = "reassigned"
"""Why an assignment was cancelled whose unit an operator replaced."""
LAPSED = frozenset({AssignmentState.DECLINED, AssignmentState.EXPIRED})


class Done(StrEnum):
    """Why a patrol task has ended."""

    ALL_CLEAR = "all_clear"
    CLEAR_WITHOUT_FURTHER_UNITS = "clear_without_further_units"


def free_slots(task: Task, assignments: Collection[Assignment]) -> list[int]:
    """The slots that none of the task's `assignments` holds, actively or cleared."""
    taken = {known.slot for known in assignments if known.state.active or known.state is AssignmentState.CLEARED}
    return [slot for slot in range(task.slots) if slot not in taken]


def lapsed(assignments: Collection[Assignment], since: datetime | None = None) -> frozenset[str]:
    """The units that declined, let an offer of the task run out or were replaced; with `since`, only after that."""
    return frozenset(
        known.unit
        for known in assignments
        if known.state in LAPSED or known.reason == REASSIGNED
        if since is None or (known.ended_at is not None and known.ended_at > since)
    )


def done(task: Task, assignments: Collection[Assignment]) -> Done | None:
    """Why the task is done once a unit is clear: nobody else is on it. Slots that found nobody then need none."""
    if any(known.state.active for known in assignments):
        return None
    cleared = {known.slot for known in assignments if known.state is AssignmentState.CLEARED}
    return Done.ALL_CLEAR if len(cleared) >= task.slots else Done.CLEAR_WITHOUT_FURTHER_UNITS
