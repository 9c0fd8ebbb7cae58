"""The slots of a patrol task: which are free, who lets them lapse, and when the task is done."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from schemas.vocabulary.dispatching import AssignmentState
from services.dispatch.domain.assignment import Assignment
from services.dispatch.domain.task import Task

REASSIGNED = "reassigned"
"""Why an assignment was cancelled whose unit an operator replaced."""
BY_OPERATOR = frozenset({"operator", "operator_override"})
"""Reasons of an offer whose unit a person chose."""
LAPSED = frozenset({AssignmentState.DECLINED, AssignmentState.EXPIRED})
LONGEST_PAUSE = timedelta(minutes=10)
"""Between two offers of one task to a unit that does not accept it, once the doubling has come so far."""


class Done(StrEnum):
    """Why a patrol task has ended."""

    ALL_CLEAR = "all_clear"
    CLEAR_WITHOUT_FURTHER_UNITS = "clear_without_further_units"


def free_slots(task: Task, assignments: Collection[Assignment]) -> list[int]:
    """The slots that none of the task's `assignments` holds, actively or cleared."""
    taken = {known.slot for known in assignments if known.state.active or known.state is AssignmentState.CLEARED}
    return [slot for slot in range(task.slots) if slot not in taken]


def lapses(assignments: Collection[Assignment]) -> Counter[str]:
    """How often each unit declined, let an offer of the task run out or was replaced."""
    return Counter(known.unit for known in assignments if _lapsed(known))


def lapsed(assignments: Collection[Assignment]) -> frozenset[str]:
    """The units that did so at all: they come last for this task."""
    return frozenset(lapses(assignments))


def resting(assignments: Collection[Assignment], now: datetime, offer: timedelta) -> frozenset[str]:
    """The units that are not asked again yet: for as long as an `offer` stands, then twice that, up to LONGEST_PAUSE.

    The room has been told that nobody is left; a tablet that rings every half minute for ever helps nobody.
    """
    often = lapses(assignments)
    ended = [(known.unit, known.ended_at) for known in assignments if _lapsed(known) and known.ended_at is not None]
    return frozenset(unit for unit, at in ended if at > now - pause(often[unit], offer))


def pause(times: int, offer: timedelta) -> timedelta:
    """How long a unit is left alone that lapsed so many times (≥ 1): `offer`, doubled each time."""
    return min(offer * (1 << min(times - 1, 20)), max(offer, LONGEST_PAUSE))


def asked_again(assignments: Collection[Assignment]) -> bool:
    """True once somebody who did not accept was asked again, and did not accept then either: a later round."""
    return max(lapses(assignments).values(), default=0) > 1


def _lapsed(known: Assignment) -> bool:
    return known.state in LAPSED or known.reason == REASSIGNED


def done(task: Task, assignments: Collection[Assignment]) -> Done | None:
    """Why the task is done once a unit is clear: nobody else is on it. Slots that found nobody then need none."""
    if any(known.state.active for known in assignments):
        return None
    cleared = {known.slot for known in assignments if known.state is AssignmentState.CLEARED}
    return Done.ALL_CLEAR if len(cleared) >= task.slots else Done.CLEAR_WITHOUT_FURTHER_UNITS
