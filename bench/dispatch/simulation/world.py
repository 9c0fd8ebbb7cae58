"""The simulated world: events in order of time, and the orders a chooser may give."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

import numpy as np

from bench.dispatch.calls import Call
from bench.dispatch.city import City
from bench.dispatch.simulation.car import Car, Leg
from bench.dispatch.simulation.roster import Roster

CHECK_EVERY_S = 300.0
"""How often a chooser may propose move-ups."""


class Chooser(Protocol):
    """A policy: looks at the world and gives orders."""

    def dispatch(self, world: "World") -> None:
        """Called whenever a call waits and something has changed."""

    def watch(self, world: "World") -> None:
        """Called every CHECK_EVERY_S seconds."""

    def changed(self, world: "World") -> None:
        """Called after each event: utilisation may have changed."""


@dataclass(slots=True)
class Outcome:
    """How one call went: seconds to the first unit on scene (None: never), diversions suffered, reliefs."""

    call: Call
    seconds: float | None = None
    diversions: int = 0
    reliefs: int = 0


@dataclass(slots=True)
class World:
    """`now` in seconds from the start. `waiting`: calls without a unit, in order of arrival."""

    city: City
    cars: list[Car]
    chooser: Chooser
    roster: Roster | None = None
    now: float = 0.0
    waiting: list[Call] = field(default_factory=list)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    busy_car_s: float = 0.0
    duty_car_s: float = 0.0
    diversions: int = 0
    moves: int = 0
    _events: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _order: int = 0
    _open: int = 0

    def run(self, calls: list[Call]) -> list[Outcome]:
        """Plays all calls to their end."""
        self._open = len(calls)
        for call in calls:
            self._at(call.at, partial(self._arrives, call))
        if self.roster is not None:
            self.roster.begin(self)
        self._at(CHECK_EVERY_S, self._check)
        while self._open and self._events:
            time, _, event = heapq.heappop(self._events)
            self._count(time)
            self.now = time
            event()
            self.chooser.changed(self)
            if self.waiting:
                self.chooser.dispatch(self)
                self.chooser.changed(self)
        return [self.outcomes[call.id] for call in calls]

    def seconds(self, car: Car, call: Call) -> float:
        """Seconds until the car would be on scene if ordered now, as the map says (nobody knows the traffic)."""
        place, lead = car.whereabouts(self.city, self.now)
        pace = 1.0 if call.lights else self.city.normal_by_lights
        return car.turnout_s(self.now) + pace * (lead + float(self.city.seconds[place, call.place]))

    def send(self, car: Car, call: Call) -> None:
        """Orders the car to the call; a call that it was on its way to waits again, from when it came."""
        if car.on_scene or call not in self.waiting:
            raise ValueError(f"{car.id} cannot be sent to {call.id}")
        if car.call is not None:
            self.outcomes[car.call.id].diversions += 1
            self.diversions += 1
            self.waiting.append(car.call)
            self.waiting.sort(key=lambda known: known.at)
        self.waiting.remove(call)
        self._drive(car, call.place, (1.0 if call.lights else self.city.normal_by_lights) * call.traffic)
        car.call, car.bound_since = call, self.now
        self._later(car, self._on_scene)

    def relieve(self, stand_down: Car, send: Car) -> None:
        """Sends a free car to the call that the other is on its way to; the other is free and goes home."""
        call = stand_down.call
        if call is None or stand_down.on_scene:
            raise ValueError(f"{stand_down.id} is not on its way")
        stand_down.call = None
        self.waiting.append(call)
        self.send(send, call)
        self.outcomes[call.id].reliefs += 1
        self.go_to(stand_down, stand_down.home)

    def drop(self, call: Call) -> None:
        """Gives a waiting call up: it is lost."""
        self.waiting.remove(call)
        self._open -= 1

    def go_to(self, car: Car, place: int) -> None:
        """Sends a free car to a place, not under lights; it stays free on the way."""
        self._drive(car, place, self.city.normal_by_lights)
        self._later(car, self._stands)

    def after(self, seconds: float, event: Callable[[], None]) -> None:
        """Plans an event."""
        self._at(self.now + seconds, event)

    def _drive(self, car: Car, target: int, factor: float) -> None:
        place, lead = car.whereabouts(self.city, self.now)
        turnout = car.turnout_s(self.now) + lead * factor
        seconds = float(self.city.seconds[place, target])
        car.leg = Leg(place, target, self.now, turnout, factor, seconds)
        car.version += 1

    def _later(self, car: Car, event: Callable[[Car], None]) -> None:
        version, leg = car.version, car.leg
        assert leg is not None

        def arrives() -> None:
            if car.version == version:
                event(car)

        self._at(leg.ends, arrives)

    def _arrives(self, call: Call) -> None:
        self.outcomes[call.id] = Outcome(call)
        self.waiting.append(call)

    def _on_scene(self, car: Car) -> None:
        call = car.call
        assert call is not None
        self.outcomes[call.id].seconds = self.now - call.at
        car.node, car.leg, car.on_scene = call.place, None, True
        self.after(call.on_scene_s, partial(self._clear, car))

    def _clear(self, car: Car) -> None:
        car.call, car.on_scene = None, False
        self._open -= 1
        if self.roster is not None:
            self.roster.cleared(self, car)
        self.go_to(car, car.home)

    def _stands(self, car: Car) -> None:
        if car.leg is not None:
            car.node, car.leg = car.leg.target, None
        if self.roster is not None:
            self.roster.stands(self, car)

    def _check(self) -> None:
        self.chooser.watch(self)
        self._at(self.now + CHECK_EVERY_S, self._check)

    def _at(self, time: float, event: Callable[[], None]) -> None:
        self._order += 1
        heapq.heappush(self._events, (time, self._order, event))

    def _count(self, time: float) -> None:
        passed = time - self.now
        self.busy_car_s += passed * sum(car.call is not None for car in self.cars)
        self.duty_car_s += passed * sum(car.call is not None or not car.off_duty for car in self.cars)


def cars_of(city: City) -> list[Car]:
    """All cars at their posts."""
    return [Car(f"u{index + 1:02d}", home, home) for index, home in enumerate(city.homes)]


def busy_share(cars: list[Car]) -> tuple[int, int]:
    """(busy, on duty) counted now."""
    busy = sum(car.call is not None for car in cars)
    return busy, busy + sum(car.call is None and not car.off_duty for car in cars)


def times(outcomes: list[Outcome]) -> np.ndarray:
    """Response seconds of all calls, inf where nobody came."""
    return np.array([known.seconds if known.seconds is not None else np.inf for known in outcomes])
