"""Every threshold of the recommendation in one place, with its unit and where it comes from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

TIME_WEIGHT: Mapping[str, float] = {"P1": 8.0, "P2": 4.0, "P3": 2.0, "P4": 1.0}
"""How much a second of travel costs in the matching, by priority."""

LEFT_WAITING_S: Mapping[str, float] = {
    "P1": 10_000_000.0,
    "P2": 1_000_000.0,
    "P3": 100_000.0,
    "P4": 10_000.0,
}
"""What leaving an incident without a unit costs in the matching. A tenfold step a priority is above anything that
aging (at most fourfold) and travel can add, so no unit goes to a P2 while a P1 that it could reach is left waiting."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Thresholds. Seconds, fractions of 1, or counts, as named."""

    divert_gain_s: float = 30.0
    """A unit is diverted to a P1 only if it arrives at least so much sooner than the best idle one."""
    diversions_per_incident: int = 1
    """How often one incident may lose the unit that was on its way."""
    relief_gain_s: float = 30.0
    """A unit on its way to a P1 is replaced by a newly free one that arrives at least so much sooner."""
    reliefs_per_incident: int = 1
    slower_than_closest_s: float = 150.0
    """For coverage's sake a P2 or P3 may wait at most so much longer than for the closest unit."""
    target_share: float = 0.85
    """A unit counts as within target if it arrives within this share of what is left of it. Journeys take now and
    then longer than the map says: with 1.0 the reserve was kept at the price of late P2 and P3 (bench/dispatch)."""
    coverage_until_utilisation: float = 0.5
    """Above this utilisation the closest goes: keeping a reserve costs more than it brings."""
    coverage_weight: float = 1.0
    """1: only loss of coverage decides among the units within target; 0: only time does."""
    least_busy_fraction: float = 0.05
    most_busy_fraction: float = 0.95
    """Bounds of the busy fraction taken from utilisation, so that a quiet or full hour does not switch DMEXCLP off."""
    position_stale_s: float = 1_800.0
    """DOMAIN.md: a position older than 30 minutes is stale."""
    send_blindly: bool = True
    """With nobody else left, units without a fresh position are proposed: better sent blindly than not at all."""
    on_call_turnout_s: float = 900.0
    """What a crew on call (*astreinte*) needs before it leaves: a quarter of an hour from home. An assumption, since
    neither Metz nor Toulouse has published a figure; a centre's own measured one is to take its place."""
    shown: int = 3
    backlog_from: int = 2
    """So many waiting incidents are matched together rather than one after the other."""
    aging_at_most: float = 4.0
    """Waiting raises an incident's weight in the matching by waited / target, at most to so many times."""
    travel_counts_at_most_s: float = 7_200.0
    """Longer journeys count as this long in the matching, which keeps priorities strict."""
    gap_below: float = 0.5
    """A demand point whose chance of finding a free unit in reach is below this is a gap."""
    gaps_shown: int = 10
    moves_at_most: int = 2
    move_gain_at_least: float = 0.02
    """A move-up must raise expected coverage by this fraction of all demand."""
    move_within_s: float = 900.0
    time_weight: Mapping[str, float] = field(default_factory=lambda: dict(TIME_WEIGHT))
    left_waiting: Mapping[str, float] = field(default_factory=lambda: dict(LEFT_WAITING_S))
