"""From a position to the nearest open street: the point on it, how far along, and how far away.

Candidates come from a k-d tree over points sampled along all streets; distances are then measured exactly, on a plane
around the position. The search widens until nothing nearer can have been missed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

import numpy as np
from scipy.spatial import cKDTree

from services.dispatch.domain.report import Place
from services.dispatch.travel.graph import EARTH_RADIUS_M, Flags, Floats, Indices, StreetGraph
from services.dispatch.travel.segments import Segments, segments_of

SPACING_M = 10.0
FIRST_RADIUS_M = 25.0
DEGREE_M = EARTH_RADIUS_M * np.pi / 180
Coordinates = TypeVar("Coordinates", Floats, np.float64)


@dataclass(frozen=True, slots=True)
class Spot:
    """A point on an arc: `fraction` of the way from its tail to its head, `away_m` metres from the position."""

    arc: int
    fraction: float
    away_m: float


class Snapper:
    """The spatial index of one network; stateless, so that one serves all profiles, changes and threads."""

    def __init__(self, graph: StreetGraph) -> None:
        self.segments = segments_of(graph)
        self._twin = graph.twin
        south, north = float(graph.node_lat.min()), float(graph.node_lat.max())
        self._scale = np.cos(np.radians((south + north) / 2))
        # The plane is true at mid latitude; elsewhere distances in the tree are at most this much too long.
        self._stretch = float(self._scale / np.cos(np.radians(max(abs(south), abs(north)))))
        self._segment_of, points = _samples(self.segments)
        self._tree = cKDTree(np.column_stack(self._plane(points[:, 0], points[:, 1])))

    def nearest_all(
        self, places: Sequence[Place], open_arcs: Flags, preferred: Flags, limit_m: float
    ) -> list[Spot | None]:
        """For each place the nearest spot within the limit on a preferred arc, else on any open one, else None.

        `open_arcs`, `preferred`: by arc. A street counts in the directions in which it is open.
        """
        spots: list[Spot | None] = [None] * len(places)
        for allowed in (preferred, open_arcs):
            waiting = [at for at, spot in enumerate(spots) if spot is None]
            self._fill(spots, waiting, places, allowed, limit_m)
        return spots

    def within(self, place: Place, radius_m: float) -> Flags:
        """By arc: whether it comes within so many metres of the place; both directions of a street alike."""
        point = np.array(self._plane(np.float64(place.lat), np.float64(place.lon)))
        found = self._tree.query_ball_point(point, (radius_m + SPACING_M / 2) * self._stretch)
        segment = np.unique(self._segment_of[found])
        away, _ = self.segments.project(np.tile([place.lat, place.lon], (len(segment), 1)), segment)
        arc = self.segments.arc[segment[away <= radius_m]]
        twin = self._twin[arc]
        arcs = np.zeros(len(self._twin), np.bool_)
        arcs[arc] = True
        arcs[twin[twin >= 0]] = True
        return arcs

    def _fill(
        self, spots: list[Spot | None], waiting: list[int], places: Sequence[Place], allowed: Flags, limit_m: float
    ) -> None:
        radius = 0.0
        while waiting and radius < limit_m:
            radius = min(max(radius * 2.5, FIRST_RADIUS_M), limit_m)
            where = np.array([(places[at].lat, places[at].lon) for at in waiting])
            for at, spot in zip(waiting, self._best(where, radius, allowed), strict=True):
                # Farther than the radius something nearer may have been missed: look again, wider.
                spots[at] = spot if spot is not None and spot.away_m <= radius else None
            waiting = [at for at in waiting if spots[at] is None]

    def _best(self, where: Floats, radius: float, allowed: Flags) -> list[Spot | None]:
        """For each row (latitude, longitude) the nearest spot among what the tree finds around it."""
        points = np.column_stack(self._plane(where[:, 0], where[:, 1]))
        found = self._tree.query_ball_point(points, (radius + SPACING_M / 2) * self._stretch, return_sorted=False)
        row = np.repeat(np.arange(len(where)), [len(some) for some in found])
        segment = self._segment_of[np.fromiter(chain.from_iterable(found), np.int64, len(row))]
        arc = self.segments.arc[segment]
        twin = self._twin[arc]
        usable = allowed[arc] | ((twin >= 0) & allowed[twin])
        row, segment, arc = row[usable], segment[usable], arc[usable]
        away, along = self.segments.project(where[row], segment)
        order = np.lexsort((arc, away, row))
        rows, first = np.unique(row[order], return_index=True)
        spots: list[Spot | None] = [None] * len(where)
        for at, one in zip(rows.tolist(), order[first].tolist(), strict=True):
            spots[at] = self._spot(int(arc[one]), float(along[one]), float(away[one]), allowed)
        return spots

    def _spot(self, arc: int, along: float, away_m: float, allowed: Flags) -> Spot:
        return Spot(arc, along, away_m) if allowed[arc] else Spot(int(self._twin[arc]), 1.0 - along, away_m)

    def _plane(self, lat: Coordinates, lon: Coordinates) -> tuple[Coordinates, Coordinates]:
        return lon * (DEGREE_M * self._scale), lat * DEGREE_M


def _samples(segments: Segments) -> tuple[Indices, Floats]:
    """Points along each segment, both ends included and no further apart than SPACING_M, with their segment."""
    pieces = np.maximum(1, np.ceil(segments.length_m / SPACING_M)).astype(np.int64)
    of = np.repeat(np.arange(len(pieces)), pieces + 1)
    first = np.cumsum(pieces + 1) - (pieces + 1)
    share = (np.arange(len(of)) - first[of]) / pieces[of]
    points: Floats = segments.begin[of] + (segments.end[of] - segments.begin[of]) * share[:, None]
    return of.astype(np.int32), points
