"""Whether an acknowledged signal has ended as it must, is still on its way, or is lost.

A backlog that is being worked off is no difference: a signal counts as one only where the step before it has passed it
by, or has stood still for `Limits.stall_s`. No device's clock is asked: ages count from when we read the record.
"""

from dataclasses import dataclass
from enum import StrEnum


class Standing(StrEnum):
    """Where one signal stands; also the metric's label."""

    SETTLED = "settled"
    YOUNG = "young"
    BACKLOG = "backlog"
    NOT_SCREENED = "not_screened"
    """Screening stands still before it."""
    NOT_READ = "not_read"
    """Screening has passed it; dispatch stands still before the outcomes of that time."""
    NO_OUTCOME = "no_outcome"
    """Screening has passed it, dispatch has read all outcomes of that time, and there is none."""
    NOT_CLAIMED = "not_claimed"
    """An alarm that no situation claimed, and dispatch stands still before opening it."""
    NO_INCIDENT = "no_incident"
    """An alarm that dispatch has dealt with, and it is on no card."""

    @property
    def under_way(self) -> bool:
        """True where waiting is all there is to do."""
        return self in {Standing.YOUNG, Standing.BACKLOG}

    @property
    def proven(self) -> bool:
        """True where nothing that is still under way can bring it: it is lost until somebody sends it again."""
        return self in {Standing.NO_OUTCOME, Standing.NO_INCIDENT}

    @property
    def different(self) -> bool:
        """True where the shift lead must know."""
        return self is not Standing.SETTLED and not self.under_way


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds: so long a signal may take (`grace_s`), so long a step may stand still before a backlog (`stall_s`)."""

    grace_s: float = 30.0
    stall_s: float = 30.0


@dataclass(frozen=True, slots=True)
class Known:
    """What dispatch has of a signal: whether its outcome asks for a card, whether it is on one, or waits for it."""

    wants_card: bool
    on_card: bool
    unclaimed: bool


@dataclass(frozen=True, slots=True)
class Way:
    """How far the steps are, as this signal sees them; idle times in seconds."""

    screened: bool
    screening_idle_s: float
    read_past: bool
    """Dispatch has read every outcome that had been written when screening was seen to have passed the signal."""
    reading_idle_s: float
    claiming_idle_s: float


def judge(known: Known | None, age_s: float, way: Way, limits: Limits) -> Standing:
    """The standing of one signal."""
    if known is not None and (known.on_card or not known.wants_card):
        return Standing.SETTLED
    if age_s < limits.grace_s:
        return Standing.YOUNG
    if known is not None:
        if not known.unclaimed:
            return Standing.NO_INCIDENT
        return Standing.NOT_CLAIMED if way.claiming_idle_s >= limits.stall_s else Standing.BACKLOG
    if not way.screened:
        return Standing.NOT_SCREENED if way.screening_idle_s >= limits.stall_s else Standing.BACKLOG
    if not way.read_past:
        return Standing.NOT_READ if way.reading_idle_s >= limits.stall_s else Standing.BACKLOG
    return Standing.NO_OUTCOME
