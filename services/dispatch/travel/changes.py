"""What is different on the streets just now: closures and other speeds."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import isfinite

import numpy as np

from services.dispatch.domain.report import Place
from services.dispatch.domain.travelling import Profile
from services.dispatch.travel.errors import UnknownStreet
from services.dispatch.travel.graph import Flags, Floats, StreetGraph
from services.dispatch.travel.segments import Segments

EVERYBODY = frozenset(Profile)


@dataclass(frozen=True, slots=True)
class OnStreets:
    """Streets by id, both directions: a pack's street, `way/<OpenStreetMap id>`, `arc/<JEMSS index>`."""

    ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Named:
    """All streets of this name, as the source writes it."""

    name: str


@dataclass(frozen=True, slots=True)
class Around:
    """All arcs that come within `radius_m` metres of a place."""

    place: Place
    radius_m: float


@dataclass(frozen=True, slots=True)
class StreetChange:
    """One change in force. Closed, or at most `speed_kmh`, and `factor` times the usual speed, for these profiles."""

    id: str
    where: OnStreets | Named | Around
    closed: bool = False
    speed_kmh: float | None = None
    factor: float = 1.0
    profiles: frozenset[Profile] = field(default=EVERYBODY)

    def __post_init__(self) -> None:
        """Raises ValueError on a speed or factor that is none: a closure is said, not a speed of zero."""
        for value in (self.factor, 1.0 if self.speed_kmh is None else self.speed_kmh):
            if not (isfinite(value) and value > 0):
                raise ValueError(f"street change {self.id}: {value} is not a positive speed or factor")


class ChangedSpeeds:
    """Applies changes to a network's usual speeds."""

    def __init__(self, graph: StreetGraph, segments: Segments) -> None:
        self._graph = graph
        self._segments = segments
        self._street_of = {street: index for index, street in enumerate(graph.streets)}
        self._name_of = {name: index for index, name in enumerate(graph.names)}

    def apply(self, kmh: Floats, profile: Profile, changes: Iterable[StreetChange]) -> Floats:
        """Speeds by arc with the changes of this profile, in their order; 0 where closed. Raises UnknownStreet."""
        changed = kmh.copy()
        for change in changes:
            if profile not in change.profiles:
                continue
            arcs = self.arcs(change)
            if change.closed:
                changed[arcs] = 0.0
                continue
            changed[arcs] *= change.factor
            if change.speed_kmh is not None:
                changed[arcs] = np.minimum(changed[arcs], change.speed_kmh)
        return changed

    def arcs(self, change: StreetChange) -> Flags:
        """By arc: whether the change is about it. Raises UnknownStreet if the network has no such street."""
        match change.where:
            case OnStreets(ids):
                return np.isin(self._graph.street, [self._street(street) for street in sorted(ids)])
            case Named(name):
                if name not in self._name_of:
                    raise UnknownStreet(name)
                named: Flags = self._graph.name == self._name_of[name]
                return named
            case Around(place, radius_m):
                return self._around(place, radius_m)

    def _street(self, street: str) -> int:
        if street not in self._street_of:
            raise UnknownStreet(street)
        return self._street_of[street]

    def _around(self, place: Place, radius_m: float) -> Flags:
        every = np.arange(len(self._segments.arc))
        where = np.tile([place.lat, place.lon], (len(every), 1))
        away, _ = self._segments.project(where, every)
        arcs = self._segments.arc[away <= radius_m]
        twins = self._graph.twin[arcs]
        found = np.zeros(self._graph.arc_count, np.bool_)
        found[arcs] = True
        found[twins[twins >= 0]] = True
        return found
