"""What is different on the streets just now: closures and other speeds."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import isfinite

import numpy as np

from services.dispatch.domain.report import Place
from services.dispatch.domain.travelling import Profile
from services.dispatch.travel.errors import UnknownStreet
from services.dispatch.travel.graph import Flags, Floats, StreetGraph
from services.dispatch.travel.snapping import Snapper

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


@dataclass(frozen=True, eq=False)
class Resolved:
    """A change with its arcs, by arc."""

    change: StreetChange
    arcs: Flags


def changed_kmh(kmh: Floats, profile: Profile, changes: Iterable[Resolved]) -> Floats:
    """Speeds by arc with the changes of this profile, in their order; 0 where closed."""
    changed = kmh.copy()
    for resolved in changes:
        change, arcs = resolved.change, resolved.arcs
        if profile not in change.profiles:
            continue
        if change.closed:
            changed[arcs] = 0.0
            continue
        changed[arcs] *= change.factor
        if change.speed_kmh is not None:
            changed[arcs] = np.minimum(changed[arcs], change.speed_kmh)
    return changed


class StreetFinder:
    """Finds what changes are about in one network."""

    def __init__(self, graph: StreetGraph, snapper: Snapper) -> None:
        self._graph = graph
        self._snapper = snapper
        self._street_of = {street: index for index, street in enumerate(graph.streets)}
        self._name_of = {name: index for index, name in enumerate(graph.names)}

    def resolved(self, changes: Iterable[StreetChange]) -> tuple["Resolved", ...]:
        """The changes with the arcs that they are about. Raises UnknownStreet."""
        return tuple(Resolved(change, self.arcs(change)) for change in changes)

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
                return self._snapper.within(place, radius_m)

    def _street(self, street: str) -> int:
        if street not in self._street_of:
            raise UnknownStreet(street)
        return self._street_of[street]
