"""SciPy's Dijkstra on sparse matrices: no preparation, no wheel of ours, milliseconds a query."""

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from services.dispatch.travel.graph import Floats, Indices, StreetGraph

# Rows worked on at once: bounds the memory at ROWS × nodes × 8 bytes.
ROWS = 64


class SparseMetric:
    """Times as two matrices, one of them for the way back: the search starts from the side with fewer nodes."""

    def __init__(self, graph: StreetGraph, seconds: Floats) -> None:
        tail, head, least = _fastest(graph, seconds)
        shape = (graph.node_count, graph.node_count)
        self._forward = csr_array((least, (tail, head)), shape=shape)
        self._backward = csr_array((least, (head, tail)), shape=shape)

    def seconds(self, sources: Indices, targets: Indices) -> Floats:
        """See `Metric.seconds`."""
        if len(sources) <= len(targets):
            return _rows(self._forward, sources, targets)
        return np.ascontiguousarray(_rows(self._backward, targets, sources).T)


class SparseEngine:
    """The fallback."""

    name = "sparse"

    def __init__(self, graph: StreetGraph) -> None:
        self._graph = graph

    def customised(self, seconds: Floats) -> SparseMetric:
        """See `Engine.customised`."""
        return SparseMetric(self._graph, seconds)


def _fastest(graph: StreetGraph, seconds: Floats) -> tuple[Indices, Indices, Floats]:
    """Of parallel arcs the fastest open one: a sparse matrix would add them up."""
    usable = np.flatnonzero(np.isfinite(seconds))
    order = usable[np.lexsort((seconds[usable], graph.head[usable], graph.tail[usable]))]
    tail, head = graph.tail[order], graph.head[order]
    first = np.ones(len(order), np.bool_)
    first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    return tail[first], head[first], seconds[order][first]


def _rows(matrix: csr_array, rows: Indices, columns: Indices) -> Floats:
    distinct, back = np.unique(rows, return_inverse=True)
    result = np.empty((len(distinct), len(columns)))
    for begin in range(0, len(distinct), ROWS):
        part = distinct[begin : begin + ROWS]
        result[begin : begin + ROWS] = dijkstra(matrix, directed=True, indices=part)[:, columns]
    seconds: Floats = result[back]
    return seconds
