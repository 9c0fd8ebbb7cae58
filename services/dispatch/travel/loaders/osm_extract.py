"""OpenStreetMap extracts (`.osm.pbf`, also `.osm`, `.osm.bz2`), read with osmium; ids are `way/<id>`."""

from collections import Counter
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from services.dispatch.travel.assembling import Point, Road, Way, graph_of_ways
from services.dispatch.travel.errors import StreetsUnreadable
from services.dispatch.travel.graph import StreetGraph
from services.dispatch.travel.loaders.osm_tags import Direction, blocks, drivable


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the world, degrees; ways with at least one point in it are read."""

    south: float
    west: float
    north: float
    east: float

    def holds(self, point: Point) -> bool:
        """True if the point lies in it."""
        return self.south <= point[0] <= self.north and self.west <= point[1] <= self.east


@dataclass
class _Found:
    """What one reading of the file yields."""

    ways: list[Way] = field(default_factory=list)
    barriers: set[int] = field(default_factory=set)


def read_osm_extract(path: Path, within: Box | None = None) -> StreetGraph:
    """The drivable network. Raises StreetsUnreadable if the file cannot be read or holds no street (in the box)."""
    try:
        found = _read(path, within)
    except (OSError, RuntimeError, ValueError) as error:
        raise StreetsUnreadable(str(path), "", str(error)) from error
    uses = Counter(key for way in found.ways for key in _degrees(way))
    # A barrier stops what goes along one line; one drawn on a true junction is mostly a mistake and would cut a street.
    blocked: set[Hashable] = {key for key in found.barriers if uses[key] <= 2}
    return graph_of_ways(str(path), (piece for way in found.ways for piece in _cut_at(way, blocked)))


def _read(path: Path, within: Box | None) -> _Found:
    # Imported here: only a centre with an extract needs the library.
    import osmium

    found = _Found()
    only = osmium.filter.KeyFilter("highway", "barrier")
    for item in osmium.FileProcessor(str(path)).with_locations().with_filter(only):
        if isinstance(item, osmium.osm.Node):
            if blocks(dict(item.tags)):
                found.barriers.add(item.id)
        elif isinstance(item, osmium.osm.Way):
            found.ways.extend(_ways(item.id, dict(item.tags), _runs(item.nodes), within))
    return found


def _runs(nodes: object) -> list[list[tuple[int, Point]]]:
    """The stretches of a way whose points are in the file: extracts are cut at their border."""
    runs: list[list[tuple[int, Point]]] = [[]]
    for node in nodes:  # type: ignore[attr-defined]
        if node.location.valid():
            runs[-1].append((node.ref, (node.location.lat, node.location.lon)))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if len(run) > 1]


def _ways(way: int, tags: dict[str, str], runs: list[list[tuple[int, Point]]], within: Box | None) -> Iterator[Way]:
    what = drivable(tags)
    if what is None:
        return
    road = Road(f"way/{way}", what.road_class, what.speed_kmh, tags.get("name", ""), accessible=what.accessible)
    for run in runs:
        if within is not None and not any(within.holds(point) for _, point in run):
            continue
        ordered = run[::-1] if what.direction is Direction.BACKWARD else run
        keys, points = zip(*ordered, strict=True)
        yield Way(road, keys, points, oneway=what.direction is not Direction.BOTH)


def _degrees(way: Way) -> Iterator[Hashable]:
    """Each key as often as arms of the way leave it."""
    yield from way.keys
    yield from way.keys[1:-1]


def _cut_at(way: Way, blocked: set[Hashable]) -> Iterator[Way]:
    """The way in pieces that do not pass a barrier: there, each piece gets an end of its own."""
    last = len(way.keys) - 1
    begin = 0
    for at, key in enumerate(way.keys):
        if at and (key in blocked or at == last):
            keys = [(key, way.road.street, begin) if key in blocked else key for key in way.keys[begin : at + 1]]
            yield Way(way.road, keys, way.points[begin : at + 1], way.oneway)
            begin = at
