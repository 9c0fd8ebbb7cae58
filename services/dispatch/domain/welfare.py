"""The welfare check: a unit on scene that says nothing is asked whether it is well, and its silence is heard.

The officer speaks by tapping; a position is no sign of life, since the car sends it.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from schemas.vocabulary.dispatching import AssignmentState
from services.dispatch.domain.assignment import Assignment
from services.dispatch.domain.attention import WELFARE_CHECK, WELFARE_UNANSWERED

CLOCKS_DIFFER = timedelta(seconds=60)
"""A tablet's clock may be so far behind ours. What it dated earlier was said before the question: no answer to it."""


class Sign(StrEnum):
    """How an officer showed that he is there."""

    WELL = "well"
    STEP = "step"
    STATUS = "status"
    BACKUP = "backup"


class Due(StrEnum):
    """What a unit's silence asks for."""

    ASK = "silent_on_scene"
    ALERT = "welfare_unanswered"


def due(assignment: Assignment, now: datetime) -> Due | None:
    """What is to be done about the unit's silence at `now`; None if nothing, or not yet."""
    at = assignment.welfare_at
    if assignment.state is not AssignmentState.ON_SCENE or at is None or at > now:
        return None
    return Due.ASK if assignment.welfare_asked_at is None else Due.ALERT


def asked(assignment: Assignment, now: datetime, answer_within: timedelta) -> Assignment:
    """Asked at `now`; its answer is missed `answer_within` later."""
    return replace(assignment, welfare_asked_at=now, welfare_at=now + answer_within)


def missed(assignment: Assignment) -> Assignment:
    """Its answer was missed: the room is alerted once; a late answer is still one."""
    return replace(assignment, welfare_at=None)


def heard(assignment: Assignment, said_at: datetime | None, now: datetime, after: timedelta) -> Assignment:
    """After a sign of life that the tablet dates `said_at` (None: now); the next check is due `after` it.

    One from before the question, kept in the tablet without a network, answers nothing; none brings a check forward.
    """
    if assignment.state is not AssignmentState.ON_SCENE:
        return assignment
    moment = min(said_at, now) if said_at is not None else now
    question = assignment.welfare_asked_at
    if question is not None and moment < question - CLOCKS_DIFFER:
        return assignment
    next_at = moment + after
    if question is None and assignment.welfare_at is not None:
        next_at = max(next_at, assignment.welfare_at)
    return replace(assignment, welfare_asked_at=None, welfare_at=next_at)


def settled(attention: str | None, assignments: Iterable[Assignment]) -> str | None:
    """The incident's attention, once its calls for welfare say no more than its units' silences do."""
    if attention not in {WELFARE_CHECK, WELFARE_UNANSWERED}:
        return attention
    silent = [known for known in assignments if known.state.active and known.welfare_asked_at is not None]
    if not silent:
        return None
    return WELFARE_UNANSWERED if any(known.welfare_at is None for known in silent) else WELFARE_CHECK
