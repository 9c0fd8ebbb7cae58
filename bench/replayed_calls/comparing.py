"""Ours beside what really was, call by call, and the summary with its limits."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

import numpy as np

from bench.replayed_calls.fleet import TRAVEL, Posted
from bench.replayed_calls.kinds import KINDS
from bench.replayed_calls.parsing import ZONE, RecordedCall
from bench.replayed_calls.replaying import Sent
from services.dispatch.domain.travelling import Profile, Reached

WAITED_S = 1.0
LIMITS = (
    "Only this district's calls are in the file: what else bound the vehicles is unknown, so the fleet is freer than "
    "it was.",
    "No two of the calls overlap in time: the record never tests queues, diversion or matching.",
    "On-scene times of ours are modelled (posts inferred from the file, straight line, median turnout); recorded ones "
    "are not. So the fair comparison is with the recorded vehicles under the same model.",
    "Ours are dispatched the moment call taking has entered the call: a card that engages by itself spares the wait "
    "between entry and dispatch, not the conversation.",
    "What the choice of the vehicles alone brings is the difference to the recorded ones sent at once; the recorded "
    "dispatchers knew which were free.",
    "Places are rounded to the middle of a block; ambulances and roaming vehicles are not replayed.",
)


@dataclass(frozen=True, slots=True)
class Compared:
    """One call. Seconds after receipt; `modelled_on_scene_s`: the recorded vehicles under our model, sent when they
    were; `at_once_on_scene_s`: sent as soon as ours."""

    number: str
    received: str
    kind: str
    nature: str
    priority: str
    recorded_dispatch_s: float
    recorded_on_scene_s: float | None
    recorded_first: str | None
    recorded_units: tuple[str, ...]
    modelled_on_scene_s: float | None
    at_once_on_scene_s: float | None
    our_dispatch_s: float | None
    our_on_scene_s: float | None
    our_first: str | None
    our_units: tuple[str, ...]
    our_waiting: int
    """Slots for which no such vehicle was free at once."""


def compare(
    calls: Sequence[RecordedCall], fleet: Sequence[Posted], sent: Mapping[str, Sequence[Sent]]
) -> list[Compared]:
    """All calls in order."""
    posted = {known.unit: known for known in fleet}
    return [_compared(call, posted, sent[call.number]) for call in calls]


def _compared(call: RecordedCall, posted: Mapping[str, Posted], sent: Sequence[Sent]) -> Compared:
    there = [(one.on_scene_s, one.unit) for one in sent if one.on_scene_s is not None]
    first = min(there, default=None)
    known = KINDS[call.kind]
    vehicle = call.first_there
    return Compared(
        number=call.number,
        received=call.received.astimezone(ZONE).isoformat(),
        kind=call.kind,
        nature=known.nature.value,
        priority=known.priority.value,
        recorded_dispatch_s=(call.dispatched - call.received).total_seconds(),
        recorded_on_scene_s=(call.on_scene - call.received).total_seconds() if call.on_scene else None,
        recorded_first=vehicle.unit if vehicle else None,
        recorded_units=tuple(vehicle.unit for vehicle in call.vehicles),
        modelled_on_scene_s=_modelled(call, posted, at_once=False),
        at_once_on_scene_s=_modelled(call, posted, at_once=True),
        our_dispatch_s=round(min(one.after_s for one in sent), 1) if sent else None,
        our_on_scene_s=round(first[0], 1) if first else None,
        our_first=first[1] if first else None,
        our_units=tuple(one.unit for one in sent),
        our_waiting=sum(one.after_s - one.asked_s > WAITED_S for one in sent),
    )


def _modelled(call: RecordedCall, posted: Mapping[str, Posted], *, at_once: bool) -> float | None:
    """The vehicles that were really sent, from their posts under our model; `at_once`: without the wait after entry."""
    spared = (call.dispatched - call.entered).total_seconds() if at_once else 0.0
    times = []
    for vehicle in call.vehicles:
        known = posted.get(vehicle.unit)
        if known is None:
            continue
        [answer] = TRAVEL.to_one([known.post], call.place, Profile.LIGHTS)
        assert isinstance(answer, Reached), "a straight line reaches every place"
        dispatched = (vehicle.dispatched - call.received).total_seconds() - spared
        times.append(dispatched + known.turnout_s + answer.seconds)
    return round(min(times), 1) if times else None


def summary(compared: Sequence[Compared], fleet: Sequence[Posted]) -> dict[str, Any]:
    """Medians and 90th percentiles over the calls that have all figures, and how they came about."""
    whole = [
        known
        for known in compared
        if None not in {known.recorded_on_scene_s, known.modelled_on_scene_s, known.our_on_scene_s}
    ]
    same = sum(known.our_first == known.recorded_first for known in whole)
    return {
        "calls": len(compared),
        "compared": len(whole),
        "received_to_dispatch_s": {
            "recorded": _spread([known.recorded_dispatch_s for known in whole]),
            "ours": _spread([known.our_dispatch_s for known in whole]),
        },
        "received_to_on_scene_s": {
            "recorded": _spread([known.recorded_on_scene_s for known in whole]),
            "recorded_vehicles_in_our_model": _spread([known.modelled_on_scene_s for known in whole]),
            "recorded_vehicles_sent_at_once": _spread([known.at_once_on_scene_s for known in whole]),
            "ours": _spread([known.our_on_scene_s for known in whole]),
        },
        "first_on_scene_is_the_recorded_one": same,
        "slots": sum(len(known.our_units) for known in compared),
        "slots_that_waited": sum(known.our_waiting for known in compared),
        "fleet": [asdict(known) for known in fleet],
        "travel": TRAVEL.basis.value,
        "limits": list(LIMITS),
    }


def _spread(values: Sequence[float | None]) -> dict[str, float]:
    known = [value for value in values if value is not None]
    return {"median": round(median(known), 1), "p90": round(float(np.percentile(known, 90)), 1)}
