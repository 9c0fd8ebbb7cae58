"""Where a patrol is worth diverting: a place near one of them and far from all others. Pure; straight lines only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import cos, hypot, radians

LatLon = tuple[float, float]
METRES_A_DEGREE = 111_195.0
NEAREST_M, FARTHEST_M = 250.0, 2_500.0
"""From the patrol to the place: there is a way to go, and it is its own part of the city."""


@dataclass(frozen=True)
class Turning:
    """`unit` is on its way to `first`; `second`, with a life in danger, is `ahead_m` nearer to it than to others."""

    unit: str
    first: LatLon
    second: LatLon
    ahead_m: float


def best_turning(free: Sequence[str], at: Mapping[str, LatLon], places: Sequence[LatLon]) -> Turning:
    """The one with the greatest lead over every other patrol, free or not. Raises ValueError without a free one."""
    found = [
        Turning(unit, _next_nearest(at[unit], place, places), place, _ahead_m(unit, place, at))
        for unit, place in product(free, places)
        if NEAREST_M <= metres(at[unit], place) <= FARTHEST_M
    ]
    return max(found, key=lambda known: (known.ahead_m, known.unit))


def _ahead_m(unit: str, place: LatLon, at: Mapping[str, LatLon]) -> float:
    others = [metres(where, place) for other, where in at.items() if other != unit]
    return min(others, default=FARTHEST_M) - metres(at[unit], place)


def _next_nearest(here: LatLon, but: LatLon, places: Sequence[LatLon]) -> LatLon:
    return min((place for place in places if place != but), key=lambda place: metres(here, place))


def metres(one: LatLon, other: LatLon) -> float:
    """The straight line within a city."""
    east = (one[1] - other[1]) * cos(radians(one[0]))
    return hypot(one[0] - other[0], east) * METRES_A_DEGREE
