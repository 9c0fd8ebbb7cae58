"""How far from the best possible: online policies against one who knows all calls beforehand.

The model is made so that the optimum is exact and found by assignment. Patrols rove: a car stays where its call ended.
A call binds its car for a time known to the model whoever goes; one that finds no car is lost and counts as late. What
a call costs then depends only on who was there before, so that the least number of late calls is a minimum-cost path
cover: each call is assigned the car, or the earlier call, that its car comes from, or itself if nobody comes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from bench.dispatch.calls import Call
from bench.dispatch.city import City, Floats
from bench.dispatch.simulation.car import TURNOUT_ROAD_S

LATE, A_SECOND = 1.0, 1e-9
"""Seconds only break ties: a whole episode's seconds stay far below one late call."""


@dataclass(frozen=True, slots=True, eq=False)
class Episode:
    """Calls in order of time; `on_scene_s` is how long each binds its car from the moment it comes in."""

    city: City
    calls: Sequence[Call]
    target_s: float

    def seconds(self, origin: int, call: Call) -> float:
        """Seconds from the call to a car from `origin` on scene."""
        return TURNOUT_ROAD_S + float(self.city.seconds[origin, call.place])


@dataclass(frozen=True, slots=True)
class Served:
    """Shares of late (with lost) and of lost calls, and mean seconds of those served."""

    late: float
    lost: float
    mean_s: float


def served(seconds: Floats, target_s: float) -> Served:
    """From seconds by call, inf where lost."""
    reached = seconds[np.isfinite(seconds)]
    mean = float(reached.mean()) if len(reached) else float("nan")
    return Served(float((seconds > target_s).mean()), float(np.isinf(seconds).mean()), mean)


def optimum(episode: Episode) -> Served:
    """The fewest late calls that any dispatcher could have had, by assignment (exact)."""
    city, calls = episode.city, episode.calls
    cars, count = len(city.homes), len(calls)
    places = np.array([call.place for call in calls])
    at = np.array([call.at for call in calls])
    free_at = at + np.array([call.on_scene_s for call in calls])
    before = city.seconds[np.ix_(places, places)].T.copy()
    before[free_at[None, :] > at[:, None]] = np.inf
    seconds = np.hstack([city.seconds[np.ix_(np.array(city.homes), places)].T, before]) + TURNOUT_ROAD_S
    costs = np.where(seconds > episode.target_s, LATE, 0.0) + np.where(np.isfinite(seconds), seconds * A_SECOND, np.inf)
    # A lost call takes the place after itself: no car leaves it either.
    itself = np.arange(count), cars + np.arange(count)
    seconds[itself], costs[itself] = np.inf, LATE + A_SECOND * 1e5
    rows, columns = linear_sum_assignment(costs)
    return served(seconds[rows, columns], episode.target_s)
