"""Broadcasts of a description to patrols: for how long, and which patrol one concerns, with the reason."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from schemas.vocabulary.dispatching import ResponderKind, UnitState

AT_MOST = timedelta(days=7)
"""How far ahead a description may end. It is about a person: who is still looked for then is described again."""
FRESH = timedelta(minutes=30)
"""DOMAIN.md: a position older than 30 minutes is stale."""


class Period(StrEnum):
    """Whether a broadcast may last as asked."""

    ACCEPTED = "accepted"
    ENDS_BEFORE_START = "ends_before_start"
    ENDS_TOO_LATE = "ends_too_late"


class Concern(StrEnum):
    """Why a broadcast is for a unit, or is not."""

    EVERY_SECTOR = "every_sector"
    SECTOR_NOW = "sector_now"
    HOME_SECTOR = "home_sector"
    OTHER_SECTOR = "other_sector"
    OFF_DUTY = "off_duty"
    NOT_A_PATROL = "not_a_patrol"

    @property
    def heard(self) -> bool:
        """True where the unit is to have it."""
        return self in {Concern.EVERY_SECTOR, Concern.SECTOR_NOW, Concern.HOME_SECTOR}


class Ended(StrEnum):
    """Why a broadcast ended."""

    BY_OPERATOR = "by_operator"
    TIME_OVER = "time_over"


@dataclass(frozen=True, slots=True)
class Hearer:
    """A unit as a broadcast sees it. `here`: the sector of its last position, none if that lies in no sector."""

    unit: str
    kind: ResponderKind
    state: UnitState
    home: str
    here: str | None = None
    position_at: datetime | None = None


def period(starts_at: datetime, ends_at: datetime, now: datetime) -> Period:
    """Whether a broadcast from `starts_at` to `ends_at` may be set now."""
    if ends_at <= max(starts_at, now):
        return Period.ENDS_BEFORE_START
    return Period.ENDS_TOO_LATE if ends_at > now + AT_MOST else Period.ACCEPTED


def concern(sectors: Collection[str], hearer: Hearer, now: datetime) -> Concern:
    """Whether a broadcast to these sectors (none: all) is for a unit, by where it is now, else where it belongs."""
    if hearer.kind is not ResponderKind.PATROL:
        return Concern.NOT_A_PATROL
    if hearer.state is UnitState.OFF_DUTY:
        return Concern.OFF_DUTY
    if not sectors:
        return Concern.EVERY_SECTOR
    fresh = hearer.position_at is not None and now - hearer.position_at <= FRESH
    if fresh and hearer.here is not None:
        return Concern.SECTOR_NOW if hearer.here in sectors else Concern.OTHER_SECTOR
    return Concern.HOME_SECTOR if hearer.home in sectors else Concern.OTHER_SECTOR
