"""Real streets: both engines against a plain Dijkstra of the test's own, what loaders find, and closures."""

from collections import defaultdict
from itertools import pairwise
from math import cos, hypot, radians

import numpy as np
import pytest

from services.dispatch.domain.report import Place
from services.dispatch.domain.travelling import NoWay, Profile, Reached, Unreachable
from services.dispatch.travel.changes import Around, StreetChange
from services.dispatch.travel.components import well_connected
from services.dispatch.travel.engines.engine import Engine
from services.dispatch.travel.engines.hierarchy import HierarchyEngine
from services.dispatch.travel.engines.sparse import SparseEngine
from services.dispatch.travel.engines.topologies import TopologyStore
from services.dispatch.travel.graph import StreetGraph
from services.dispatch.travel.speeds import RULES, free_kmh, seconds_at
from services.dispatch.travel.streets import StreetTravel
from tests.contract.travel_networks import network
from tests.unit.dispatch.travel.plain_dijkstra import search

NETWORKS = ["manhattan", "trocadero", "helsinki"]
SOURCES, TARGETS = 40, 25
AGREE_S = 0.5


def engines(graph: StreetGraph) -> list[Engine]:
    """Both, nothing kept on disk."""
    return [HierarchyEngine(graph, TopologyStore(None)), SparseEngine(graph)]


def middle(graph: StreetGraph, arc: int, share: float) -> Place:
    """The point at this share of an arc's drawn length."""
    shape = range(graph.shape_at[arc], graph.shape_at[arc + 1])
    tail, head = graph.tail[arc], graph.head[arc]
    points = [
        (graph.node_lat[tail], graph.node_lon[tail]),
        *((graph.shape_lat[at], graph.shape_lon[at]) for at in shape),
        (graph.node_lat[head], graph.node_lon[head]),
    ]
    east = cos(radians(points[0][0]))
    legs = [hypot(b[0] - a[0], (b[1] - a[1]) * east) for a, b in pairwise(points)]
    left = share * sum(legs)
    for leg, (begin, end) in zip(legs, pairwise(points), strict=True):
        if left <= leg:
            part = left / leg
            return Place(begin[0] + (end[0] - begin[0]) * part, begin[1] + (end[1] - begin[1]) * part)
        left -= leg
    raise AssertionError("beyond the end")


def expected_seconds(
    graph: StreetGraph, seconds: list[float], sources: list[tuple[int, float]], targets: list[tuple[int, float]]
) -> list[list[float]]:
    """From each point (arc, share) to each: plain Dijkstra from where the point's street leads."""
    leaving: dict[int, list[tuple[int, float]]] = defaultdict(list)
    twin, tail, head = graph.twin.tolist(), graph.tail.tolist(), graph.head.tolist()
    for arc, least in enumerate(seconds):
        leaving[tail[arc]].append((head[arc], least))
    rows = []
    for arc, share in sources:
        begin = {head[arc]: seconds[arc] * (1 - share)}
        if twin[arc] >= 0:
            back = seconds[twin[arc]] * share
            begin[tail[arc]] = min(back, begin.get(tail[arc], back))
        least_to = search(leaving, begin)
        row = []
        for other, part in targets:
            ways = [least_to.get(tail[other], np.inf) + seconds[other] * part]
            if twin[other] >= 0:
                ways.append(least_to.get(head[other], np.inf) + seconds[twin[other]] * (1 - part))
            row.append(min(ways))
        rows.append(row)
    return rows


@pytest.mark.parametrize("profile", list(Profile))
@pytest.mark.parametrize("name", NETWORKS)
def test_a_thousand_random_pairs_agree_with_dijkstra(name: str, profile: Profile) -> None:
    """1,000 pairs of points within streets: hierarchy, SciPy and plain Dijkstra within half a second of each other."""
    graph = network(name)
    seconds = seconds_at(graph, free_kmh(graph, profile, RULES[profile]))
    choose = np.flatnonzero(well_connected(graph, seconds) & graph.accessible & (graph.length_m > 10))
    random = np.random.default_rng(20_170_401)
    arcs = random.choice(choose, SOURCES + TARGETS, replace=False)
    points = [(int(arc), float(share)) for arc, share in zip(arcs, random.uniform(0.2, 0.8, len(arcs)), strict=True)]
    sources, targets = points[:SOURCES], points[SOURCES:]
    expected = np.array(expected_seconds(graph, seconds.tolist(), sources, targets))
    places = [middle(graph, arc, share) for arc, share in points]
    for engine in engines(graph):
        table = StreetTravel(graph, engine).table(places[:SOURCES], places[SOURCES:], profile)
        assert max(table.from_street_m.max(), table.to_street_m.max()) < 0.1
        assert np.abs(table.seconds - expected).max() < AGREE_S, engine.name


def test_manhattan_is_what_its_file_says() -> None:
    """All arcs are there, lights are a third faster on each, and the whole has the sum of the file's times."""
    graph = network("manhattan")
    assert (graph.node_count, graph.arc_count) == (16_811, 24_437)
    lights, normal = (seconds_at(graph, free_kmh(graph, profile, RULES[profile])) for profile in Profile)
    # 2.2217 days: the sum of column mode_1.
    assert lights.sum() == pytest.approx(191_959.55, abs=0.1)
    assert normal / lights == pytest.approx(np.full(graph.arc_count, 4 / 3))


def test_trocadero_has_its_streets_and_no_footways() -> None:
    """Named streets are found, one-way ones among them; footways, steps and lifts are not driven."""
    graph = network("trocadero")
    assert {"Avenue Kléber", "Boulevard de Grenelle"} <= set(graph.names)
    assert 1_500 < graph.arc_count < 2_500
    assert 0.4 < graph.oneway.mean() < 0.6
    assert (graph.length_m > 0).all()


def test_helsinki_is_read_from_its_extract() -> None:
    """A real `.osm.pbf`: streets with OpenStreetMap's ids and names, tunnels known, everything connected enough."""
    graph = network("helsinki")
    assert "Mannerheimintie" in graph.names
    assert all(street.startswith("way/") for street in graph.streets)
    assert 1_000 < graph.arc_count < 4_000
    assert not graph.accessible.all()
    seconds = seconds_at(graph, free_kmh(graph, Profile.LIGHTS, RULES[Profile.LIGHTS]))
    assert well_connected(graph, seconds).mean() > 0.8


def test_closing_a_neighbourhood_is_felt_and_undone_exactly() -> None:
    """Closing 150 m round a point of Manhattan lengthens some ways, shortens none, and lifting it restores all."""
    graph = network("manhattan")
    random = np.random.default_rng(7)
    nodes = random.choice(graph.node_count, 60, replace=False)
    places = [Place(float(graph.node_lat[node]), float(graph.node_lon[node])) for node in nodes]
    centre = Place(40.7580, -73.9855)
    closed = [StreetChange("fire", Around(centre, 150), closed=True)]
    for engine in engines(graph):
        times = StreetTravel(graph, engine)
        before = times.table(places, places, Profile.LIGHTS)
        times.apply(closed)
        during = times.table(places, places, Profile.LIGHTS)
        times.apply([])
        after = times.table(places, places, Profile.LIGHTS)
        same_spot = np.isclose(during.from_street_m, before.from_street_m)
        longer = (during.seconds - before.seconds)[np.ix_(same_spot, same_spot)]
        assert longer.min() > -0.01
        assert longer.max() > 5
        assert (after.seconds == before.seconds).all()


def test_beyond_the_map_is_said() -> None:
    """A unit in New Jersey has no street of Manhattan within the limit: the reason and the limit, no number."""
    graph = network("manhattan")
    times = StreetTravel(graph, HierarchyEngine(graph, TopologyStore(None)))
    square = Place(40.7580, -73.9855)
    [abroad, here] = times.to_one([Place(40.7357, -74.1724), Place(40.7484, -73.9857)], square, Profile.LIGHTS)
    assert isinstance(here, Reached)
    assert 60 < here.seconds < 600
    assert isinstance(abroad, Unreachable)
    assert (abroad.reason, abroad.limit_m) == (NoWay.SOURCE_FAR_FROM_STREETS, 250)
