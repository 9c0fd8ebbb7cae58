"""The networks that are measured: real ones beside the project if they are there, one of our own, or `STREETS=file`."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from services.dispatch.travel.assembling import Assembly, Road
from services.dispatch.travel.graph import RoadClass, StreetGraph
from services.dispatch.travel.loaders.graphml import read_graphml
from services.dispatch.travel.loaders.jemss import read_jemss
from services.dispatch.travel.loaders.osm_extract import read_osm_extract

ROADS = Path(__file__).resolve().parents[3] / "shared" / "data" / "roads"
GRID_SIDE = 100
COPIES, BRIDGES, SHORE, BRIDGE_M = 4, 12, 100, 500.0
DEGREE_M = 111_195.0
BLOCK_DEGREES = 0.0009  # 100 m northwards
SEED = 7


def read_streets(path: Path) -> StreetGraph:
    """A network by what its file is: `.zip` or folder JEMSS, `.gml` and `.graphml` OSMnx, else an extract."""
    if path.is_dir() or path.suffix == ".zip":
        return read_jemss(path)
    return read_graphml(path) if path.suffix in {".gml", ".graphml"} else read_osm_extract(path)


def networks(streets: Path | None) -> Iterator[tuple[str, StreetGraph]]:
    """Name and network, one after the other."""
    if streets is not None:
        yield streets.name, read_streets(streets)
        return
    if ROADS.is_dir():
        yield "trocadero", read_graphml(ROADS / "trocadero.gml")
        manhattan = read_jemss(ROADS / "manhattan_jemss" / "1" / "travel" / "roads" / "roads.zip")
        yield "manhattan", manhattan
        yield f"{COPIES} manhattans", side_by_side(manhattan, COPIES)
    yield f"grid {GRID_SIDE}×{GRID_SIDE}", grid(GRID_SIDE)


def grid(side: int) -> StreetGraph:
    """A town of blocks of 100 m by 66 m in Metz's latitude, speeds 20 to 50 km/h, every fourth street one-way."""
    random = np.random.default_rng(SEED)
    assembly = Assembly("grid")
    for row in range(side):
        for column in range(side):
            assembly.node((row, column), 49.0 + row * BLOCK_DEGREES, 6.0 + column * BLOCK_DEGREES)
    for row in range(side):
        for column in range(side):
            for onward, metres in (((row, column + 1), 66.0), ((row + 1, column), 100.0)):
                if max(onward) < side:
                    _street(assembly, random, (row, column), onward, metres)
    return assembly.graph()


def _street(
    assembly: Assembly, random: np.random.Generator, begin: tuple[int, int], end: tuple[int, int], metres: float
) -> None:
    road = Road(f"{begin}-{end}", RoadClass.STREET, float(random.uniform(20, 50)))
    tail, head = assembly.node(begin, 0, 0), assembly.node(end, 0, 0)
    if random.random() < 0.5:
        tail, head = head, tail
    forward = assembly.arc(tail, head, metres, road)
    if random.random() < 0.75:
        assembly.pair(forward, assembly.arc(head, tail, metres, road))


def side_by_side(graph: StreetGraph, copies: int) -> StreetGraph:
    """A larger city: copies of one side by side to the east, each joined to the next by a dozen bridges."""
    random = np.random.default_rng(SEED)
    assembly = Assembly("copies")
    width = float(np.ptp(graph.node_lon)) + 0.005
    for copy in range(copies):
        for lat, lon, node in zip(graph.node_lat, graph.node_lon, range(graph.node_count), strict=True):
            assembly.node((copy, node), float(lat), float(lon) + copy * width)
        for arc in range(graph.arc_count):
            tail, head = (assembly.node((copy, int(end)), 0, 0) for end in (graph.tail[arc], graph.head[arc]))
            road = Road(f"{copy}/{arc}", RoadClass.STREET, graph.speed_kmh[arc], "", graph.lights_kmh[arc])
            assembly.arc(tail, head, float(graph.length_m[arc]), road)
    by_longitude = np.argsort(graph.node_lon)
    shores = by_longitude[-SHORE:], by_longitude[:SHORE]
    for copy in range(copies - 1):
        for _ in range(BRIDGES):
            east, west = (int(random.choice(shore)) for shore in shores)
            ends = assembly.node((copy, east), 0, 0), assembly.node((copy + 1, west), 0, 0)
            road = Road(f"bridge {copy}/{east}", RoadClass.PRIMARY, 50.0)
            metres = float(DEGREE_M * abs(graph.node_lat[east] - graph.node_lat[west])) + BRIDGE_M
            assembly.pair(assembly.arc(*ends, metres, road), assembly.arc(*ends[::-1], metres, road))
    assembly.pair_opposites()
    return assembly.graph()
