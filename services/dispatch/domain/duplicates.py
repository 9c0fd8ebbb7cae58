"""Whether two unfinished incidents may be one happening, seen from two sectors: a score with its reasons.

Nothing is merged by it: an operator decides. Pure: metres, seconds and natures in, score out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from schemas.vocabulary.natures import Nature
from services.dispatch.domain.likeness import may_be_told_twice, related

FORM = 1
"""Number of the form of recorded inputs; raised when a field changes its meaning."""


class Likeness(StrEnum):
    """What speaks for or against two incidents being one."""

    SAME_PLACE = "same_place"
    NEAR = "near"
    TOO_FAR = "too_far"
    SAME_TIME = "same_time"
    SOON_AFTER = "soon_after"
    TOO_LONG_AFTER = "too_long_after"
    SAME_NATURE = "same_nature"
    RELATED_NATURE = "related_nature"
    OTHER_NATURE = "other_nature"
    STANDS_ALONE = "stands_alone"


@dataclass(frozen=True, slots=True)
class DuplicatePolicy:
    """Thresholds: metres, seconds, fractions of 1."""

    same_place_m: float = 80.0
    """DOMAIN.md: Active911 starts from 80 m; FixMyStreet, with positions set by hand, from 50 m."""
    too_far_m: float = 400.0
    """Ours: five times as far. A caller names the corner, the next one the square behind it."""
    accuracy_counts_m: float = 300.0
    """Ours: what the two positions claim as their accuracy widens both limits, together at most by this. A position
    that is surer of nothing than of its quarter says too little to be compared."""
    same_time_s: float = 600.0
    """DOMAIN.md: Active911 starts from 10 minutes."""
    too_late_s: float = 1_800.0
    """DOMAIN.md: a position older than 30 minutes is stale."""
    related_counts: float = 0.7
    """Ours: a related nature is suspected at the same place and time, and up to 170 m; not at 200 m."""
    suspected_from: float = 0.5
    """Ours: the same nature within ten minutes up to 240 m, or at the same place up to 20 minutes later."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Another incident as it is compared: metres between the two, what both accuracies add up to, seconds between
    their openings, its nature."""

    incident: str
    distance_m: float
    accuracy_m: float
    seconds: float
    nature: Nature


@dataclass(frozen=True, slots=True)
class Likely:
    """How likely a candidate is the same happening: 0 surely not … 1 nothing speaks against it; suspected or not."""

    candidate: Candidate
    score: float
    reasons: tuple[Likeness, ...]
    """Of the place, of the time, of the nature."""
    suspected: bool

    @property
    def nature_likeness(self) -> Likeness:
        """How the two natures compare: what tells one suspicion from another, since place and time must fit anyway."""
        return self.reasons[-1]


def compare(nature: Nature, candidates: Iterable[Candidate], policy: DuplicatePolicy) -> tuple[Likely, ...]:
    """All candidates for an incident of `nature`, the likeliest first."""
    found = [_compare(nature, candidate, policy) for candidate in candidates]
    return tuple(sorted(found, key=lambda likely: (-likely.score, likely.candidate.incident)))


def _compare(nature: Nature, candidate: Candidate, policy: DuplicatePolicy) -> Likely:
    wider = min(candidate.accuracy_m, policy.accuracy_counts_m)
    place = _falling(candidate.distance_m, policy.same_place_m + wider, policy.too_far_m + wider)
    time = _falling(abs(candidate.seconds), policy.same_time_s, policy.too_late_s)
    alike, kind = _nature(nature, candidate.nature, policy)
    score = round(place * time * alike, 3)
    reasons = (
        _word(place, Likeness.SAME_PLACE, Likeness.NEAR, Likeness.TOO_FAR),
        _word(time, Likeness.SAME_TIME, Likeness.SOON_AFTER, Likeness.TOO_LONG_AFTER),
        kind,
    )
    return Likely(candidate, score, reasons, score >= policy.suspected_from)


def _falling(value: float, full_until: float, nothing_from: float) -> float:
    """1 up to `full_until`, 0 from `nothing_from`, a straight line between."""
    if value <= full_until:
        return 1.0
    return max(0.0, (nothing_from - value) / (nothing_from - full_until))


def _nature(one: Nature, other: Nature, policy: DuplicatePolicy) -> tuple[float, Likeness]:
    if not may_be_told_twice(one):
        return 0.0, Likeness.STANDS_ALONE
    if one is other:
        return 1.0, Likeness.SAME_NATURE
    if related(one, other):
        return policy.related_counts, Likeness.RELATED_NATURE
    return 0.0, Likeness.OTHER_NATURE


def _word(factor: float, full: Likeness, part: Likeness, none: Likeness) -> Likeness:
    return full if factor == 1.0 else part if factor > 0.0 else none


def as_inputs(nature: Nature, likely: Iterable[Likely], policy: DuplicatePolicy, now: datetime) -> dict[str, Any]:
    """The inputs of a comparison as JSON values, without any position, and the scores; `again` is the inverse."""
    return {
        "form": FORM,
        "clock": now.isoformat(),
        "nature": nature.value,
        "candidates": [
            asdict(known.candidate) | {"score": known.score, "reasons": [reason.value for reason in known.reasons]}
            for known in likely
        ],
        "policy": asdict(policy),
    }


def again(inputs: Mapping[str, Any], policy: DuplicatePolicy | None = None) -> tuple[Likely, ...]:
    """The comparison made again from recorded inputs, by their policy or another one.

    Raises ValueError for another form or a damaged record, KeyError where something is missing.
    """
    if inputs.get("form") != FORM:
        raise ValueError(f"inputs have form {inputs.get('form')!r}, this version reads {FORM}")
    candidates = [
        Candidate(**{name: known[name] for name in Candidate.__slots__} | {"nature": Nature(known["nature"])})
        for known in inputs["candidates"]
    ]
    return compare(Nature(inputs["nature"]), candidates, policy or DuplicatePolicy(**inputs["policy"]))
