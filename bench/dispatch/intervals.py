"""95 % intervals over paired seeds."""

from collections.abc import Callable

import numpy as np
from scipy.stats import t as student

from bench.dispatch.city import Floats

LEVEL, RESAMPLES = 0.95, 2_000
Interval = tuple[float, float]


def mean_interval(values: Floats) -> Interval:
    """Student's interval of the mean of one value a seed."""
    values = np.asarray(values, dtype=np.float64)
    values = values[np.isfinite(values)]
    if len(values) < 2:
        return float("nan"), float("nan")
    half = float(student.ppf((1 + LEVEL) / 2, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values)))
    return float(values.mean()) - half, float(values.mean()) + half


def ratio_interval(statistic: Callable[[Floats], float], by_seed: Floats) -> Interval:
    """Percentile bootstrap over seeds (rows stay together, so pairs stay pairs) of a statistic of the mean row."""
    random = np.random.default_rng(7)
    picks = random.integers(len(by_seed), size=(RESAMPLES, len(by_seed)))
    found = np.array([statistic(by_seed[pick].mean(axis=0)) for pick in picks])
    if np.isnan(found).all():
        return float("nan"), float("nan")
    low, high = np.nanpercentile(found, [100 * (1 - LEVEL) / 2, 100 * (1 + LEVEL) / 2])
    return float(low), float(high)
