"""Escalation: which level comes next, when it is due by itself, and whether it still is when its time has come."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from schemas.vocabulary.dispatching import AssignmentState
from services.dispatch.domain.assignment import Assignment
from services.dispatch.domain.incident import Incident
from services.dispatch.domain.run_card import Card, Level


class Trigger(StrEnum):
    """Why a level was added."""

    OPERATOR = "operator"
    NOBODY_ON_SCENE = "nobody_on_scene"


class Standing(StrEnum):
    """What becomes of a level whose time was set."""

    DUE = "due"
    NOT_YET = "not_yet"
    SOMEBODY_ON_SCENE = "somebody_on_scene"
    ENDED = "ended"
    NO_FURTHER_LEVEL = "no_further_level"


def next_level(card: Card | None, reached: int) -> Level | None:
    """The level above the `reached` ones (0: none yet), None if there is no further one."""
    return card.levels[reached] if card is not None and reached < len(card.levels) else None


def due_at(card: Card | None, reached: int, opened_at: datetime, now: datetime) -> datetime | None:
    """When the next level comes by itself; None if only by order, or if there is none.

    Seconds count from opening. Where the incident was engaged late, or the level before came late, at least as much
    time passes from now on as the card puts between the two, so that levels do not come all at once.
    """
    level = next_level(card, reached)
    if card is None or level is None or level.after_s is None:
        return None
    before = (card.levels[reached - 1].after_s or 0) if reached else 0
    gap = max(0, level.after_s - before)
    return max(opened_at + timedelta(seconds=level.after_s), now + timedelta(seconds=gap))


def judge(incident: Incident, card: Card | None, assignments: Iterable[Assignment], now: datetime) -> Standing:
    """Whether the level that was due is still to be added at `now`."""
    if not incident.unfinished:
        return Standing.ENDED
    if next_level(card, incident.escalation) is None:
        return Standing.NO_FURTHER_LEVEL
    if on_scene(assignments):
        return Standing.SOMEBODY_ON_SCENE
    due = incident.escalate_at is not None and incident.escalate_at <= now
    return Standing.DUE if due else Standing.NOT_YET


def on_scene(assignments: Iterable[Assignment]) -> bool:
    """True if a unit is on scene now."""
    return any(known.state is AssignmentState.ON_SCENE for known in assignments)
