"""Small street networks whose times can be worked out by hand. Metres are laid out from a corner in Metz."""

from math import cos, radians
from typing import Any

import pytest

from services.dispatch.domain.report import Place
from services.dispatch.travel.assembling import Road, Way, graph_of_ways
from services.dispatch.travel.engines.engine import Engine
from services.dispatch.travel.engines.hierarchy import HierarchyEngine
from services.dispatch.travel.engines.sparse import SparseEngine
from services.dispatch.travel.engines.topologies import TopologyStore
from services.dispatch.travel.graph import EARTH_RADIUS_M, RoadClass, StreetGraph
from services.dispatch.travel.streets import Snapping, StreetTravel

CORNER = (49.1193, 6.1757)
DEGREE_M = EARTH_RADIUS_M * 3.141592653589793 / 180


def at(east_m: float, north_m: float) -> Place:
    """The place so many metres east and north of the corner."""
    lat = CORNER[0] + north_m / DEGREE_M
    return Place(lat, CORNER[1] + east_m / (DEGREE_M * cos(radians(CORNER[0]))))


def street(
    name: str,
    *points: tuple[float, float],
    oneway: bool = False,
    kmh: float = 36.0,
    road_class: RoadClass = RoadClass.STREET,
    accessible: bool = True,
) -> Way:
    """A street through these points (metres east, north); 36 km/h are 10 m/s. Streets meet at equal points."""
    places = [at(*point) for point in points]
    road = Road(f"id-{name}", road_class, kmh, name, accessible=accessible)
    return Way(road, points, [(place.lat, place.lon) for place in places], oneway)


def near(value: float, rel: float = 1e-3, off: float | None = None) -> Any:
    """Equal to a thousandth, or to `off`: the globe is round and coordinates are rounded."""
    return pytest.approx(value, rel=rel, abs=off)


def block(west: float = 0.0) -> list[Way]:
    """A square of four two-way streets of 400 m: south, east, north, west; its west lies so many metres east."""
    east, side = west + 400.0, 400.0
    corners = [(west, 0.0), (east, 0.0), (east, side), (west, side), (west, 0.0)]
    names = ("south", "east", "north", "west")
    return [street(name, *corners[index : index + 2]) for index, name in enumerate(names)]


def town(*ways: Way) -> StreetGraph:
    """The network of these streets."""
    return graph_of_ways("town", ways)


def engines(graph: StreetGraph) -> list[Engine]:
    """Both engines, nothing kept on disk."""
    return [HierarchyEngine(graph, TopologyStore(None)), SparseEngine(graph)]


def travel(*ways: Way, snapping: Snapping | None = None) -> StreetTravel:
    """Travel times in a town, by the fast engine."""
    graph = town(*ways)
    return StreetTravel(graph, HierarchyEngine(graph, TopologyStore(None)), snapping)
