"""Dijkstra as in the textbook, on arcs with seconds: what both engines are measured against."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from heapq import heappop, heappush
from math import inf

Arc = tuple[int, int, float]


def least_seconds(arcs: Iterable[Arc], begin: Mapping[int, float]) -> dict[int, float]:
    """The least seconds to each node that is reached, from nodes that are left after so many seconds."""
    leaving: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for tail, head, seconds in arcs:
        leaving[tail].append((head, seconds))
    return search(leaving, begin)


def search(leaving: Mapping[int, list[tuple[int, float]]], begin: Mapping[int, float]) -> dict[int, float]:
    """As `least_seconds`, on arcs by their tail."""
    least = dict(begin)
    queue = [(seconds, node) for node, seconds in begin.items()]
    queue.sort()
    while queue:
        seconds, node = heappop(queue)
        if seconds > least[node]:
            continue
        for head, more in leaving.get(node, ()):
            if seconds + more < least.get(head, inf):
                least[head] = seconds + more
                heappush(queue, (seconds + more, head))
    return least
