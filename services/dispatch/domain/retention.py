"""How long each class of data is kept, and what happens then. One table, so that it can be read and audited whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class DataClass(StrEnum):
    """What is kept; also the word in the register."""

    POSITIONS = "positions"
    DECISION_INPUTS = "decision_inputs"
    """What decisions were made from: where units were, among other things."""
    DECISIONS = "decisions"
    PICTURES = "pictures"
    SIGNALS = "signals"
    CALLERS = "callers"
    """Who and where of an incident; the incident, its times and its reasons stay."""
    NOTES = "notes"
    NOTIFICATIONS = "notifications"


@dataclass(frozen=True, slots=True)
class Rule:
    """`days`: what is older goes. `most`: no setting may keep it longer, by law or by what the city has promised."""

    days: int
    most: int
    erases: bool
    """True: identity and text are erased, the row stays. False: the row is deleted."""


RULES: dict[DataClass, Rule] = {
    DataClass.POSITIONS: Rule(60, 60, erases=False),
    DataClass.DECISION_INPUTS: Rule(60, 60, erases=True),
    DataClass.DECISIONS: Rule(60, 60, erases=False),
    DataClass.PICTURES: Rule(30, 30, erases=True),
    DataClass.SIGNALS: Rule(60, 365, erases=False),
    DataClass.CALLERS: Rule(365, 1095, erases=True),
    DataClass.NOTES: Rule(365, 1095, erases=True),
    DataClass.NOTIFICATIONS: Rule(365, 1095, erases=False),
}


class TooLong(ValueError):
    """A setting keeps a class longer than it may be."""


def days_of(changed: Mapping[DataClass, int]) -> dict[DataClass, int]:
    """The days of each class, with what the city sets otherwise. Raises TooLong."""
    days = {name: changed.get(name, rule.days) for name, rule in RULES.items()}
    for name, kept in days.items():
        if not 1 <= kept <= RULES[name].most:
            raise TooLong(f"{name}: 1 to {RULES[name].most} days")
    return days


def before(now: datetime, days: int) -> datetime:
    """What is older than this goes."""
    return now - timedelta(days=days)
