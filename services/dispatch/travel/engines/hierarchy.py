"""Customizable contraction hierarchies (Dibbelt, Strasser, Wagner 2016) by RoutingKit, through pyroutingkit.

The order of the nodes depends on the network alone and is prepared once; other times only re-customise it, in
milliseconds. Searching many sources is slow and many targets fast, so the reversed network is held as well.
"""

import threading
import weakref
from collections import deque
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pyroutingkit import INF_WEIGHT, CCHMetric, CCHTopology

from services.dispatch.travel.engines.topologies import TopologyStore
from services.dispatch.travel.graph import Floats, Indices, StreetGraph

# Times are whole tenths of a millisecond: a way of 1,000 arcs is at most 0.05 s off, and 59 hours fit.
UNITS_A_SECOND = 10_000.0
LONGEST_UNITS = INF_WEIGHT - 1
# A large table lets others in between: so many cells take a few milliseconds.
CELLS_AT_ONCE = 16_384
# With more arcs changed than this share all anew is quicker than one by one, unless they lie close together (measured).
PARTIAL_SHARE = 0.02
SPARE = 2

Units = npt.NDArray[np.uint32]


class Searched:
    """One direction. pyroutingkit 0.2.1 searches without Python's lock, in memory that belongs to the metric: two
    threads at once end the process (measured: within seconds). So one at a time, and never for long."""

    def __init__(self, topology: CCHTopology) -> None:
        self._metric = CCHMetric(topology)
        self._weights: Units | None = None
        self._one_at_a_time = threading.Lock()

    def customise(self, weights: Units) -> None:
        """Brings it to these weights. Nobody may be searching it."""
        before, self._weights = self._weights, weights
        changed = None if before is None else np.flatnonzero(before != weights).astype(np.uint32)
        if changed is None or len(changed) > len(weights) * PARTIAL_SHARE:
            self._metric.customize(weights)
        elif len(changed):
            self._metric.update_weights(changed, weights[changed])

    def differing(self, weights: Units) -> int:
        """How many arcs have another weight now."""
        return len(weights) if self._weights is None else int(np.count_nonzero(self._weights != weights))

    def units(self, rows: Units, columns: Units) -> Units:
        """The least units from each row to each column, INF_WEIGHT where no path."""
        result = np.empty((len(rows), len(columns)), np.uint32)
        step = max(1, CELLS_AT_ONCE // max(1, len(columns)))
        for begin in range(0, len(rows), step):
            part = slice(begin, begin + step)
            with self._one_at_a_time:
                result[part] = self._metric.distances_many_to_many(rows[part], columns)
        return result


@dataclass(frozen=True, eq=False)
class HierarchyMetric:
    """Both directions under one set of times."""

    forward: Searched
    backward: Searched

    def seconds(self, sources: Indices, targets: Indices) -> Floats:
        """See `Metric.seconds`."""
        begin, end = sources.astype(np.uint32), targets.astype(np.uint32)
        few_sources = len(begin) <= len(end)
        units = self.forward.units(begin, end) if few_sources else self.backward.units(end, begin).T
        result: Floats = np.where(units >= INF_WEIGHT, np.inf, units / UNITS_A_SECOND)
        return result


class HierarchyEngine:
    """The fast engine. Preparing takes about half a second for 25,000 arcs, or a reading from the store.

    A metric that nobody holds any more (Python counts the holders) is customised again, where it differs, for the
    next times: a local closure costs milliseconds however large the network is, and nobody ever sees it half done.
    """

    name = "hierarchy"

    def __init__(self, graph: StreetGraph, store: TopologyStore) -> None:
        self._forward, self._backward = store.both(graph)
        self._idle: deque[tuple[Searched, Searched]] = deque()

    def customised(self, seconds: Floats) -> HierarchyMetric:
        """See `Engine.customised`."""
        units = np.clip(np.rint(np.nan_to_num(seconds, posinf=0.0) * UNITS_A_SECOND), 1, LONGEST_UNITS)
        weights = np.where(np.isfinite(seconds), units, INF_WEIGHT).astype(np.uint32)
        both = self._taken(weights)
        for searched in both:
            searched.customise(weights)
        metric = HierarchyMetric(*both)
        weakref.finalize(metric, self._idle.append, both).atexit = False
        return metric

    def _taken(self, weights: Units) -> tuple[Searched, Searched]:
        """Of the idle pairs the one that differs least (profiles share the engine), else a new one."""
        idle = []
        while self._idle:
            idle.append(self._idle.pop())
        if not idle:
            return Searched(self._forward), Searched(self._backward)
        idle.sort(key=lambda both: both[0].differing(weights))
        # More than one spare a profile is memory for nothing.
        self._idle.extend(idle[1 : SPARE + 1])
        return idle[0]
