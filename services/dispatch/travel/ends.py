"""From spots on arcs to nodes: where one gets out of a street, where one comes into it, and within one street."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from services.dispatch.travel.graph import Flags, Floats, Indices, StreetGraph
from services.dispatch.travel.snapping import Spot

# Nearer than this to a junction one is at the junction, and need not follow a one-way street out of it first.
AT_JUNCTION_M = 1.0


@dataclass(frozen=True, eq=False)
class Ends:
    """Two columns a place: a node and the seconds to it (`exits`) or from it (`entries`), infinite if impossible."""

    nodes: Indices
    seconds: Floats


@dataclass(frozen=True, eq=False)
class Spots:
    """Spots as arrays, one a place; `found` is false where there is no street, and the rest is then meaningless."""

    arc: Indices
    fraction: Floats
    away_m: Floats
    found: Flags

    @classmethod
    def of(cls, spots: Sequence[Spot | None]) -> "Spots":
        """From single spots; `away_m` is NaN where there is none."""
        rows = [(s.arc, s.fraction, s.away_m) if s is not None else (-1.0, 0.0, np.nan) for s in spots]
        table = np.array(rows, np.float64).reshape(-1, 3)
        arc = table[:, 0].astype(np.int32)
        return cls(np.maximum(arc, 0), table[:, 1], table[:, 2], arc >= 0)


def exits(graph: StreetGraph, seconds: Floats, spots: Spots) -> Ends:
    """On to the arc's head, or back to its tail by the twin arc."""
    back = _part(_twin_seconds(graph, seconds, spots.arc), spots.fraction)
    return _ends(graph, spots, to_tail=back, to_head=seconds[spots.arc] * (1 - spots.fraction))


def entries(graph: StreetGraph, seconds: Floats, spots: Spots) -> Ends:
    """On from the arc's tail, or back from its head by the twin arc."""
    back = _part(_twin_seconds(graph, seconds, spots.arc), 1 - spots.fraction)
    return _ends(graph, spots, to_tail=seconds[spots.arc] * spots.fraction, to_head=back)


def within_street(graph: StreetGraph, seconds: Floats, sources: Spots, targets: Spots) -> Floats:
    """Seconds between places on the same street without leaving it (rows sources); infinite for all others."""
    source_street, source_at = _on_street(graph, sources)
    target_street, target_at = _on_street(graph, targets)
    result = np.full((len(source_at), len(target_at)), np.inf)
    same = source_street[:, None] == target_street[None, :]
    row, column = np.nonzero(same & sources.found[:, None] & targets.found[None, :])
    ahead = target_at[column] - source_at[row]
    arc = source_street[row]
    if len(row):
        onward = _part(seconds[arc], np.maximum(ahead, 0.0))
        back = _part(_twin_seconds(graph, seconds, arc), np.maximum(-ahead, 0.0))
        result[row, column] = np.where(ahead >= 0, onward, back)
    return result


def _twin_seconds(graph: StreetGraph, seconds: Floats, arc: Indices) -> Floats:
    twin = graph.twin[arc]
    there_is: Floats = np.where(twin >= 0, seconds[twin], np.inf)
    return there_is


def _part(seconds: Floats, fraction: Floats) -> Floats:
    """The time for a part of an arc; nothing of it takes no time, also of a closed one."""
    with np.errstate(invalid="ignore"):
        part: Floats = np.where(fraction == 0, 0.0, seconds * fraction)
    return part


def _on_street(graph: StreetGraph, spots: Spots) -> tuple[Indices, Floats]:
    """The lower arc of the pair, and the fraction along that one."""
    twin = graph.twin[spots.arc]
    turned = (twin >= 0) & (twin < spots.arc)
    return np.where(turned, twin, spots.arc), np.where(turned, 1 - spots.fraction, spots.fraction)


def _ends(graph: StreetGraph, spots: Spots, to_tail: Floats, to_head: Floats) -> Ends:
    nodes = np.column_stack((graph.tail[spots.arc], graph.head[spots.arc]))
    length = graph.length_m[spots.arc]
    cost = np.column_stack((to_tail, to_head))
    cost[spots.fraction * length <= AT_JUNCTION_M, 0] = 0.0
    cost[(1 - spots.fraction) * length <= AT_JUNCTION_M, 1] = 0.0
    cost[~spots.found] = np.inf
    return Ends(nodes, cost)
