"""What an event code means, as one value: alarm, fault or status, its nature and what it does to an earlier one."""

from dataclasses import dataclass
from enum import StrEnum

from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import Phase


class EventClass(StrEnum):
    """`alarm`: a zone's nature in the city pack may override it. `fault`: maintenance. `status`: supervision only."""

    ALARM = "alarm"
    FAULT = "fault"
    STATUS = "status"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Meaning:
    """One line of the code tables."""

    kind: EventClass
    nature: Nature
    phase: Phase = Phase.RAISE

    def restored(self) -> "Meaning":
        """The same, restored; a status stays a status."""
        return Meaning(self.kind, self.nature, Phase.RESTORE) if self.kind is not EventClass.STATUS else self


STATUS = Meaning(EventClass.STATUS, Nature.SUPERVISION_LOST, Phase.HEARTBEAT)
"""Openings, closings, tests, bypasses: proof of life and history, never an alarm."""
UNKNOWN = Meaning(EventClass.UNKNOWN, Nature.UNKNOWN_ALARM)
"""A code that no table holds: an operator verifies it."""


def alarm(nature: Nature, phase: Phase = Phase.RAISE) -> Meaning:
    """An alarm of that nature."""
    return Meaning(EventClass.ALARM, nature, phase)


def fault(nature: Nature, phase: Phase = Phase.RAISE) -> Meaning:
    """A fault of that nature."""
    return Meaning(EventClass.FAULT, nature, phase)
