"""Travel times on a street network, with changes while running."""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from services.dispatch.domain.report import Place
from services.dispatch.domain.travelling import Answer, Basis, Profile, TravelTable
from services.dispatch.travel.changes import Resolved, StreetChange, StreetFinder, changed_kmh
from services.dispatch.travel.components import well_connected
from services.dispatch.travel.ends import Ends, Spots, entries, exits, within_street
from services.dispatch.travel.engines.engine import Engine, Metric
from services.dispatch.travel.graph import Flags, Floats, StreetGraph
from services.dispatch.travel.snapping import Snapper, Spot
from services.dispatch.travel.speeds import RULES, free_kmh, seconds_at

# Positions remembered a state of the streets: units stand still most of the time, posts and sites always.
REMEMBERED = 20_000
# Tells "not looked for yet" from "looked for, no street" (None).
UNSEEN = Spot(-1, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Snapping:
    """`limit_m`: farther than this from any open street is unreachable. `off_street_kmh`: how fast the last metres to
    and from the street are done; None leaves them out of the time (they are stated all the same)."""

    limit_m: float = 250.0
    off_street_kmh: float | None = None


@dataclass(frozen=True, eq=False)
class View:
    """One profile in one state of the streets; immutable but for what it remembers."""

    seconds: Floats
    open_arcs: Flags
    preferred: Flags
    metric: Metric
    spots: dict[tuple[float, float], Spot | None] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class State:
    """All profiles in one state of the streets: what a question sees from beginning to end."""

    changes: tuple[StreetChange, ...]
    views: dict[Profile, View]


class StreetTravel:
    """`TravelTimes` on streets. Questions take no lock; a change builds a new state and puts it in place at once."""

    def __init__(
        self,
        graph: StreetGraph,
        engine: Engine,
        snapping: Snapping | None = None,
        basis: Basis = Basis.STREETS,
    ) -> None:
        self.graph = graph
        self.snapping = snapping or Snapping()
        self._basis = basis
        self._engine = engine
        self._snapper = Snapper(graph)
        self._finder = StreetFinder(graph, self._snapper)
        self._free = {profile: free_kmh(graph, profile, RULES[profile]) for profile in Profile}
        self._well = {
            profile: well_connected(graph, seconds_at(graph, kmh)) & graph.accessible
            for profile, kmh in self._free.items()
        }
        self._writing = threading.Lock()
        self._state = State((), {profile: self._view(profile, ()) for profile in Profile})

    @property
    def basis(self) -> Basis:
        """What the times rest on."""
        return self._basis

    @property
    def engine(self) -> str:
        """The engine's name."""
        return self._engine.name

    @property
    def changes(self) -> tuple[StreetChange, ...]:
        """The changes in force."""
        return self._state.changes

    def reach_of(self, change: StreetChange) -> int:
        """How many arcs a change is about. Raises UnknownStreet."""
        return int(np.count_nonzero(self._finder.arcs(change)))

    def apply(self, changes: Iterable[StreetChange]) -> None:
        """Makes these the changes in force, in place of all former ones: milliseconds, seen by the next question.

        Raises UnknownStreet, and then changes nothing.
        """
        with self._writing:
            now, wanted = self._state, tuple(changes)
            resolved = self._finder.resolved(wanted)
            views = {
                profile: view if _same(now.changes, wanted, profile) else self._view(profile, resolved, view)
                for profile, view in now.views.items()
            }
            self._state = State(wanted, views)

    def remember(self, places: Sequence[Place]) -> None:
        """Finds the street of positions as they come in (50 µs each), so that a decision need not wait for it."""
        for view in self._state.views.values():
            self._spots(view, places)

    def to_one(self, sources: Sequence[Place], target: Place, profile: Profile) -> list[Answer]:
        """See `TravelTimes.to_one`."""
        table = self.table(sources, (target,), profile)
        return [table.answer(row, 0) for row in range(len(sources))]

    def from_one(self, source: Place, targets: Sequence[Place], profile: Profile) -> list[Answer]:
        """See `TravelTimes.from_one`."""
        table = self.table((source,), targets, profile)
        return [table.answer(0, column) for column in range(len(targets))]

    def table(self, sources: Sequence[Place], targets: Sequence[Place], profile: Profile) -> TravelTable:
        """See `TravelTimes.table`."""
        view = self._state.views[profile]
        begin, end = self._spots(view, sources), self._spots(view, targets)
        seconds = self._seconds(view, begin, end)
        return TravelTable(seconds, begin.away_m, end.away_m, self._basis, self.snapping.limit_m)

    def _seconds(self, view: View, sources: Spots, targets: Spots) -> Floats:
        out, into = exits(self.graph, view.seconds, sources), entries(self.graph, view.seconds, targets)
        ways = _between(view.metric, out, into).reshape(len(sources.arc), 2, len(targets.arc), 2)
        ways = ways + out.seconds[:, :, None, None] + into.seconds[None, None, :, :]
        least = np.minimum(ways.min(axis=(1, 3)), within_street(self.graph, view.seconds, sources, targets))
        if self.snapping.off_street_kmh is not None:
            off_street_m = sources.away_m[:, None] + targets.away_m[None, :]
            least = least + off_street_m * 3.6 / self.snapping.off_street_kmh
        seconds: Floats = np.where(np.isfinite(least), least, np.nan)
        return seconds

    def _spots(self, view: View, places: Sequence[Place]) -> Spots:
        keys = [(place.lat, place.lon) for place in places]
        # A copy of what is needed: another thread may empty the memory in between.
        known = {key: spot for key in keys if (spot := view.spots.get(key, UNSEEN)) is not UNSEEN}
        missing = {key: place for key, place in zip(keys, places, strict=True) if key not in known}
        if missing:
            found = self._snapper.nearest_all(
                list(missing.values()), view.open_arcs, view.preferred, self.snapping.limit_m
            )
            known.update(zip(missing, found, strict=True))
            if len(view.spots) > REMEMBERED:
                view.spots.clear()
            view.spots.update(zip(missing, found, strict=True))
        return Spots.of([known[key] for key in keys])

    def _view(self, profile: Profile, changes: tuple[Resolved, ...], former: View | None = None) -> View:
        seconds = seconds_at(self.graph, changed_kmh(self._free[profile], profile, changes))
        open_arcs: Flags = np.isfinite(seconds)
        # Only opening and closing moves spots; another speed leaves them where they are.
        kept = former is not None and np.array_equal(former.open_arcs, open_arcs)
        spots = former.spots if former is not None and kept else {}
        return View(seconds, open_arcs, open_arcs & self._well[profile], self._engine.customised(seconds), spots)


def _between(metric: Metric, out: Ends, into: Ends) -> Floats:
    """Seconds from all ends of the sources to all ends of the targets; only those that can be used are asked for."""
    begin, end = np.isfinite(out.seconds.ravel()), np.isfinite(into.seconds.ravel())
    result = np.full((len(begin), len(end)), np.inf)
    result[np.ix_(begin, end)] = metric.seconds(out.nodes.ravel()[begin], into.nodes.ravel()[end])
    return result


def _same(now: Sequence[StreetChange], wanted: Sequence[StreetChange], profile: Profile) -> bool:
    return [change for change in now if profile in change.profiles] == [
        change for change in wanted if profile in change.profiles
    ]
