"""The replay: each recorded vehicle is one slot to fill, from the moment somebody could decide.

A call is decided when call taking has entered it (no dispatcher knows it sooner); a vehicle that was sent more than
half a minute after the first is backup, asked for when it really was. A slot asks for the recorded kind of vehicle and
binds who comes for as long as the recorded one was on scene. The bench's simulated world plays it with the production
function.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from bench.dispatch.calls import Call
from bench.dispatch.choosers.vigie import Vigie
from bench.dispatch.city import City
from bench.dispatch.simulation.car import TURNOUT_ROAD_S, Car
from bench.dispatch.simulation.world import World
from bench.replayed_calls.fleet import TRAVEL, Posted, on_scene_s, usual_on_scene_s
from bench.replayed_calls.kinds import CAPABILITIES, KINDS
from bench.replayed_calls.parsing import RecordedCall
from services.dispatch.domain.recommending import Policy
from services.dispatch.domain.travelling import Profile
from services.dispatch.travel.straight_line import SPEED_KMH

BACKUP_AFTER_S = 30.0
COVERED_WITHIN_S = 480.0
LEAD_S = 3_600.0
"""The first call comes an hour after the simulated beginning."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One slot, seconds after receipt: when it was asked for, who was sent when, on scene when (None: nobody came)."""

    unit: str
    asked_s: float
    after_s: float
    on_scene_s: float | None


@dataclass(slots=True)
class Logged(World):
    """The simulated world, with every order kept."""

    orders: dict[str, list[tuple[float, str]]] = field(default_factory=dict)

    def send(self, car: Car, call: Call) -> None:
        """See World.send."""
        World.send(self, car, call)
        self.orders.setdefault(call.id, []).append((self.now, car.id))


def replay(calls: Sequence[RecordedCall], fleet: Sequence[Posted]) -> dict[str, list[Sent]]:
    """By call number, what would have been sent, in the order of the slots."""
    begin = calls[0].received
    city = _city(calls, fleet)
    slots = _slots(calls, begin)
    cars = [
        Car(
            known.unit,
            home,
            home,
            capabilities=frozenset({known.capability}),
            turnouts_s=(known.turnout_s, TURNOUT_ROAD_S),
        )
        for known, home in zip(fleet, city.homes, strict=True)
    ]
    world = Logged(city, cars, Vigie(city, Policy(), COVERED_WITHIN_S))
    outcomes = world.run([slot for held in slots.values() for slot in held])
    seconds = {outcome.call.id: outcome.seconds for outcome in outcomes}
    return {
        call.number: [_sent(slot, world, seconds[slot.id], _at(call.received, begin)) for slot in slots[call.number]]
        for call in calls
    }


def _sent(slot: Call, world: Logged, seconds: float | None, received: float) -> Sent:
    # The last order holds: an earlier one was taken back by a diversion.
    now, unit = world.orders[slot.id][-1]
    return Sent(unit, slot.at - received, now - received, None if seconds is None else slot.at + seconds - received)


def _slots(calls: Sequence[RecordedCall], begin: datetime) -> dict[str, list[Call]]:
    usual = {kind: usual_on_scene_s(calls, kind) for kind in CAPABILITIES}
    return {call.number: _of_call(place, call, begin, usual) for place, call in enumerate(calls)}


def _of_call(place: int, call: RecordedCall, begin: datetime, usual: dict[str, float]) -> list[Call]:
    kind = KINDS[call.kind]
    first = call.dispatched
    slots = []
    for number, vehicle in enumerate((v for v in call.vehicles if v.kind in CAPABILITIES), start=1):
        backup = (vehicle.dispatched - first).total_seconds() > BACKUP_AFTER_S
        slots.append(
            Call(
                id=f"{call.number}/{number:02d}",
                at=_at(vehicle.dispatched if backup else call.entered, begin),
                place=place,
                priority=kind.priority,
                target_s=kind.target_s,
                lights=True,
                on_scene_s=on_scene_s(call, vehicle, usual[vehicle.kind]),
                traffic=1.0,
                capabilities=frozenset({CAPABILITIES[vehicle.kind]}),
            )
        )
    return slots


def _city(calls: Sequence[RecordedCall], fleet: Sequence[Posted]) -> City:
    """Places are the calls', then the posts; seconds by production's straight line with lights."""
    places = [*(call.place for call in calls), *(known.post for known in fleet)]
    seconds = TRAVEL.table(places, places, Profile.LIGHTS).seconds
    homes = tuple(range(len(calls), len(places)))
    weights = np.full(len(calls), 1.0 / len(calls))
    ratio = SPEED_KMH[Profile.LIGHTS] / SPEED_KMH[Profile.NORMAL]
    return City("lone mountain", seconds, len(calls), weights, homes, tuple(sorted(set(homes))), ratio)


def _at(moment: datetime, begin: datetime) -> float:
    return LEAD_S + (moment - begin).total_seconds()
