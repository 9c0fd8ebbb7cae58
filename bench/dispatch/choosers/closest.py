"""Closest idle: the baseline. The most urgent, longest waiting call gets the idle car that is there first."""

from bench.dispatch.choosers.vigie import Vigie
from bench.dispatch.simulation.car import Car
from bench.dispatch.simulation.world import World


class ClosestIdle:
    """No diversion, no coverage, no matching, no move-up; the queue is by priority, then age, as is usual."""

    def dispatch(self, world: World) -> None:
        """Serves the queue while cars are idle."""
        for call in sorted(world.waiting, key=lambda known: (known.priority, known.at)):
            idle = [car for car in world.cars if car.free(world.now)]
            if not idle:
                return

            def soonest(car: Car) -> tuple[float, str]:
                return world.seconds(car, call), car.id  # noqa: B023 (used within this turn of the loop only)

            world.send(min(idle, key=soonest), call)

    def watch(self, world: World) -> None:
        """Proposes nothing."""

    def changed(self, world: World) -> None:
        """Estimates nothing."""


class ClosestIdleMoving(Vigie):
    """Closest idle with the production move-up proposals followed: what of the gain is theirs."""

    def dispatch(self, world: World) -> None:
        """As closest idle does."""
        ClosestIdle().dispatch(world)

    def relieve(self, world: World) -> None:
        """Relieves nobody."""
