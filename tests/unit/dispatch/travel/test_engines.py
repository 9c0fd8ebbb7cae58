"""Both engines against plain Dijkstra on networks that Hypothesis makes up, and what is kept on disk."""

from concurrent.futures import ThreadPoolExecutor
from math import inf
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.dispatch.travel.assembling import Assembly, Road
from services.dispatch.travel.engines import choosing, hierarchy
from services.dispatch.travel.engines.engine import Metric
from services.dispatch.travel.engines.hierarchy import HierarchyEngine
from services.dispatch.travel.engines.topologies import TopologyStore
from services.dispatch.travel.graph import Floats, RoadClass, StreetGraph
from tests.unit.dispatch.travel.plain_dijkstra import Arc, least_seconds
from tests.unit.dispatch.travel.towns import at, block, engines, street, town

NODES = 12
ARCS = st.lists(
    st.tuples(
        st.integers(0, NODES - 1),
        st.integers(0, NODES - 1),
        st.one_of(st.just(0.0), st.just(inf), st.floats(0, 900, allow_nan=False)),
    ),
    min_size=1,
    max_size=40,
)


def network(arcs: list[Arc]) -> StreetGraph:
    """Nodes on a line, arcs as drawn: parallel ones, loops and arcs of no length among them."""
    assembly = Assembly("drawn")
    for node in range(NODES):
        place = at(node * 50.0, (node % 3) * 50.0)
        assembly.node(node, place.lat, place.lon)
    for tail, head, _ in arcs:
        assembly.arc(tail, head, 1.0, Road("s", RoadClass.STREET, 30.0))
    return assembly.graph()


@settings(deadline=None)
@given(ARCS)
def test_both_engines_find_what_dijkstra_finds(arcs: list[Arc]) -> None:
    """Every pair of nodes, in both shapes of question: within half a second, and infinite alike."""
    graph, every = network(arcs), np.arange(NODES)
    seconds = np.array([arc[2] for arc in arcs])
    expected = np.full((NODES, NODES), inf)
    for node in range(NODES):
        for other, least in least_seconds([arc for arc in arcs if arc[2] < inf], {node: 0.0}).items():
            expected[node, other] = least
    for engine in engines(graph):
        metric = engine.customised(seconds)
        for sources, targets in ((every, every), (every, every[:2]), (every[:2], every)):
            found = metric.seconds(sources, targets)
            wanted = expected[np.ix_(sources, targets)]
            assert (np.isinf(found) == np.isinf(wanted)).all(), engine.name
            reached = np.isfinite(wanted)
            assert np.abs(found[reached] - wanted[reached]).max(initial=0) < 0.5, engine.name


def test_an_engine_customised_again_leaves_the_former_metric_alone() -> None:
    """Two metrics of one engine do not disturb each other: that is what makes a change visible at once, as a whole."""
    graph = town(*block())
    for engine in engines(graph):
        usual = engine.customised(np.full(graph.arc_count, 10.0))
        slow = engine.customised(np.full(graph.arc_count, 30.0))
        one, other = np.array([0]), np.array([2])
        assert usual.seconds(one, other)[0, 0] == pytest.approx(20)
        assert slow.seconds(one, other)[0, 0] == pytest.approx(60)


@settings(deadline=None)
@given(
    ARCS, st.lists(st.lists(st.sampled_from([0.0, 1.0, 30.0, inf]), min_size=40, max_size=40), min_size=2, max_size=6)
)
def test_metrics_that_are_used_again_are_as_good_as_new(arcs: list[Arc], turns: list[list[float]]) -> None:
    """Whatever times come one after the other, changed in part or wholly, a metric answers as one made for them."""
    graph, every = network(arcs), np.arange(NODES)
    engine = HierarchyEngine(graph, TopologyStore(None))
    for share in (0.0, 1.0):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(hierarchy, "PARTIAL_SHARE", share)
            held = None
            for turn in turns:
                seconds = np.array(turn[: len(arcs)])
                metric = engine.customised(seconds)
                fresh = HierarchyEngine(graph, TopologyStore(None)).customised(seconds)
                assert (metric.seconds(every, every) == fresh.seconds(every, every)).all()
                assert (metric.seconds(every, every[:1]) == fresh.seconds(every, every[:1])).all()
                if held is not None:
                    assert (held[0].seconds(every, every) == held[1]).all()
                held = metric, metric.seconds(every, every)


def test_a_prepared_hierarchy_is_read_again_and_gives_the_same_times(tmp_path: Path) -> None:
    """The second start reads what the first one kept, under the content's digest; other streets have another."""
    graph = town(*block(), street("across", (0, 0), (400, 400)))
    seconds, every = np.arange(1.0, graph.arc_count + 1), np.arange(graph.node_count)
    first = HierarchyEngine(graph, TopologyStore(tmp_path)).customised(seconds).seconds(every, every)
    [kept] = tmp_path.iterdir()
    before = {file: file.stat().st_mtime_ns for file in kept.rglob("*")}
    again = HierarchyEngine(graph, TopologyStore(tmp_path)).customised(seconds).seconds(every, every)
    assert (first == again).all()
    assert {file: file.stat().st_mtime_ns for file in kept.rglob("*")} == before
    HierarchyEngine(town(*block()), TopologyStore(tmp_path))
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("name", ["tail", "head", "order", "rank", "node_count", "sha256"])
def test_a_damaged_copy_is_made_again(tmp_path: Path, name: str) -> None:
    """Half a file, whichever, is noticed: the hierarchy is prepared anew and the copy replaced."""
    graph = town(*block(), street("across", (0, 0), (400, 400)))
    seconds, every = np.arange(1.0, graph.arc_count + 1), np.arange(graph.node_count)
    sound = HierarchyEngine(graph, TopologyStore(tmp_path)).customised(seconds).seconds(every, every)
    damaged = next(tmp_path.rglob(name))
    whole = damaged.read_bytes()
    damaged.write_bytes(whole[: len(whole) // 2])
    found = HierarchyEngine(graph, TopologyStore(tmp_path)).customised(seconds).seconds(every, every)
    assert (found == sound).all()
    assert next(tmp_path.rglob(name)).read_bytes() == whole


def test_a_folder_that_cannot_be_written_costs_nothing_but_time(tmp_path: Path) -> None:
    """Where nothing can be kept the engine works all the same."""
    (tmp_path / "file").write_text("not a folder")
    graph = town(*block())
    engine = HierarchyEngine(graph, TopologyStore(tmp_path / "file" / "travel"))
    assert engine.customised(np.full(graph.arc_count, 10.0)).seconds(np.array([0]), np.array([1]))[0, 0] == 10


def test_scipy_takes_over_where_the_wheel_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine without pyroutingkit the engine is SciPy's; with it, the hierarchy."""
    graph = town(*block())
    assert choosing.engine_for(graph, None).name == "hierarchy"
    monkeypatch.setitem(__import__("sys").modules, "services.dispatch.travel.engines.hierarchy", None)
    assert choosing.engine_for(graph, None).name == "sparse"


def test_many_threads_may_ask_one_metric() -> None:
    """Four threads at once get what one gets; pyroutingkit by itself ends the process within a second of this."""
    graph = town(*block(), street("across", (0, 0), (400, 400)))
    seconds, every = np.arange(1.0, graph.arc_count + 1), np.arange(graph.node_count)
    for engine in engines(graph):
        metric = engine.customised(seconds)
        expected = metric.seconds(every, every)

        def ask(turns: int, metric: Metric = metric) -> list[Floats]:
            return [metric.seconds(every, every) for _ in range(turns)]

        turns = 20_000 if engine.name == "hierarchy" else 50
        with ThreadPoolExecutor(4) as threads:
            found = [table for tables in threads.map(ask, [turns] * 4) for table in tables]
        assert all((table == expected).all() for table in found)


def test_a_large_table_is_the_sum_of_its_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Searched in portions, so that others are not kept waiting, a table has the same cells."""
    graph = town(*block(), *block(west=400), *block(west=800))
    seconds, every = np.arange(1.0, graph.arc_count + 1), np.arange(graph.node_count)
    metric = HierarchyEngine(graph, TopologyStore(None)).customised(seconds)
    whole = metric.seconds(every, every)
    monkeypatch.setattr(hierarchy, "CELLS_AT_ONCE", 3 * graph.node_count - 1)
    assert (metric.seconds(every, every) == whole).all()
