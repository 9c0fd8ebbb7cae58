"""A backlog: several incidents wait, and the free units are shared out among them together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from schemas.vocabulary.natures import Priority
from services.dispatch.domain.recommending.coverage import Floats
from services.dispatch.domain.recommending.diverting import gains
from services.dispatch.domain.recommending.eligibility import Field, sort_out
from services.dispatch.domain.recommending.situation import Situation, UnitView


@dataclass(frozen=True, slots=True)
class Pair:
    """One unit for one incident, `seconds` until on scene; `diverts` as in Ranked, None for an idle unit."""

    incident: str
    unit: str
    seconds: float
    diverts: str | None = None


@dataclass(frozen=True, slots=True)
class Matching:
    """Pairs and the incidents that still wait, in order of incident ids; `cost` as minimised over idle units.

    Where a pair diverts, the incident that lost its unit joins the next round: match again. `cost` is that of before
    anyone was diverted.
    """

    pairs: tuple[Pair, ...]
    waiting: tuple[str, ...]
    cost: float


@dataclass(frozen=True, slots=True)
class Backlog:
    """One situation a waiting slot, all at the same time and over the same units, ids of incidents distinct."""

    situations: tuple[Situation, ...]

    @property
    def due(self) -> bool:
        """True if so many wait that they are matched together."""
        return bool(self.situations) and len(self.situations) >= self.situations[0].policy.backlog_from


def match(backlog: Backlog) -> Matching:
    """Weighted minimum-cost matching of waiting incidents and idle units; exact (Jonker-Volgenant, SciPy).

    Cost of a pair: seconds times the incident's weight; of leaving an incident waiting: so much that a more urgent one
    is never left for a less urgent one. Each P1, oldest first, may then divert a unit by the rule for a single one,
    against the idle unit that it was matched with; the others are then matched again with all idle units.
    """
    situations = sorted(backlog.situations, key=lambda known: known.incident.id)
    views = {unit.id: unit for known in situations for unit in known.units}
    units = sorted(views)
    if not situations:
        return Matching((), (), 0.0)
    fields = [sort_out(known) for known in situations]
    costs = cost_matrix(situations, fields, units)
    pairs, cost = _cheapest(situations, costs, units, views)
    diverting = _diverting(situations, fields, pairs)
    if diverting:
        others = [known for known in situations if known.incident.id not in diverting]
        rows = [row for row, known in enumerate(situations) if known.incident.id not in diverting]
        pairs = _cheapest(others, costs[rows], units, views)[0] | diverting
    waiting = tuple(known.incident.id for known in situations if known.incident.id not in pairs)
    chosen = tuple(pairs[incident] for incident in sorted(pairs))
    return Matching(chosen, waiting, cost)


def _cheapest(
    situations: Sequence[Situation], costs: Floats, units: Sequence[str], views: Mapping[str, UnitView]
) -> tuple[dict[str, Pair], float]:
    """The pairs that cost least, by incident, and what they cost; `costs` has a row a situation."""
    rows, columns = linear_sum_assignment(costs)
    pairs = {}
    for known, column in zip(situations, columns.tolist(), strict=True):
        if column < len(units):
            unit = units[column]
            pairs[known.incident.id] = Pair(known.incident.id, unit, known.until_there(views[unit]))
    return pairs, float(costs[rows, columns].sum())


def _diverting(situations: Sequence[Situation], fields: Sequence[Field], pairs: Mapping[str, Pair]) -> dict[str, Pair]:
    """Pairs that replace or add to `pairs`; each unit is diverted once, and each incident loses one at most."""
    found: dict[str, Pair] = {}
    both = zip(situations, fields, strict=True)
    urgent = [(known, field) for known, field in both if known.incident.priority is Priority.P1]
    for known, field in sorted(urgent, key=lambda each: (each[0].incident.opened_at, each[0].incident.id)):
        held = pairs.get(known.incident.id)
        worth, _ = gains(known, field.divertible, None if held is None else held.seconds)
        taken, bereft = {pair.unit for pair in found.values()}, {pair.diverts for pair in found.values()}
        best = min(
            (ranked for ranked in worth if ranked.unit not in taken and ranked.diverts not in bereft),
            key=lambda ranked: (ranked.seconds, ranked.unit),
            default=None,
        )
        if best is not None and best.seconds is not None:
            found[known.incident.id] = Pair(known.incident.id, best.unit, best.seconds, best.diverts)
    return found


def cost_matrix(situations: Sequence[Situation], fields: Sequence[Field], units: Sequence[str]) -> Floats:
    """Incidents × (units, then one column an incident for leaving it waiting); inf where a unit may not be sent."""
    costs = np.full((len(situations), len(units) + len(situations)), np.inf)
    column = {unit: place for place, unit in enumerate(units)}
    for row, (known, field) in enumerate(zip(situations, fields, strict=True)):
        weight, policy, priority = _aging(known), known.policy, known.incident.priority
        willing = _willing(field, life=priority is Priority.P1)
        seconds = np.array([known.until_there(unit) for unit in willing])
        travel = weight * policy.time_weight[priority]
        costs[row, [column[unit.id] for unit in willing]] = travel * np.minimum(seconds, policy.travel_counts_at_most_s)
        costs[row, len(units) + row] = weight * policy.left_waiting[priority]
    return costs


def _willing(field: Field, *, life: bool) -> tuple[UnitView, ...]:
    """As for a single incident: those on call by time for a P1, else only where no idle unit is left."""
    if life:
        return (*field.idle, *field.on_call) or field.declined
    return field.idle or field.on_call or field.declined


def _aging(situation: Situation) -> float:
    """1 for a new incident, growing by waited / target, at most `aging_at_most`."""
    incident = situation.incident
    waited = (situation.now - incident.opened_at).total_seconds()
    return min(max(1.0 + waited / max(incident.target_s, 1.0), 1.0), situation.policy.aging_at_most)
