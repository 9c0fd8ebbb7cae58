"""Calls: when, where, how urgent, how long on scene. Drawn once a seed, so that all policies meet the same evening."""

from dataclasses import dataclass

import numpy as np

from bench.dispatch.city import City
from schemas.vocabulary.natures import Priority

PRIORITIES = (Priority.P1, Priority.P2, Priority.P3)


@dataclass(frozen=True, slots=True)
class Mix:
    """Kinds of calls. `shares`, `targets_s` (call to first unit on scene) and `lights` by P1, P2, P3.

    On-scene times are lognormal with this mean and coefficient of variation; traffic makes each journey
    exp(N(0, traffic)) times as long as the map says.
    """

    name: str
    shares: tuple[float, float, float]
    targets_s: tuple[float, float, float]
    lights: tuple[bool, bool, bool]
    on_scene_mean_s: float
    on_scene_cv: float = 0.8
    traffic: float = 0.15


CENTRE = Mix("centre", (0.2, 0.3, 0.5), (480.0, 600.0, 900.0), (True, True, False), 1_200.0)
"""A supervision centre: a fifth life in danger, half routine; run-card targets 8, 10 and 15 minutes."""
PUBLISHED = Mix("published", (0.42, 0.0, 0.58), (480.0, 480.0, 630.0), (True, True, False), 1_200.0)
"""Shares and targets of the published ambulance model (42 % high, 58 % low; 8 and 10.5 minutes)."""


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """One call. `place`: of the city's demand points. `traffic`: factor on the journeys to it. `capabilities`: that the
    unit must have."""

    id: str
    at: float
    place: int
    priority: Priority
    target_s: float
    lights: bool
    on_scene_s: float
    traffic: float
    capabilities: frozenset[str] = frozenset()


def draw(city: City, mix: Mix, rate_per_s: float, horizon_s: float, seed: int) -> list[Call]:
    """Poisson arrivals over the horizon in seconds; the same seed and rate give the same calls."""
    random = np.random.default_rng(seed)
    count = int(random.poisson(rate_per_s * horizon_s))
    at = np.sort(random.uniform(0.0, horizon_s, count))
    place = random.choice(city.points, count, p=city.weights)
    kind = random.choice(3, count, p=mix.shares)
    spread = np.log(1.0 + mix.on_scene_cv**2)
    on_scene = random.lognormal(np.log(mix.on_scene_mean_s) - spread / 2, np.sqrt(spread), count)
    traffic = np.exp(random.normal(0.0, mix.traffic, count))
    return [
        Call(
            f"c{index:05d}",
            float(at[index]),
            int(place[index]),
            PRIORITIES[kind[index]],
            mix.targets_s[kind[index]],
            mix.lights[kind[index]],
            float(on_scene[index]),
            float(traffic[index]),
        )
        for index in range(count)
    ]
