"""From lengths and speeds to seconds, by profile. A class that a profile may not use takes infinitely long."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from services.dispatch.domain.travelling import Profile
from services.dispatch.travel.graph import Floats, RoadClass, StreetGraph

# The engines' resolution: no arc is faster than a tenth of a millisecond.
SHORTEST_S = 1e-4


@dataclass(frozen=True, slots=True)
class SpeedRule:
    """`factor` multiplies the free-flow speed, then `ceiling_kmh` caps it; `forbidden` classes are not driven.

    One-way streets bind both profiles. Code de la route R432-1 frees a vehicle with lights only "as long as it does
    not endanger others": a choice of the crew on the spot, which no recommendation may presume. A time that holds
    without it errs on the safe side.
    """

    factor: float
    ceiling_kmh: float
    forbidden: frozenset[RoadClass]


RULES: Mapping[Profile, SpeedRule] = {
    # 4/3: what JEMSS's published Manhattan model found for ambulances with lights against without, on every arc.
    Profile.LIGHTS: SpeedRule(4 / 3, 130.0, frozenset()),
    Profile.NORMAL: SpeedRule(1.0, 110.0, frozenset({RoadClass.PEDESTRIAN, RoadClass.BUSWAY, RoadClass.PRIVATE})),
}

# Walking people stay as they are, whatever flashes: no factor there.
SHARED_WITH_WALKERS = (RoadClass.PEDESTRIAN, RoadClass.LIVING_STREET)


def free_kmh(graph: StreetGraph, profile: Profile, rule: SpeedRule) -> Floats:
    """Speeds by arc, km/h, before any change: those that the source knows, else the rule's; 0 where forbidden."""
    shared = np.isin(graph.road_class, SHARED_WITH_WALKERS)
    speed = np.minimum(graph.speed_kmh * np.where(shared, 1.0, rule.factor), rule.ceiling_kmh)
    if profile is Profile.LIGHTS:
        speed = np.where(np.isnan(graph.lights_kmh), speed, graph.lights_kmh)
    elif np.isfinite(graph.lights_kmh).any():
        # A model that states both speeds is taken at its word: no ceiling of ours.
        speed = np.where(np.isnan(graph.lights_kmh), speed, graph.speed_kmh)
    allowed: Floats = np.where(np.isin(graph.road_class, list(rule.forbidden)), 0.0, speed)
    return allowed


def seconds_at(graph: StreetGraph, kmh: Floats) -> Floats:
    """Seconds by arc at these speeds; infinite where the speed is 0."""
    with np.errstate(divide="ignore"):
        seconds = np.where(kmh > 0, graph.length_m * 3.6 / kmh, np.inf)
    longest: Floats = np.maximum(seconds, SHORTEST_S)
    return longest
