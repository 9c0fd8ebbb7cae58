"""In which sector a position lies. Pure geometry in degrees: sectors are small, so a flat map is exact enough."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Corner = tuple[float, float]
"""Latitude, longitude in degrees."""


@dataclass(frozen=True, slots=True)
class Area:
    """One sector of one centre."""

    centre: str
    commune: str
    sector: str
    corners: tuple[Corner, ...]

    def holds(self, lat: float, lon: float) -> bool:
        """True if the position lies within (ray casting; a point on the border is in at least one neighbour)."""
        return point_in_polygon(lat, lon, self.corners)

    def distance(self, lat: float, lon: float) -> float:
        """Degrees (of latitude) to the nearest corner: only to compare areas with each other."""
        east = math.cos(math.radians(lat))
        return min(math.hypot(lat - corner[0], (lon - corner[1]) * east) for corner in self.corners)


def point_in_polygon(lat: float, lon: float, corners: Sequence[Corner]) -> bool:
    """True if the position is inside; the polygon closes itself."""
    inside = False
    previous = corners[-1]
    for corner in corners:
        if (corner[0] > lat) != (previous[0] > lat):
            crossing = corner[1] + (lat - corner[0]) / (previous[0] - corner[0]) * (previous[1] - corner[1])
            inside = inside != (lon < crossing)
        previous = corner
    return inside


def locate(lat: float, lon: float, areas: Iterable[Area]) -> tuple[Area | None, bool]:
    """The area that holds the position and True, else the nearest and False, else None (no areas at all)."""
    nearest: Area | None = None
    shortest = math.inf
    for area in areas:
        if area.holds(lat, lon):
            return area, True
        distance = area.distance(lat, lon)
        if distance < shortest:
            nearest, shortest = area, distance
    return nearest, False
