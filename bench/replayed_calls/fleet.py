"""The fleet, from the file alone: where vehicles stand, how long they take to turn out.

The file names no station's position. A vehicle's post is where production's straight-line times explain best how
long it took from "responding" to "on scene" over its calls (least absolute error over a grid of 100 m). That is an
effective position, not an address. Vehicles with fewer than eight such journeys are left out.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from bench.replayed_calls.kinds import CAPABILITIES
from bench.replayed_calls.parsing import RecordedCall, Vehicle
from services.dispatch.domain.report import Place
from services.dispatch.domain.travelling import Profile
from services.dispatch.travel.straight_line import StraightLineTravel

JOURNEYS = 8
SHORTEST_S, LONGEST_S = 20.0, 900.0
"""Journeys outside are taken for buttons pressed together or forgotten."""
AROUND_M, STEP_M = 6_000.0, 100.0
METRES_A_DEGREE = 111_195.0
TRAVEL = StraightLineTravel()


@dataclass(frozen=True, slots=True)
class Posted:
    """A vehicle with its post; `error_s`: median absolute error of its journeys from there, `turnout_s`: median."""

    unit: str
    capability: str
    post: Place
    turnout_s: float
    journeys: int
    error_s: float


def fleet_of(calls: Sequence[RecordedCall]) -> list[Posted]:
    """All vehicles that the file says enough about, in order of their names."""
    journeys: dict[tuple[str, str], list[tuple[Place, float]]] = defaultdict(list)
    turnouts: dict[str, list[float]] = defaultdict(list)
    for call in calls:
        for vehicle in call.vehicles:
            if vehicle.kind not in CAPABILITIES or vehicle.responding is None:
                continue
            turnouts[vehicle.kind].append((vehicle.responding - vehicle.dispatched).total_seconds())
            seconds = _journey_s(vehicle)
            if seconds is not None:
                journeys[vehicle.unit, vehicle.kind].append((call.place, seconds))
    return [
        _posted(unit, kind, held, median(turnouts[kind]))
        for (unit, kind), held in sorted(journeys.items())
        if len(held) >= JOURNEYS
    ]


def on_scene_s(call: RecordedCall, vehicle: Vehicle, usual: float) -> float:
    """How long a vehicle was bound on scene; `usual` where the file does not say."""
    if vehicle.on_scene is None:
        return usual
    return max(0.0, (vehicle.available - vehicle.on_scene).total_seconds())


def usual_on_scene_s(calls: Sequence[RecordedCall], kind: str) -> float:
    """The median over the vehicles of that kind; 0 if none was ever on scene."""
    known = [
        (vehicle.available - vehicle.on_scene).total_seconds()
        for call in calls
        for vehicle in call.vehicles
        if vehicle.kind == kind and vehicle.on_scene is not None
    ]
    return median(known) if known else 0.0


def _journey_s(vehicle: Vehicle) -> float | None:
    if vehicle.on_scene is None or vehicle.responding is None:
        return None
    seconds = (vehicle.on_scene - vehicle.responding).total_seconds()
    return seconds if SHORTEST_S <= seconds <= LONGEST_S else None


def _posted(unit: str, kind: str, journeys: Sequence[tuple[Place, float]], turnout_s: float) -> Posted:
    places, seconds = [place for place, _ in journeys], np.array([took for _, took in journeys])
    grid = _grid(places)
    errors = np.abs(TRAVEL.table(grid, places, Profile.LIGHTS).seconds - seconds[None, :])
    best = int(np.argmin(errors.mean(axis=1)))
    return Posted(unit, CAPABILITIES[kind], grid[best], turnout_s, len(journeys), float(np.median(errors[best])))


def _grid(places: Sequence[Place]) -> list[Place]:
    lat, lon = (float(np.mean(values)) for values in ([p.lat for p in places], [p.lon for p in places]))
    steps = np.arange(-AROUND_M, AROUND_M + STEP_M, STEP_M) / METRES_A_DEGREE
    shrink = float(np.cos(np.radians(lat)))
    return [Place(lat + float(north), lon + float(east) / shrink) for north in steps for east in steps]
