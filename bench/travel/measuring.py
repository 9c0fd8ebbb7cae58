"""What is measured on one network, always with the production code."""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter, thread_time

import numpy as np
import psutil

from services.dispatch.domain.report import Place
from services.dispatch.domain.travelling import Profile
from services.dispatch.travel.changes import Around, StreetChange
from services.dispatch.travel.engines.sparse import SparseEngine
from services.dispatch.travel.graph import Floats, StreetGraph, metres_between
from services.dispatch.travel.straight_line import StraightLineTravel
from services.dispatch.travel.streets import StreetTravel

UNITS = 60
GPS_M = 10.0
DEGREE_M = 111_195.0
CLOSED_M = 150.0
CHOICE = 15
PAIRS = 60
SHORT_M = 300.0


@dataclass(frozen=True)
class Times:
    """Milliseconds over many turns: as the clock has them, and the processor's own (free of other processes)."""

    clock_ms: Floats
    processor_ms: Floats

    def at(self, percent: float) -> tuple[float, float]:
        """The percentile of both."""
        return float(np.percentile(self.clock_ms, percent)), float(np.percentile(self.processor_ms, percent))


def timed(turns: int, act: Callable[[int], object]) -> Times:
    """Times of `act(turn)`, one by one, after three turns to warm up."""
    clock, processor = [], []
    for turn in range(-3, turns):
        begin, worked = perf_counter(), thread_time()
        act(abs(turn))
        spent, used = perf_counter() - begin, thread_time() - worked
        if turn >= 0:
            clock.append(spent * 1e3)
            processor.append(used * 1e3)
    return Times(np.array(clock), np.array(processor))


def places(graph: StreetGraph, count: int, random: np.random.Generator) -> list[Place]:
    """Random nodes, each as a receiver with ten metres of error would report it."""
    nodes = random.integers(0, graph.node_count, count)
    off = random.normal(0, GPS_M / DEGREE_M, (count, 2))
    return [
        Place(float(graph.node_lat[node] + north), float(graph.node_lon[node] + east))
        for node, (north, east) in zip(nodes, off, strict=True)
    ]


def eta_60x1(times: StreetTravel, turns: int, random: np.random.Generator) -> Times:
    """60 units that stand where they stood, each turn one incident at a place never asked before."""
    units, incidents = places(times.graph, UNITS, random), places(times.graph, turns + 3, random)
    return timed(turns, lambda turn: times.to_one(units, incidents[turn], Profile.LIGHTS))


def eta_60x1_all_moved(times: StreetTravel, turns: int, random: np.random.Generator) -> Times:
    """The same when every one of the 60 units has just reported a new position."""
    moved = [places(times.graph, UNITS + 1, random) for _ in range(turns + 3)]
    return timed(turns, lambda turn: times.to_one(moved[turn][1:], moved[turn][0], Profile.LIGHTS))


def change(times: StreetTravel, turns: int, random: np.random.Generator) -> Times:
    """Another circle closed each turn, for both profiles, until the next question would see it."""
    centres = places(times.graph, turns + 3, random)
    made = timed(turns, lambda turn: times.apply([StreetChange("fire", Around(centres[turn], CLOSED_M), closed=True)]))
    times.apply([])
    return made


def resident_mb() -> float:
    """Memory of this process that is in use, MB."""
    return float(psutil.Process().memory_info().rss) / 1e6


@dataclass(frozen=True)
class StraightLine:
    """What the straight line gets wrong: share of right choices of 15 units, mean seconds lost, measured detour."""

    right: float
    lost_s: float
    detour: float


def straight_line(times: StreetTravel, turns: int, random: np.random.Generator) -> StraightLine:
    """Nearest by straight line against nearest by street, over random incidents with 15 random units each."""
    right, lost = 0, []
    line = StraightLineTravel()
    for _ in range(turns):
        here, *units = places(times.graph, CHOICE + 1, random)
        real = times.table(units, [here], Profile.LIGHTS).seconds[:, 0]
        straight = line.table(units, [here], Profile.LIGHTS).seconds[:, 0]
        if np.isnan(real).any():
            continue
        chosen, best = int(np.argmin(straight)), int(np.argmin(real))
        right += chosen == best
        lost.append(real[chosen] - real[best])
    return StraightLine(right / len(lost), float(np.mean(lost)), detour(times.graph, random))


def detour(graph: StreetGraph, random: np.random.Generator) -> float:
    """How many times longer than the straight line the shortest way is, on average over random pairs of nodes."""
    begin, end = random.integers(0, graph.node_count, (2, PAIRS))
    ways = SparseEngine(graph).customised(graph.length_m).seconds(begin, end)
    lines = metres_between(
        graph.node_lat[begin][:, None], graph.node_lon[begin][:, None], graph.node_lat[end], graph.node_lon[end]
    )
    counted = np.isfinite(ways) & (lines > SHORT_M)
    return float((ways[counted] / lines[counted]).mean())
