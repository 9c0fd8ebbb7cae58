"""Customizable contraction hierarchies (Dibbelt, Strasser, Wagner 2016) by RoutingKit, through pyroutingkit.

The order of the nodes depends on the network alone and is prepared once; other times only re-customise it, in
milliseconds. Searching many sources is slow and many targets fast, so the reversed network is held as well.
"""

import threading

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

Units = npt.NDArray[np.uint32]


class HierarchyMetric:
    """Both directions under one set of times."""

    def __init__(self, forward: CCHTopology, backward: CCHTopology, seconds: Floats) -> None:
        units = np.clip(np.rint(np.nan_to_num(seconds, posinf=0.0) * UNITS_A_SECOND), 1, LONGEST_UNITS)
        weights = np.where(np.isfinite(seconds), units, INF_WEIGHT).astype(np.uint32)
        self._forward, self._backward = Searched(forward, weights), Searched(backward, weights)

    def seconds(self, sources: Indices, targets: Indices) -> Floats:
        """See `Metric.seconds`."""
        begin, end = sources.astype(np.uint32), targets.astype(np.uint32)
        units = self._forward.units(begin, end) if len(begin) <= len(end) else self._backward.units(end, begin).T
        result: Floats = np.where(units >= INF_WEIGHT, np.inf, units / UNITS_A_SECOND)
        return result


class Searched:
    """One direction. pyroutingkit 0.2.1 searches without Python's lock, in memory that belongs to the metric: two
    threads at once end the process (measured: within seconds). So one at a time, and never for long."""

    def __init__(self, topology: CCHTopology, weights: Units) -> None:
        self._metric = CCHMetric(topology)
        self._metric.customize(weights)
        self._one_at_a_time = threading.Lock()

    def units(self, rows: Units, columns: Units) -> Units:
        """The least units from each row to each column, INF_WEIGHT where no path."""
        result = np.empty((len(rows), len(columns)), np.uint32)
        step = max(1, CELLS_AT_ONCE // max(1, len(columns)))
        for begin in range(0, len(rows), step):
            part = slice(begin, begin + step)
            with self._one_at_a_time:
                result[part] = self._metric.distances_many_to_many(rows[part], columns)
        return result


class HierarchyEngine:
    """The fast engine. Preparing takes about half a second for 25,000 arcs, or a reading from the store."""

    name = "hierarchy"

    def __init__(self, graph: StreetGraph, store: TopologyStore) -> None:
        self._forward, self._backward = store.both(graph)

    def customised(self, seconds: Floats) -> HierarchyMetric:
        """See `Engine.customised`."""
        return HierarchyMetric(self._forward, self._backward, seconds)
