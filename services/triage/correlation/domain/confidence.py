"""How sure we are that two alarms, or all alarms of a situation, are one happening.

A **link** between an alarm and a situation is a product, each factor in [0.5, 1]:

    link = place · time · kind        (for the same subject: 1; for the same device: 0.95 · time · kind)
    place = 1 − d / (2 · near)        d: metres that the accuracies do not explain; 0.75 if a position is missing
    time  = 1 − Δt / (2 · within)     Δt: seconds since the situation's last alarm
    kind  = 1 same nature, 0.9 same family, 0.8 compatible families

A **situation** is doubted only if every independent device is wrong, so each further device multiplies the doubt:

    confidence = 1 − Π (1 − link of each further device's first alarm)

One alarm alone, or one device alone, is one happening as far as anyone can tell: 1, or its weakest link. Nearer,
sooner, more alike, or seen by more devices never lowers a confidence.
"""

from schemas.vocabulary.natures import NATURES, Nature
from services.triage.correlation.domain.reach import Reach

UNKNOWN_PLACE = 0.75
SAME_DEVICE = 0.95


def link(
    distance_m: float | None, apart_s: float, one: Nature, other: Nature, reach: Reach, *, same_device: bool = False
) -> float:
    """The confidence of one link. `distance_m`: beyond doubt; None if a position is missing."""
    place = SAME_DEVICE if same_device else UNKNOWN_PLACE if distance_m is None else _fading(distance_m, reach.near_m)
    return place * _fading(abs(apart_s), reach.within_s) * _kind(one, other)


def standing(doubt: float, weakest: float, sources: int) -> float:
    """A situation's confidence from its doubt (product over further devices) and, with one device, its weakest link."""
    return 1.0 - doubt if sources > 1 else weakest


def _fading(value: float, limit: float) -> float:
    return max(0.5, 1.0 - value / (2.0 * limit))


def _kind(one: Nature, other: Nature) -> float:
    if one is other:
        return 1.0
    return 0.9 if NATURES[one].family is NATURES[other].family else 0.8
