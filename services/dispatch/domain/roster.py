"""What the roster says of a unit at a moment: on duty, on call, at rest, until when, and with which capabilities.

It moves a unit's state only where a line begins or ends; in between the state is what the crew says itself. A unit
without lines is what the pack and its crew say.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from schemas.vocabulary.dispatching import RosterKind, UnitState

LONGEST = timedelta(hours=36)
"""No shift is longer: a longer line is a slip of the pen, and would hold the unit's standing for days."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a unit's roster, from `starts_at` to `ends_at`, the latter excluded. Times are aware.

    `capabilities`: those of the crew that comes, in place of the pack's; None: the pack's.
    """

    kind: RosterKind
    starts_at: datetime
    ends_at: datetime
    capabilities: frozenset[str] | None = None
    id: str = ""

    def covers(self, now: datetime) -> bool:
        """True while the line is in force."""
        return self.starts_at <= now < self.ends_at


class Fault(StrEnum):
    """Why a line cannot be set."""

    ENDS_BEFORE_START = "ends_before_start"
    TOO_LONG = "too_long"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds for a unit now. `duty_until` and `rest_until` reach over lines that follow without a gap."""

    on_duty: bool = False
    on_call: bool = False
    duty_until: datetime | None = None
    rest_until: datetime | None = None
    capabilities: frozenset[str] | None = None


class Turn(StrEnum):
    """What the beginning or end of a line does to the unit."""

    COMES_ON_DUTY = "comes_on_duty"
    GOES_OFF_DUTY = "goes_off_duty"
    GOES_OFF_WHEN_CLEAR = "goes_off_when_clear"
    STAYS_WHEN_CLEAR = "stays_when_clear"
    STAYS = "stays"


def fault(line: Line, now: datetime) -> Fault | None:
    """Why `line` cannot be set at `now`; None if it can."""
    if line.ends_at <= line.starts_at:
        return Fault.ENDS_BEFORE_START
    if line.ends_at - line.starts_at > LONGEST:
        return Fault.TOO_LONG
    return Fault.OVER if line.ends_at <= now else None


def overlapping(line: Line, others: Iterable[Line]) -> Line | None:
    """The first duty line among `others` that overlaps the duty line `line`; other kinds may overlap anything."""
    if line.kind is not RosterKind.DUTY:
        return None
    found = (
        other
        for other in others
        if other.kind is RosterKind.DUTY and other.starts_at < line.ends_at and line.starts_at < other.ends_at
    )
    return min(found, key=lambda other: (other.starts_at, other.id), default=None)


def standing(lines: Iterable[Line], now: datetime) -> Standing:
    """What the lines of one unit say of it at `now`. Duty outranks being on call; rest outranks both for choosing."""
    known = sorted(lines, key=lambda line: (line.starts_at, line.ends_at, line.id))
    duty = _in_force(known, RosterKind.DUTY, now)
    on_call = _in_force(known, RosterKind.ON_CALL, now)
    means = duty or on_call
    return Standing(
        on_duty=duty is not None,
        on_call=duty is None and on_call is not None,
        duty_until=_until(known, RosterKind.DUTY, now),
        rest_until=_until(known, RosterKind.REST, now),
        capabilities=means.capabilities if means is not None else None,
    )


def begun(line: Line, state: UnitState, retiring: bool, busy: bool) -> Turn:
    """What the beginning of `line` does to a unit in `state`. A crew that said it is unavailable stays so.

    One that was called in, or whose duty had ended, and is still at work stays on duty when it becomes clear.
    """
    if line.kind is not RosterKind.DUTY or retiring:
        return Turn.STAYS
    if busy:
        return Turn.STAYS_WHEN_CLEAR
    return Turn.COMES_ON_DUTY if state is UnitState.OFF_DUTY else Turn.STAYS


def ended(line: Line, others: Iterable[Line], state: UnitState, busy: bool, now: datetime) -> Turn:
    """What the end of `line` does: never in the middle of an assignment, and not where another duty goes on."""
    goes_on = any(other.kind is RosterKind.DUTY and other.covers(now) for other in others)
    if line.kind is not RosterKind.DUTY or goes_on or state is UnitState.OFF_DUTY:
        return Turn.STAYS
    return Turn.GOES_OFF_WHEN_CLEAR if busy else Turn.GOES_OFF_DUTY


def _in_force(lines: list[Line], kind: RosterKind, now: datetime) -> Line | None:
    return next((line for line in lines if line.kind is kind and line.covers(now)), None)


def _until(lines: list[Line], kind: RosterKind, now: datetime) -> datetime | None:
    """The end of the line in force, or of the last of those that follow it without a gap; None if none is in force."""
    end: datetime | None = None
    for line in lines:
        if line.kind is kind and (line.covers(now) or (end is not None and line.starts_at <= end)):
            end = max(end, line.ends_at) if end is not None else line.ends_at
    return end
