"""The straight pieces that streets are drawn with, one set for both directions of a street."""

from dataclasses import dataclass

import numpy as np

from services.dispatch.travel.graph import EARTH_RADIUS_M, Floats, Indices, StreetGraph, metres_between

DEGREE_M = EARTH_RADIUS_M * np.pi / 180


@dataclass(frozen=True, eq=False)
class Segments:
    """Arrays by segment: `begin`, `end` (latitude, longitude), the arc, and which share of it lies before and within.

    Of the two directions of a street only the arc with the lower index is here.
    """

    arc: Indices
    begin: Floats
    end: Floats
    length_m: Floats
    before: Floats
    within: Floats

    def project(self, where: Floats, which: Indices) -> tuple[Floats, Floats]:
        """Row by row, from a position (latitude, longitude) to a segment: metres, and the fraction along its arc."""
        scale = np.full_like(where, DEGREE_M)
        scale[:, 1] *= np.cos(np.radians(where[:, 0]))
        begin = (self.begin[which] - where) * scale
        leg = (self.end[which] - where) * scale - begin
        squared = np.einsum("ij,ij->i", leg, leg)
        share = np.clip(-np.einsum("ij,ij->i", begin, leg) / np.where(squared > 0, squared, 1.0), 0.0, 1.0)
        nearest = begin + leg * share[:, None]
        # The shares of many pieces may add up to a hair more than one, and a time would come out below zero.
        along = np.minimum(self.before[which] + self.within[which] * share, 1.0)
        return np.hypot(nearest[:, 0], nearest[:, 1]), along


def segments_of(graph: StreetGraph) -> Segments:
    """All pieces of a network."""
    arcs = np.flatnonzero((graph.twin < 0) | (np.arange(graph.arc_count) < graph.twin))
    inner = (graph.shape_at[1:] - graph.shape_at[:-1])[arcs]
    of = np.repeat(np.arange(len(arcs)), inner + 1)
    first = np.cumsum(inner + 1) - (inner + 1)
    step = np.arange(len(of)) - first[of]
    shape = np.column_stack((graph.shape_lat, graph.shape_lon))
    nodes = np.column_stack((graph.node_lat, graph.node_lon))
    begin, end = nodes[graph.tail[arcs][of]], nodes[graph.head[arcs][of]]
    if len(shape):
        at = graph.shape_at[:-1][arcs][of] + step
        last = len(shape) - 1
        begin = np.where((step > 0)[:, None], shape[np.clip(at - 1, 0, last)], begin)
        end = np.where((step < inner[of])[:, None], shape[np.clip(at, 0, last)], end)
    length = metres_between(begin[:, 0], begin[:, 1], end[:, 0], end[:, 1])
    before, within = _shares(length, of, first)
    return Segments(arcs[of].astype(np.int32), begin, end, length, before, within)


def _shares(length: Floats, of: Indices, first: Indices) -> tuple[Floats, Floats]:
    """Which share of its arc lies before each segment, and within it."""
    whole = np.bincount(of, weights=length)[of]
    until = np.cumsum(length) - length
    safe = np.where(whole > 0, whole, 1.0)
    return (until - until[first][of]) / safe, length / safe
