"""Distances between points a few kilometres apart."""

from dataclasses import dataclass
from math import cos, hypot, radians

METRES_PER_DEGREE = 111_195.0
"""Of latitude, on the mean sphere (radius 6,371,009 m)."""


@dataclass(frozen=True, slots=True)
class Point:
    """WGS 84 degrees; `accuracy_m` is the radius that the device claims, 0 where it claims none."""

    lat: float
    lon: float
    accuracy_m: float = 0.0


def distance_m(one: Point, other: Point) -> float:
    """Metres, on the plane that touches between the points: wrong by less than 0.1 % within 10 km."""
    middle = radians((one.lat + other.lat) / 2)
    east = (one.lon - other.lon + 180) % 360 - 180
    return hypot((one.lat - other.lat) * METRES_PER_DEGREE, east * METRES_PER_DEGREE * cos(middle))


def beyond_doubt_m(one: Point, other: Point, cap_m: float) -> float:
    """The part of the distance that both accuracies, at most `cap_m` each, cannot explain; never negative."""
    doubt = min(one.accuracy_m, cap_m) + min(other.accuracy_m, cap_m)
    return max(0.0, distance_m(one, other) - doubt)
