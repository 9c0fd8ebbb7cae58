"""Who should go: the nearest free and capable unit, and why the others should not.

Distance is along the great circle for now; travel times on real streets come behind the same function.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import asin, cos, radians, sin, sqrt
from typing import Any

from schemas.vocabulary.dispatching import UnitState
from services.dispatch.domain.report import Place
from services.dispatch.domain.unit import Unit

EARTH_RADIUS_M = 6_371_008.8
POSITION_STALE_AFTER = timedelta(minutes=30)


class Choice(StrEnum):
    """Why a unit stands where it stands in the ranking, or is not in it."""

    NEAREST = "nearest"
    POSITION_STALE = "position_stale"
    POSITION_UNKNOWN = "position_unknown"
    DECLINED_BEFORE = "declined_before"
    OCCUPIED = "occupied"
    OFF_DUTY = "off_duty"
    UNAVAILABLE = "unavailable"
    LACKS_CAPABILITY = "lacks_capability"
    RETIRING = "retiring"
    IN_DISTRESS = "in_distress"


REFUSED = frozenset(
    {
        Choice.OCCUPIED,
        Choice.OFF_DUTY,
        Choice.UNAVAILABLE,
        Choice.LACKS_CAPABILITY,
        Choice.RETIRING,
        Choice.IN_DISTRESS,
    }
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One unit with its distance in metres (None if not known) and the reason for its place."""

    unit: str
    reason: Choice
    distance_m: float | None

    @property
    def eligible(self) -> bool:
        """True if it may be sent."""
        return self.reason not in REFUSED

    def as_input(self) -> dict[str, Any]:
        """As it is recorded with the decision."""
        return asdict(self)


def rank(
    units: Iterable[Unit],
    place: Place | None,
    capabilities: frozenset[str],
    declined: frozenset[str],
    now: datetime,
    *,
    in_distress: str | None = None,
) -> list[Candidate]:
    """All units: the eligible ones best first, then the refused ones with their reason.

    `declined`: units that declined this task or let its offer lapse; they come last. Units without a fresh
    position come after those with one: help is rather sent blindly than not at all. `in_distress`: the unit that
    called for help itself.
    """
    candidates = [_candidate(unit, place, capabilities, declined, now, in_distress) for unit in units]
    return sorted(candidates, key=_order)


def distance_m(one: Place, other: Place) -> float:
    """Great-circle distance in metres (haversine, mean Earth radius)."""
    lat1, lat2 = radians(one.lat), radians(other.lat)
    half_lat, half_lon = (lat2 - lat1) / 2, radians(other.lon - one.lon) / 2
    chord = sin(half_lat) ** 2 + cos(lat1) * cos(lat2) * sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(chord)))


def _candidate(
    unit: Unit,
    place: Place | None,
    capabilities: frozenset[str],
    declined: frozenset[str],
    now: datetime,
    in_distress: str | None,
) -> Candidate:
    distance = distance_m(unit.place, place) if unit.place and place else None
    if unit.id == in_distress:
        return Candidate(unit.id, Choice.IN_DISTRESS, distance)
    return Candidate(unit.id, _reason(unit, capabilities, declined, now), distance)


def _reason(unit: Unit, capabilities: frozenset[str], declined: frozenset[str], now: datetime) -> Choice:
    checks = (
        (unit.retiring, Choice.RETIRING),
        (unit.state is UnitState.OFF_DUTY, Choice.OFF_DUTY),
        (unit.state is UnitState.UNAVAILABLE, Choice.UNAVAILABLE),
        (unit.busy, Choice.OCCUPIED),
        (not capabilities <= unit.capabilities, Choice.LACKS_CAPABILITY),
        (unit.id in declined, Choice.DECLINED_BEFORE),
        (unit.place is None, Choice.POSITION_UNKNOWN),
        (unit.position_at is not None and now - unit.position_at > POSITION_STALE_AFTER, Choice.POSITION_STALE),
    )
    return next((reason for holds, reason in checks if holds), Choice.NEAREST)


def _order(candidate: Candidate) -> tuple[int, float, str]:
    classes = {
        Choice.NEAREST: 0,
        Choice.POSITION_STALE: 1,
        Choice.POSITION_UNKNOWN: 2,
        Choice.DECLINED_BEFORE: 3,
    }
    distance = candidate.distance_m if candidate.distance_m is not None else float("inf")
    return classes.get(candidate.reason, 9), distance, candidate.unit
