"""Building a StreetGraph: arcs one by one, or whole ways that are cut where they meet."""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import isfinite, nan

import numpy as np

from services.dispatch.travel.errors import StreetsUnreadable
from services.dispatch.travel.graph import RoadClass, StreetGraph, metres_between

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Road:
    """What all arcs of one street have in common; speeds in km/h, `lights_kmh` NaN if the source does not know it."""

    street: str
    road_class: RoadClass
    speed_kmh: float
    name: str = ""
    lights_kmh: float = nan
    accessible: bool = True


@dataclass(frozen=True, slots=True)
class Way:
    """A line of points (latitude, longitude). Ways meet where they share a key; `keys` and `points` are parallel."""

    road: Road
    keys: Sequence[Hashable]
    points: Sequence[Point]
    oneway: bool = False


@dataclass
class Assembly:
    """Collects nodes and arcs. `source` names the file in errors."""

    source: str
    _node_of: dict[Hashable, int] = field(default_factory=dict)
    _points: list[Point] = field(default_factory=list)
    _arcs: list[tuple[int, int, float, Road, Sequence[Point]]] = field(default_factory=list)
    _twins: list[int] = field(default_factory=list)

    def node(self, key: Hashable, lat: float, lon: float) -> int:
        """The index of the node with this key, made at its first mention. Raises StreetsUnreadable off the globe."""
        known = self._node_of.get(key)
        if known is not None:
            return known
        if not (-90 <= lat <= 90 and -180 <= lon <= 180):
            raise StreetsUnreadable(self.source, f"node {key}", f"({lat}, {lon}) is not a position in degrees")
        self._node_of[key] = len(self._points)
        self._points.append((lat, lon))
        return self._node_of[key]

    def arc(self, tail: int, head: int, length_m: float, road: Road, shape: Sequence[Point] = ()) -> int:
        """Adds a directed arc and returns its index. Raises StreetsUnreadable on an impossible length or speed."""
        if not (isfinite(length_m) and length_m >= 0):
            raise StreetsUnreadable(self.source, f"street {road.street}", f"length {length_m} m")
        if not (isfinite(road.speed_kmh) and road.speed_kmh > 0):
            raise StreetsUnreadable(self.source, f"street {road.street}", f"speed {road.speed_kmh} km/h")
        self._arcs.append((tail, head, length_m, road, shape))
        self._twins.append(-1)
        return len(self._arcs) - 1

    def pair(self, one: int, other: int) -> None:
        """Says that two arcs are the two directions of one street."""
        self._twins[one], self._twins[other] = other, one

    def pair_opposites(self) -> None:
        """Pairs the arcs of sources that list both directions apart: opposite ends, the same length to 10 cm."""
        waiting: dict[tuple[int, int, float], list[int]] = {}
        for index, (tail, head, length, _, _) in enumerate(self._arcs):
            if self._twins[index] >= 0:
                continue
            opposite = waiting.get((head, tail, round(length, 1)))
            if opposite:
                self.pair(opposite.pop(), index)
            else:
                waiting.setdefault((tail, head, round(length, 1)), []).append(index)

    def graph(self) -> StreetGraph:
        """The finished network. Raises StreetsUnreadable if there is no street."""
        if not self._arcs:
            raise StreetsUnreadable(self.source, "", "no street that a vehicle may use")
        tails, heads, lengths, roads, shapes = zip(*self._arcs, strict=True)
        streets = tuple(dict.fromkeys(road.street for road in roads))
        names = tuple(dict.fromkeys(road.name for road in roads if road.name))
        street_of = {street: index for index, street in enumerate(streets)}
        name_of = {"": -1} | {name: index for index, name in enumerate(names)}
        nodes = np.array(self._points, np.float64)
        shape = np.array([point for points in shapes for point in points], np.float64).reshape(-1, 2)
        return StreetGraph(
            node_lat=nodes[:, 0].copy(),
            node_lon=nodes[:, 1].copy(),
            tail=np.array(tails, np.int32),
            head=np.array(heads, np.int32),
            length_m=np.array(lengths, np.float64),
            speed_kmh=np.array([road.speed_kmh for road in roads], np.float64),
            lights_kmh=np.array([road.lights_kmh for road in roads], np.float64),
            road_class=np.array([road.road_class for road in roads], np.uint8),
            twin=np.array(self._twins, np.int32),
            accessible=np.array([road.accessible for road in roads], np.bool_),
            street=np.array([street_of[road.street] for road in roads], np.int32),
            name=np.array([name_of[road.name] for road in roads], np.int32),
            shape_at=np.cumsum([0, *(len(points) for points in shapes)]).astype(np.int32),
            shape_lat=shape[:, 0].copy(),
            shape_lon=shape[:, 1].copy(),
            streets=streets,
            names=names,
        )


def graph_of_ways(source: str, ways: Iterable[Way]) -> StreetGraph:
    """The network of ways, cut where a key is shared. Raises StreetsUnreadable where a way cannot be one."""
    held = list(ways)
    uses = Counter(key for way in held for key in way.keys)
    assembly = Assembly(source)
    for way in held:
        for begin, end in pairwise(_cuts(way, uses)):
            _add_piece(assembly, way, begin, end)
    return assembly.graph()


def _cuts(way: Way, uses: Counter[Hashable]) -> list[int]:
    last = len(way.keys) - 1
    return [at for at, key in enumerate(way.keys) if at in {0, last} or uses[key] > 1]


def _add_piece(assembly: Assembly, way: Way, begin: int, end: int) -> None:
    points = way.points[begin : end + 1]
    nodes = [assembly.node(way.keys[at], *way.points[at]) for at in (begin, end)]
    length = path_m(points)
    inner = points[1:-1]
    forward = assembly.arc(nodes[0], nodes[1], length, way.road, inner)
    if not way.oneway:
        assembly.pair(forward, assembly.arc(nodes[1], nodes[0], length, way.road, inner[::-1]))


def path_m(points: Sequence[Point]) -> float:
    """The length of a line of points, metres."""
    lat, lon = np.array(points, np.float64).T
    return float(metres_between(lat[:-1], lon[:-1], lat[1:], lon[1:]).sum())
