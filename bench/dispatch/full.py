"""The full simulation: turnout, journeys in traffic, diversion, queue, shifts and breaks, by utilisation and policy."""

from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from functools import partial

import numpy as np

from bench.dispatch.calls import Mix, draw
from bench.dispatch.choosers.closest import ClosestIdle, ClosestIdleMoving
from bench.dispatch.choosers.vigie import Vigie
from bench.dispatch.city import City, Floats
from bench.dispatch.intervals import mean_interval, ratio_interval
from bench.dispatch.results import Row
from bench.dispatch.side_by_side import by_seed
from bench.dispatch.simulation.car import TURNOUT_POST_S
from bench.dispatch.simulation.roster import Roster
from bench.dispatch.simulation.world import Chooser, World, cars_of, times
from schemas.vocabulary.natures import Priority
from services.dispatch.domain.recommending import Policy

DAY_S = 86_400.0
BASELINE = "closest_idle"
TRAINING_SEEDS, REPORT_SEEDS = 1_000, 20_000
"""First seeds: policy parameters were chosen on the former, everything is reported on the latter."""
LATE_P1, FIGURES = 3, 6
"""Place of `late_p1` in, and number of, the figures of Counted."""
PILOT_DAYS, PILOT_ROUNDS = 28.0, 3

Make = Callable[[City, Mix], Chooser]


def _vigie(city: City, mix: Mix, moving: bool) -> Chooser:
    return Vigie(city, Policy(), mix.targets_s[0] - TURNOUT_POST_S, moving)


def _closest_moving(city: City, mix: Mix) -> Chooser:
    return ClosestIdleMoving(city, Policy(), mix.targets_s[0] - TURNOUT_POST_S, True)


POLICIES: dict[str, Make] = {
    BASELINE: lambda city, mix: ClosestIdle(),
    "closest_idle_moving": _closest_moving,
    "vigie_without_moves": partial(_vigie, moving=False),
    "vigie": partial(_vigie, moving=True),
}
"""`vigie`: every first proposal followed, also relief and move-up. The other two show what comes from where."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One city and mix, at one nominal utilisation and its calibrated rate, over `seeds` of `days` each."""

    city: City
    mix: Mix
    utilisation: float
    rate_per_s: float
    days: float
    policies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """One run: calls, late calls, P1 calls, late ones, sum of P1 seconds, utilisation as measured."""

    calls: float
    late: float
    p1: float
    late_p1: float
    p1_s: float
    utilisation: float


def calibrate(city: City, mix: Mix, utilisation: float) -> float:
    """Calls a second at which closest idle keeps its cars so busy, on a training seed."""
    rate = utilisation * len(city.homes) / (mix.on_scene_mean_s + 300.0)
    for _ in range(PILOT_ROUNDS):
        measured = play(Plan(city, mix, utilisation, rate, PILOT_DAYS, ()), BASELINE, TRAINING_SEEDS).utilisation
        rate *= utilisation / measured
    return rate


def play(plan: Plan, policy: str, seed: int) -> Counted:
    """One run."""
    calls = draw(plan.city, plan.mix, plan.rate_per_s, plan.days * DAY_S, seed)
    world = World(plan.city, cars_of(plan.city), POLICIES[policy](plan.city, plan.mix), Roster())
    outcomes = world.run(calls)
    seconds = times(outcomes)
    late = seconds > np.array([call.target_s for call in calls])
    urgent = np.array([call.priority is Priority.P1 for call in calls])
    busy = world.busy_car_s / world.duty_car_s
    return Counted(
        calls=float(len(calls)),
        late=float(late.sum()),
        p1=float(urgent.sum()),
        late_p1=float(late[urgent].sum()),
        p1_s=float(seconds[urgent].sum()),
        utilisation=busy,
    )


def compare(plan: Plan, seeds: Sequence[int], workers: int) -> list[Row]:
    """All policies of the plan on the same seeds, `workers` runs at a time."""
    found = by_seed(lambda seed: [play(plan, policy, seed) for policy in plan.policies], seeds, workers)
    counted = {policy: np.array([_row(known[index]) for known in found]) for index, policy in enumerate(plan.policies)}
    return [_summary(plan, policy, counted) for policy in plan.policies]


def _cut(mean: Floats) -> float:
    """Share of late P1 saved, from one policy's mean figures followed by the baseline's."""
    own, base = float(mean[LATE_P1]), float(mean[FIGURES + LATE_P1])
    return 1.0 - own / base if base else float("nan")


def _row(known: Counted) -> list[float]:
    return list(astuple(known))


def _summary(plan: Plan, policy: str, counted: dict[str, Floats]) -> Row:
    own, base = counted[policy], counted[BASELINE]
    calls, late, p1, late_p1, p1_s, _ = own.sum(axis=0)
    both = np.hstack([own, base])
    cut = 1.0 - late_p1 / base[:, 3].sum() if base[:, 3].any() else float("nan")
    intervals = {
        "late_p1": mean_interval(own[:, 3] / own[:, 2]),
        "late_all": mean_interval(own[:, 1] / own[:, 0]),
        "mean_p1_s": mean_interval(own[:, 4] / own[:, 2]),
        "late_all_more": mean_interval((own[:, 1] - base[:, 1]) / own[:, 0]),
        "mean_p1_s_more": mean_interval((own[:, 4] - base[:, 4]) / own[:, 2]),
    }
    if policy != BASELINE:
        intervals["late_p1_cut"] = ratio_interval(_cut, both)
    return Row(
        f"{plan.city.name}_{plan.mix.name}",
        plan.utilisation,
        policy,
        late_p1=float(late_p1 / p1),
        late_all=float(late / calls),
        mean_p1_s=float(p1_s / p1),
        ci95=intervals,
        late_p1_cut=None if policy == BASELINE else float(cut),
        seeds=len(own),
        utilisation_measured=float(own[:, 5].mean()),
    )
