"""Erlang-B: a queue whose answer is known. If the simulator is right, its share of lost calls lies around it."""

from dataclasses import replace

import numpy as np

from bench.dispatch.calls import CENTRE, draw
from bench.dispatch.city import City
from bench.dispatch.intervals import mean_interval
from bench.dispatch.results import Row
from bench.dispatch.simulation.world import World, cars_of

HORIZON_S, SEEDS, UNITS, SERVICE_S = 10 * 86_400.0, 16, 12, 1_200.0


class Loses:
    """Sends any free car; a call that finds none is lost."""

    def dispatch(self, world: World) -> None:
        """Serves or drops what waits."""
        for call in list(world.waiting):
            car = next((car for car in world.cars if car.free(world.now)), None)
            if car is None:
                world.drop(call)
            else:
                world.send(car, call)

    def watch(self, world: World) -> None:
        """Proposes nothing."""

    def changed(self, world: World) -> None:
        """Estimates nothing."""


def blocking(servers: int, offered: float) -> float:
    """Erlang's formula B by its stable recursion: share of calls lost, `offered` in erlangs."""
    share = 1.0
    for known in range(1, servers + 1):
        share = offered * share / (known + offered * share)
    return share


def simulated(utilisation: float, seeds: range) -> list[float]:
    """Lost shares by seed: one place, no turnout, no journey, so that the service time is the time on scene."""
    point = City("point", np.zeros((1, 1)), 1, np.ones(1), (0,) * UNITS, (0,), 1.0)
    mix = replace(CENTRE, on_scene_mean_s=SERVICE_S, traffic=0.0)
    lost = []
    for seed in seeds:
        calls = draw(point, mix, utilisation * UNITS / SERVICE_S, HORIZON_S, seed)
        cars = cars_of(point)
        for car in cars:
            car.turnouts_s = (0.0, 0.0)
        outcomes = World(point, cars, Loses()).run(calls)
        lost.append(float(np.mean([known.seconds is None for known in outcomes])))
    return lost


def rows(utilisations: tuple[float, ...] = (0.35, 0.6, 0.8)) -> list[Row]:
    """Theory beside simulation; `late_all` is the share lost."""
    found = []
    for utilisation in utilisations:
        lost = np.array(simulated(utilisation, range(100, 100 + SEEDS)))
        interval = {"late_all": mean_interval(lost)}
        found.append(Row("erlang_b", utilisation, "theory", late_all=blocking(UNITS, utilisation * UNITS)))
        mean = float(lost.mean())
        found.append(Row("erlang_b", utilisation, "simulated", late_all=mean, ci95=interval, seeds=len(lost)))
    return found
