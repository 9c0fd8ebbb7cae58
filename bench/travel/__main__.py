"""Prints the table and writes `bench/results/travel.json`. `STREETS=file` measures another network."""

import json
import os
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from bench.travel import measuring
from bench.travel.networks import networks
from services.dispatch.travel.engines.hierarchy import HierarchyEngine
from services.dispatch.travel.engines.sparse import SparseEngine
from services.dispatch.travel.engines.topologies import TopologyStore
from services.dispatch.travel.graph import StreetGraph
from services.dispatch.travel.streets import StreetTravel

RESULTS = Path(__file__).resolve().parents[1] / "results" / "travel.json"
TURNS, SLOW_TURNS, CHANGES, ROUNDS, CHOICES = 2_000, 40, 20, 5, 400
SEED = 20_260_401


def main() -> None:
    """Measures all networks."""
    streets = os.environ.get("STREETS")
    rows = [_measured(name, graph) for name, graph in networks(Path(streets) if streets else None)]
    for row in rows:
        print(f"\n{row['network']}: {row['nodes']:,} nodes, {row['arcs']:,} arcs")
        for key, value in row.items():
            print(f"  {key:28} {_shown(value)}")
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n")


def _measured(name: str, graph: StreetGraph) -> dict[str, Any]:
    random = np.random.default_rng(SEED)
    before = measuring.resident_mb()
    with tempfile.TemporaryDirectory() as kept:
        begin = perf_counter()
        HierarchyEngine(graph, TopologyStore(Path(kept)))
        prepared = perf_counter() - begin
        begin = perf_counter()
        fast = StreetTravel(graph, HierarchyEngine(graph, TopologyStore(Path(kept))))
        started = perf_counter() - begin
    memory = measuring.resident_mb() - before
    slow = StreetTravel(graph, SparseEngine(graph))
    sixty = measuring.eta_60x1(fast, TURNS, random)
    ratios, medians = _ratios(fast, slow, random)
    straight = measuring.straight_line(fast, CHOICES, random)
    return {
        "network": name,
        "nodes": graph.node_count,
        "arcs": graph.arc_count,
        "prepare_s": prepared,
        "start_from_kept_s": started,
        "memory_mb": memory,
        "eta_60x1_ms": _figures(sixty),
        "eta_60x1_all_moved_ms": _figures(measuring.eta_60x1_all_moved(fast, SLOW_TURNS * 5, random)),
        "change_ms": _figures(measuring.change(fast, CHANGES, random)),
        "scipy_60x1_ms": medians,
        "scipy_change_ms": _figures(measuring.change(slow, CHANGES, random)),
        "times_faster_than_scipy": {"median": float(np.median(ratios)), "min": min(ratios), "max": max(ratios)},
        "nearest_by_line_right": straight.right,
        "nearest_by_line_lost_s": straight.lost_s,
        "detour": straight.detour,
    }


def _ratios(fast: StreetTravel, slow: StreetTravel, random: np.random.Generator) -> tuple[list[float], float]:
    """SciPy's median over ours, round by round, both measured in the same minute."""
    ratios, medians = [], []
    for _ in range(ROUNDS):
        ours = measuring.eta_60x1(fast, SLOW_TURNS, random).at(50)[1]
        theirs = measuring.eta_60x1(slow, SLOW_TURNS, random).at(50)[1]
        ratios.append(theirs / ours)
        medians.append(theirs)
    return ratios, float(np.median(medians))


def _figures(times: measuring.Times) -> dict[str, float]:
    """The median and the 99th percentile by the clock, and the latter in processor time."""
    return {"p50": times.at(50)[0], "p99": times.at(99)[0], "p99_processor": times.at(99)[1]}


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "  ".join(f"{key} {_shown(each)}" for key, each in value.items())
    return f"{value:.3f}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
