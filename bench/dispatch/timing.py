"""How long a decision takes in production's own code, at 60 units and 50 open incidents."""

import gc
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from time import perf_counter, thread_time

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
    """Milliseconds, by the clock and in processor time (what remains when other programs use the machine too)."""

    clock_p50: float
    clock_p99: float
    processor_p99: float


def measure(rounds: int = 400) -> tuple[Times, Times]:
    """One recommendation, and the matching of the whole backlog; half of the units busy, other figures each round."""
    one, many = [], []
    for seed in range(rounds):
        backlog = situations(seed)
        known = backlog.situations[seed % INCIDENTS]
        gc.collect()  # what building the scene left behind is not the decision's
        many.append(_ms(partial(match, backlog)))
        one.append(_ms(partial(recommend, known)))
    return _times(one), _times(many)


def situations(seed: int, units: int = UNITS, incidents: int = INCIDENTS, busy: float = 0.5) -> Backlog:
    """A random backlog of `incidents` over `units`, of which about the share `busy` is bound."""
    random = np.random.default_rng(seed)
    fleet = tuple(_unit(index, random, busy) for index in range(units))
    reach = random.random((units, POINTS)) < 0.2
    by_unit = {unit.id: np.packbits(row).tobytes() for unit, row in zip(fleet, reach, strict=True)}
    coverage = Coverage(tuple(random.random(POINTS).tolist()), by_unit)
    return Backlog(tuple(_situation(index, fleet, coverage, random) for index in range(incidents)))


def _situation(index: int, fleet: tuple[UnitView, ...], coverage: Coverage, random: np.random.Generator) -> Situation:
    opened = NOW - timedelta(seconds=float(random.uniform(0, 900)))
    incident = IncidentView(f"i{index:03d}", PRIORITIES[int(random.integers(3))], opened, 600.0)
    seconds = {unit.id: float(random.uniform(30, 1_500)) for unit in fleet}
    return Situation(incident, fleet, seconds, NOW, 0.4, coverage)


def _unit(index: int, random: np.random.Generator, busy: float) -> UnitView:
    unit = f"u{index:03d}"
    if random.random() >= busy:
        return UnitView(unit, UnitState.AVAILABLE, position_at=NOW)
    on_scene = bool(random.random() < 0.7)
    state = UnitState.ON_SCENE if on_scene else UnitState.EN_ROUTE
    work = Work(f"w{index:03d}", PRIORITIES[int(random.integers(1, 3))], NOW, on_scene)
    return UnitView(unit, state, position_at=NOW, work=work)


def _ms(action: Callable[[], object]) -> tuple[float, float]:
    begin, worked = perf_counter(), thread_time()
    action()
    spent, used = perf_counter() - begin, thread_time() - worked
    return spent * 1_000.0, used * 1_000.0


def _times(measured: list[tuple[float, float]]) -> Times:
    clock, processor = np.array(measured).T
    return Times(float(np.percentile(clock, 50)), float(np.percentile(clock, 99)), float(np.percentile(processor, 99)))
