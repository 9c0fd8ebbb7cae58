"""A patrol car: where it is, what it is bound to, and how soon it could be elsewhere."""

from dataclasses import dataclass

import numpy as np

from bench.dispatch.calls import Call
from bench.dispatch.city import City

TURNOUT_POST_S, TURNOUT_ROAD_S = 60.0, 15.0
"""From the order to moving: a crew at its post, and one in its car."""
ON_THE_WAY_S = 0.5
"""A place whose detour is at most this many seconds lies on the way."""


@dataclass(slots=True)
class Leg:
    """A journey: `factor` times the seconds of the map, after `turnout_s`."""

    origin: int
    target: int
    start: float
    turnout_s: float
    factor: float
    seconds: float
    way: tuple[list[float], list[int]] | None = None

    @property
    def ends(self) -> float:
        """When it arrives."""
        return self.start + self.turnout_s + self.seconds * self.factor


@dataclass(slots=True)
class Car:
    """`version` grows with every new order, so that events of an order that was taken back are ignored."""

    id: str
    home: int
    node: int
    leg: Leg | None = None
    call: Call | None = None
    bound_since: float = 0.0
    on_scene: bool = False
    off_duty: bool = False
    duty_until: float = float("inf")
    rest_until: float = 0.0
    version: int = 0
    turnouts_s: tuple[float, float] = (TURNOUT_POST_S, TURNOUT_ROAD_S)
    capabilities: frozenset[str] = frozenset()

    def free(self, now: float) -> bool:
        """True if it is on duty, rested and bound to nothing."""
        return self.call is None and not self.off_duty and self.rest_until <= now

    def whereabouts(self, city: City, now: float) -> tuple[int, float]:
        """The next place where it could turn, and the seconds of map until there (0 if it stands)."""
        leg = self.leg
        if leg is None:
            return self.node, 0.0
        gone = (now - leg.start - leg.turnout_s) / leg.factor
        if gone <= 0.0:
            return leg.origin, 0.0
        if leg.way is None:
            leg.way = _way(city, leg)
        distances, places = leg.way
        at = int(np.searchsorted(distances, gone))
        return (places[at], distances[at] - gone) if at < len(places) else (leg.target, 0.0)

    def turnout_s(self, now: float) -> float:
        """Seconds before it moves for a new order; a turnout under way is finished first."""
        if self.leg is not None:
            return max(self.turnouts_s[1], self.leg.start + self.leg.turnout_s - now)
        return self.turnouts_s[0] if self.node == self.home else self.turnouts_s[1]


def _way(city: City, leg: Leg) -> tuple[list[float], list[int]]:
    """Places on the journey with their seconds from its origin, in order."""
    out = city.seconds[leg.origin]
    on_way = np.flatnonzero(out + city.into(leg.target) <= leg.seconds + ON_THE_WAY_S)
    order = on_way[np.argsort(out[on_way], kind="stable")]
    return out[order].tolist(), order.tolist()
