"""Online dispatch in the clairvoyant's model: closest idle, and the production recommendation."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np

from bench.dispatch.calls import Call
from bench.dispatch.clairvoyant import Episode, Served, served
from bench.dispatch.simulation.car import TURNOUT_ROAD_S
from schemas.vocabulary.dispatching import UnitState
from schemas.vocabulary.natures import Priority
from services.dispatch.domain.recommending import (
    Coverage,
    IncidentView,
    Policy,
    Situation,
    UnitView,
    Work,
    recommend,
)
from services.dispatch.domain.recommending.utilisation import Utilisation

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
FULL = Policy(coverage_weight=1.0, slower_than_closest_s=1e6, coverage_until_utilisation=1.0, target_share=1.0)
"""Full coverage weighting: only the target limits what is given up in time, and all of it, as nothing delays a journey
in this model."""

Choose = Callable[[Call, list[int], list[bool]], int]


def play(episode: Episode, choose: Choose) -> Served:
    """`choose(call, places, free)` gives the index of a free car."""
    places = list(episode.city.homes)
    free_at = [0.0] * len(places)
    seconds = np.full(len(episode.calls), np.inf)
    for index, call in enumerate(episode.calls):
        free = [moment <= call.at for moment in free_at]
        car = choose(call, places, free) if any(free) else None
        if car is None:
            continue
        seconds[index] = episode.seconds(places[car], call)
        places[car], free_at[car] = call.place, call.at + call.on_scene_s
    return served(seconds, episode.target_s)


def closest(episode: Episode) -> Served:
    """The free car that is there first."""

    def choose(call: Call, places: list[int], free: list[bool]) -> int:
        return min((episode.seconds(places[car], call), car) for car in range(len(places)) if free[car])[1]

    return play(episode, choose)


def vigie(episode: Episode, policy: Policy = FULL) -> Served:
    """The production recommendation with one kind of call, P2."""
    city = episode.city
    reach = np.packbits(city.seconds[:, : city.points] <= episode.target_s - TURNOUT_ROAD_S, axis=1)
    weights = tuple(city.weights.tolist())
    ids = [f"u{car:03d}" for car in range(len(city.homes))]
    estimate = Utilisation(EPOCH, 0.0, 0.0)

    def choose(call: Call, places: list[int], free: list[bool]) -> int:
        nonlocal estimate
        now = EPOCH + timedelta(seconds=call.at)
        estimate = estimate.seen(now, len(free) - sum(free), len(free))
        situation = Situation(
            incident=IncidentView(call.id, Priority.P2, now, episode.target_s),
            units=tuple(_unit(ids[car], free[car], now) for car in range(len(ids))),
            seconds={ids[car]: episode.seconds(places[car], call) for car in range(len(ids))},
            now=now,
            utilisation=estimate.value(now),
            coverage=Coverage(weights, {ids[car]: reach[places[car]].tobytes() for car in range(len(ids))}),
            policy=policy,
        )
        best = recommend(situation).best
        assert best is not None
        return ids.index(best.unit)

    return play(episode, choose)


def _unit(unit: str, free: bool, now: datetime) -> UnitView:
    if free:
        return UnitView(unit, UnitState.AVAILABLE, position_at=now)
    return UnitView(unit, UnitState.ON_SCENE, position_at=now, work=Work("other", Priority.P2, now, on_scene=True))
