"""The matching against every possible one, up to 8 incidents and 8 units."""

from bench.dispatch.city import Floats
from bench.dispatch.timing import situations
from services.dispatch.domain.recommending import Backlog, match
from services.dispatch.domain.recommending.eligibility import sort_out
from services.dispatch.domain.recommending.matching import cost_matrix

SIZES = tuple((incidents, units) for incidents in range(2, 9) for units in (incidents // 2, incidents, 8))


def largest_gap() -> tuple[float, int]:
    """(largest relative gap found, matchings compared)."""
    gap, compared = 0.0, 0
    for seed, (incidents, units) in enumerate(SIZES):
        backlog = situations(10_000 + seed, units, incidents, busy=0.1)
        best = cheapest(backlog)
        gap = max(gap, abs(match(backlog).cost - best) / best)
        compared += 1
    return gap, compared


def cheapest(backlog: Backlog) -> float:
    """The least cost over all ways to give each incident one of the units, or nobody (8 × 8: 1,441,729 ways)."""
    known = sorted(backlog.situations, key=lambda each: each.incident.id)
    units = sorted(unit.id for unit in known[0].units)
    costs = cost_matrix(known, [sort_out(each) for each in known], units)
    return _least(costs, 0, frozenset(range(len(units))), len(units))


def _least(costs: Floats, row: int, free: frozenset[int], units: int) -> float:
    if row == len(costs):
        return 0.0
    least = float(costs[row, units + row]) + _least(costs, row + 1, free, units)
    for unit in free:
        if costs[row, unit] != float("inf"):
            least = min(least, float(costs[row, unit]) + _least(costs, row + 1, free - {unit}, units))
    return least
