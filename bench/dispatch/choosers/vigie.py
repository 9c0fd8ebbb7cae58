"""The production recommendation in the simulator: turns the world into its inputs and follows its first proposal."""

from datetime import UTC, datetime, timedelta

import numpy as np

from bench.dispatch.calls import Call
from bench.dispatch.city import City
from bench.dispatch.simulation.car import TURNOUT_ROAD_S, Car
from bench.dispatch.simulation.world import World, busy_share
from schemas.vocabulary.dispatching import UnitState
from schemas.vocabulary.natures import Priority
from services.dispatch.domain.recommending import (
    Backlog,
    Coverage,
    IncidentView,
    Policy,
    Positions,
    Situation,
    UnitView,
    Work,
    match,
    move_ups,
    recommend,
    relief,
)
from services.dispatch.domain.recommending.utilisation import Utilisation

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
NOWHERE = datetime.max.replace(tzinfo=UTC)


class Vigie:
    """Follows the first proposal always. `cover_s`: seconds of map within which a point counts as covered."""

    def __init__(self, city: City, policy: Policy, cover_s: float, moving: bool = False) -> None:
        self.policy, self.moving = policy, moving
        self._weights = tuple(city.weights.tolist())
        self._reach = np.packbits(city.seconds[:, : city.points] <= cover_s, axis=1)
        self._posts = {f"p{place}": place for place in city.posts}
        self._by_post = {name: self._reach[place].tobytes() for name, place in self._posts.items()}
        self._utilisation = Utilisation(EPOCH, 0.0, 0.0)
        self._free: set[str] = set()

    def changed(self, world: World) -> None:
        """Keeps the production estimate of utilisation; proposes relief where a car has become free."""
        self._utilisation = self._utilisation.seen(_clock(world.now), *busy_share(world.cars))
        free = {car.id for car in world.cars if car.free(world.now)}
        if free - self._free and not world.waiting:
            self.relieve(world)
        self._free = free

    def dispatch(self, world: World) -> None:
        """Matches a backlog, else follows the recommendation; again while anything moves."""
        sent = True
        while sent and world.waiting and self._could_help(world):
            backlog = Backlog(tuple(self.situation(world, call) for call in world.waiting))
            sent = self._share_out(world, backlog) if backlog.due else self._one(world, backlog.situations[0])

    def watch(self, world: World) -> None:
        """Follows move-up proposals."""
        if not self.moving:
            return
        free = {car.id: car for car in world.cars if car.free(world.now)}
        seconds = {
            car.id: {name: self._to_post(world, car, place) for name, place in self._posts.items()}
            for car in free.values()
        }
        utilisation = self._utilisation.value(_clock(world.now))
        positions = Positions(self._coverage(world), tuple(free), seconds, utilisation, self.policy)
        for move in move_ups(positions):
            world.moves += 1
            world.go_to(free[move.unit], self._posts[move.post])

    def situation(self, world: World, call: Call) -> Situation:
        """The production function's inputs for one call."""
        now = _clock(world.now)
        past = world.outcomes[call.id]
        incident = IncidentView(
            call.id,
            call.priority,
            _clock(call.at),
            call.target_s,
            call.capabilities,
            diversions=past.diversions,
            reliefs=past.reliefs,
        )
        return Situation(
            incident=incident,
            units=tuple(_unit(world, car, now) for car in world.cars),
            seconds={car.id: world.seconds(car, call) for car in world.cars},
            now=now,
            utilisation=self._utilisation.value(now),
            coverage=self._coverage(world),
            policy=self.policy,
        )

    def _could_help(self, world: World) -> bool:
        """Spares asking where the answer is known: nobody is free, and no P1 could take a unit from another call."""
        urgent = any(call.priority is Priority.P1 for call in world.waiting)
        return urgent or any(car.free(world.now) for car in world.cars)

    def relieve(self, world: World) -> None:
        """Follows relief proposals."""
        on_way = [car for car in world.cars if car.call is not None and not car.on_scene]
        for car in on_way:
            if car.call is not None and car.call.priority is Priority.P1:
                proposal = relief(self.situation(world, car.call), car.id)
                if proposal is not None:
                    world.relieve(car, next(other for other in world.cars if other.id == proposal.send))

    def _one(self, world: World, situation: Situation) -> bool:
        best = recommend(situation).best
        return best is not None and self._follow(world, situation.incident.id, best.unit)

    def _share_out(self, world: World, backlog: Backlog) -> bool:
        matching = match(backlog)
        for pair in matching.pairs:
            self._follow(world, pair.incident, pair.unit)
        return bool(matching.pairs)

    def _follow(self, world: World, incident: str, unit: str) -> bool:
        call = next(known for known in world.waiting if known.id == incident)
        world.send(next(car for car in world.cars if car.id == unit), call)
        return True

    def _coverage(self, world: World) -> Coverage:
        places = {car.id: _covers_from(world, car) for car in world.cars}
        return Coverage(self._weights, {unit: self._reach[at].tobytes() for unit, at in places.items()}, self._by_post)

    def _to_post(self, world: World, car: Car, place: int) -> float:
        at, lead = car.whereabouts(world.city, world.now)
        if at == place:
            return 0.0
        return TURNOUT_ROAD_S + world.city.normal_by_lights * (lead + float(world.city.seconds[at, place]))


def _covers_from(world: World, car: Car) -> int:
    """Free cars count where they are going to stand, as DMEXCLP counts them."""
    return car.leg.target if car.leg is not None else car.node


def _unit(world: World, car: Car, now: datetime) -> UnitView:
    call = car.call
    if call is None:
        state = UnitState.OFF_DUTY if car.off_duty else UnitState.AVAILABLE
        rest, duty = _clock(car.rest_until), _clock(car.duty_until)
        return UnitView(car.id, state, car.capabilities, now, rest_until=rest, duty_until=duty)
    state = UnitState.ON_SCENE if car.on_scene else UnitState.EN_ROUTE
    diversions = world.outcomes[call.id].diversions
    work = Work(call.id, call.priority, _clock(car.bound_since), car.on_scene, diversions)
    return UnitView(car.id, state, car.capabilities, now, work=work)


def _clock(seconds: float) -> datetime:
    return EPOCH + timedelta(seconds=seconds) if seconds != float("inf") else NOWHERE
