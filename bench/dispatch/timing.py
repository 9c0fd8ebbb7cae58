"""How long a decision takes in production's own code, at 60 units and 50 open incidents."""

import gc
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import perf_counter

import numpy as np

from schemas.vocabulary.dispatching import UnitState
from schemas.vocabulary.natures import Priority
from services.dispatch.domain.recommending import (
    Backlog,
    Coverage,
    IncidentView,
    Situation,
    UnitView,
    Work,
    match,
    recommend,
)

UNITS, INCIDENTS, POINTS = 60, 50, 400
NOW = datetime(2026, 1, 1, tzinfo=UTC)
PRIORITIES = (Priority.P1, Priority.P2, Priority.P3)


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds: one recommendation, and the matching of the whole backlog."""

    recommend_p50: float
    recommend_p99: float
    match_p50: float
    match_p99: float


def measure(rounds: int = 400) -> Times:
    """Half of the units busy, some divertible; another random situation each round."""
    one, many = [], []
    for seed in range(rounds):
        backlog = situations(seed)
        gc.collect() if seed % 100 == 0 else None
        many.append(_ms(lambda backlog=backlog: match(backlog)))
        one.append(_ms(lambda known=backlog.situations[seed % INCIDENTS]: recommend(known)))
    return Times(*(float(np.percentile(each, share)) for each in (one, many) for share in (50, 99)))


def situations(seed: int, units: int = UNITS, incidents: int = INCIDENTS) -> Backlog:
    """A random backlog of `incidents` over `units`."""
    random = np.random.default_rng(seed)
    fleet = tuple(_unit(index, random) for index in range(units))
    reach = random.random((units, POINTS)) < 0.2
    by_unit = {unit.id: np.packbits(row).tobytes() for unit, row in zip(fleet, reach, strict=True)}
    coverage = Coverage(tuple(random.random(POINTS).tolist()), by_unit)
    return Backlog(tuple(_situation(index, fleet, coverage, random) for index in range(incidents)))


def _situation(index: int, fleet: tuple[UnitView, ...], coverage: Coverage, random: np.random.Generator) -> Situation:
    opened = NOW - timedelta(seconds=float(random.uniform(0, 900)))
    incident = IncidentView(f"i{index:03d}", PRIORITIES[int(random.integers(3))], opened, 600.0)
    seconds = {unit.id: float(random.uniform(30, 1_500)) for unit in fleet}
    return Situation(incident, fleet, seconds, NOW, 0.4, coverage)


def _unit(index: int, random: np.random.Generator) -> UnitView:
    unit = f"u{index:03d}"
    if random.random() < 0.5:
        return UnitView(unit, UnitState.AVAILABLE, position_at=NOW)
    on_scene = bool(random.random() < 0.7)
    state = UnitState.ON_SCENE if on_scene else UnitState.EN_ROUTE
    work = Work(f"w{index:03d}", PRIORITIES[int(random.integers(1, 3))], NOW, on_scene)
    return UnitView(unit, state, position_at=NOW, work=work)


def _ms(action: object) -> float:
    assert callable(action)
    begin = perf_counter()
    action()
    return (perf_counter() - begin) * 1_000.0
