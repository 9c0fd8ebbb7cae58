"""Shifts and breaks: three shifts a day, cars change over at their posts one after another, each crew rests once."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from bench.dispatch.simulation.car import Car

if TYPE_CHECKING:
    from bench.dispatch.simulation.world import World

SHIFT_S, CHANGE_S, BREAK_S = 8 * 3_600.0, 600.0, 1_200.0


@dataclass(frozen=True, slots=True)
class Roster:
    """Shift ends are spread evenly over the eight hours; breaks lie in the middle of each shift."""

    def begin(self, world: "World") -> None:
        """Plans the first change and break of every car."""
        for index, car in enumerate(world.cars):
            end = SHIFT_S * (index + 1) / len(world.cars)
            car.duty_until = end
            world.after(end, partial(self._end, world, car))
            world.after((end + SHIFT_S / 2) % SHIFT_S, partial(self._rest, world, car))

    def cleared(self, world: "World", car: Car) -> None:
        """A crew whose shift or break came due while it was bound goes off, or rests, now."""
        if world.now >= car.duty_until:
            car.off_duty = True

    def stands(self, world: "World", car: Car) -> None:
        """At its post, a car off duty changes crews."""
        if car.off_duty and car.node == car.home:
            world.after(CHANGE_S, partial(self._on, world, car))

    def _end(self, world: "World", car: Car) -> None:
        if car.call is not None:
            return
        car.off_duty = True
        if car.leg is None and car.node == car.home:
            self.stands(world, car)
        else:
            world.go_to(car, car.home)

    def _on(self, world: "World", car: Car) -> None:
        car.off_duty = False
        car.duty_until += SHIFT_S
        while car.duty_until <= world.now:
            car.duty_until += SHIFT_S
        world.after(car.duty_until - world.now, partial(self._end, world, car))
        world.after((car.duty_until - world.now) / 2, partial(self._rest, world, car))

    def _rest(self, world: "World", car: Car) -> None:
        if car.call is None and not car.off_duty:
            car.rest_until = world.now + BREAK_S
            world.after(BREAK_S, lambda: None)  # wakes the chooser when the break is over
