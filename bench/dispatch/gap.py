"""The gap to the clairvoyant: closest idle, the recommendation with full coverage weighting, and with its defaults."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from bench.dispatch import roving
from bench.dispatch.calls import Mix, draw
from bench.dispatch.city import City, Floats
from bench.dispatch.clairvoyant import Episode, Served, optimum
from bench.dispatch.intervals import mean_interval, ratio_interval
from bench.dispatch.results import Row
from bench.dispatch.side_by_side import by_seed
from services.dispatch.domain.recommending import Policy

MODEL = "clairvoyant_roving"
DAY_S, BOUND_S, TARGET_S = 86_400.0, 1_500.0, 480.0
POLICIES = ("closest_idle", "vigie", "vigie_full_coverage", "clairvoyant")


def rows(city: City, utilisations: Sequence[float], seeds: Sequence[int], workers: int) -> list[Row]:
    """One day a seed. `late_all` counts lost calls as late; gap closed = (closest - ours) / (closest - clairvoyant)."""
    found: list[Row] = []
    for utilisation in utilisations:
        days = by_seed(partial(_day, city, utilisation), seeds, workers)
        late = np.array([[served.late for served in day] for day in days])
        mean_s = np.array([[served.mean_s for served in day] for day in days])
        found += [_row(utilisation, place, late, mean_s) for place in range(len(POLICIES))]
    return found


def _day(city: City, utilisation: float, seed: int) -> tuple[Served, ...]:
    mix = Mix("one kind", (0.0, 1.0, 0.0), (TARGET_S,) * 3, (True,) * 3, BOUND_S)
    calls = draw(city, mix, utilisation * len(city.homes) / BOUND_S, DAY_S, seed)
    episode = Episode(city, calls, TARGET_S)
    ours = roving.vigie(episode, Policy()), roving.vigie(episode, roving.FULL)
    return roving.closest(episode), *ours, optimum(episode)


def _row(utilisation: float, place: int, late: Floats, mean_s: Floats) -> Row:
    intervals = {"late_all": mean_interval(late[:, place]), "mean_p1_s": mean_interval(mean_s[:, place])}
    closed = None
    if place:

        def gap(mean: Floats) -> float:
            return float((mean[0] - mean[place]) / (mean[0] - mean[-1])) if mean[0] > mean[-1] else float("nan")

        closed = gap(late.mean(axis=0))
        intervals["gap_closed"] = ratio_interval(gap, late)
    return Row(
        MODEL,
        utilisation,
        POLICIES[place],
        late_all=float(late[:, place].mean()),
        mean_p1_s=float(np.nanmean(mean_s[:, place])),
        gap_closed=closed,
        ci95=intervals,
        seeds=len(late),
    )
