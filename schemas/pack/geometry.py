"""Plane geometry on a few kilometres: metres between points, and polygons. Points are (latitude, longitude) degrees."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from math import cos, hypot, radians

LatLonPoint = tuple[float, float]
_ABOUT_A_METRE = 1e-5  # degrees
_METRES_PER_DEGREE = 111_195.0  # mean Earth radius 6,371 km


def distance_m(one: LatLonPoint, other: LatLonPoint) -> float:
    """Metres, equirectangular: within 0.1 % up to 50 km at French latitudes."""
    north = (one[0] - other[0]) * _METRES_PER_DEGREE
    east = (one[1] - other[1]) * _METRES_PER_DEGREE * cos(radians((one[0] + other[0]) / 2))
    return hypot(north, east)


def contains(polygon: Sequence[LatLonPoint], point: LatLonPoint) -> bool:
    """True if the point lies inside (even-odd rule); a point on the border may fall on either side."""
    lat, lon = point
    inside = False
    for (lat_a, lon_a), (lat_b, lon_b) in _edges(polygon):
        if (lat_a > lat) != (lat_b > lat) and lon < lon_a + (lat - lat_a) * (lon_b - lon_a) / (lat_b - lat_a):
            inside = not inside
    return inside


def area(polygon: Sequence[LatLonPoint]) -> float:
    """Square degrees, without sign; 0 for points on one line."""
    return abs(sum(a[1] * b[0] - b[1] * a[0] for a, b in _edges(polygon))) / 2


def centre_of(polygon: Sequence[LatLonPoint]) -> LatLonPoint:
    """The mean of the corners: good enough to say how far away a polygon is."""
    return sum(lat for lat, _ in polygon) / len(polygon), sum(lon for _, lon in polygon) / len(polygon)


def crosses_itself(polygon: Sequence[LatLonPoint]) -> bool:
    """True if two edges that are not neighbours cross properly."""
    edges = list(_edges(polygon))
    return any(_cross(one, other) for one, other in combinations(edges, 2))


def overlap(one: Sequence[LatLonPoint], other: Sequence[LatLonPoint]) -> bool:
    """True if two edges cross or a metre inside one lies in the other; a shared border is no overlap."""
    if any(_cross(a, b) for a in _edges(one) for b in _edges(other)):
        return True
    return any(contains(other, p) for p in _just_inside(one)) or any(contains(one, p) for p in _just_inside(other))


Edge = tuple[LatLonPoint, LatLonPoint]


def _edges(polygon: Sequence[LatLonPoint]) -> list[Edge]:
    return list(zip(polygon, [*polygon[1:], polygon[0]], strict=True))


def _just_inside(polygon: Sequence[LatLonPoint]) -> Iterator[LatLonPoint]:
    """Points about a metre inside along each edge: where edges of two polygons lie on each other, none cross."""
    for (lat_a, lon_a), (lat_b, lon_b) in _edges(polygon):
        length = hypot(lat_b - lat_a, lon_b - lon_a)
        if length == 0:
            continue
        aside = (lon_b - lon_a) / length * _ABOUT_A_METRE, -(lat_b - lat_a) / length * _ABOUT_A_METRE
        for share in (0.01, 0.25, 0.5, 0.75, 0.99):
            lat, lon = lat_a + share * (lat_b - lat_a), lon_a + share * (lon_b - lon_a)
            for point in ((lat + aside[0], lon + aside[1]), (lat - aside[0], lon - aside[1])):
                if contains(polygon, point):
                    yield point


def _cross(one: Edge, other: Edge) -> bool:
    """True if they cross at a point that is the end of neither."""
    (a, b), (c, d) = one, other
    return _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0


def _side(a: LatLonPoint, b: LatLonPoint, point: LatLonPoint) -> float:
    value = (b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0])
    return 0.0 if abs(value) < 1e-12 else value  # 1e-12 square degrees: about a centimetre per metre of edge
