"""How far apart two places are, as the crow flies."""

from math import asin, cos, radians, sin, sqrt

from services.dispatch.domain.report import Place

EARTH_RADIUS_M = 6_371_008.8


def metres(one: Place, other: Place) -> float:
    """Great-circle distance in metres (haversine, mean Earth radius)."""
    north, east = radians(other.lat - one.lat), radians(other.lon - one.lon)
    chord = sin(north / 2) ** 2 + cos(radians(one.lat)) * cos(radians(other.lat)) * sin(east / 2) ** 2
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(chord)))
