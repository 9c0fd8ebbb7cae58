"""Coverage gaps, and which idle unit should move to which post to close them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from services.dispatch.domain.recommending.coverage import Coverage, Floats, bits, expected
from services.dispatch.domain.recommending.policy import Policy


@dataclass(frozen=True, slots=True)
class Gap:
    """A demand point (its place in the model) that is poorly covered: chance of a free unit in reach, and weight."""

    point: int
    chance: float
    weight: float


@dataclass(frozen=True, slots=True)
class MoveUp:
    """A proposal: `unit` to `post` in `seconds`; `gain` in expected coverage, as a share of all demand (0…1)."""

    unit: str
    post: str
    seconds: float
    gain: float


@dataclass(frozen=True, slots=True)
class Positions:
    """Who could move where: idle units, and seconds from unit to post (no entry: not reachable)."""

    coverage: Coverage
    free: tuple[str, ...]
    seconds: Mapping[str, Mapping[str, float]]
    utilisation: float
    policy: Policy


def coverage_gaps(positions: Positions) -> tuple[Gap, ...]:
    """The heaviest uncovered points first, at most `gaps_shown`; ties by place in the model."""
    coverage, policy = positions.coverage, positions.policy
    chance = 1.0 - _busy(positions) ** _reach(coverage, positions.free).sum(axis=0)
    weights = coverage.weights
    gaps = [
        Gap(point, float(chance[point]), weight)
        for point, weight in enumerate(weights)
        if weight > 0 and chance[point] < policy.gap_below
    ]
    return tuple(sorted(gaps, key=lambda gap: (-gap.weight * (1.0 - gap.chance), gap.point))[: policy.gaps_shown])


def move_ups(positions: Positions) -> tuple[MoveUp, ...]:
    """Greedy: the move that gains most, then the next given the first, each unit once, at most `moves_at_most`.

    A unit that is already at a post gains nothing there and so is never proposed to stay.
    """
    free = tuple(sorted(unit for unit in positions.free if unit in positions.coverage.by_unit))
    if not free or not positions.coverage.by_post:
        return ()
    counts = _reach(positions.coverage, free).sum(axis=0)
    moves: list[MoveUp] = []
    while len(moves) < positions.policy.moves_at_most:
        still = [unit for unit in free if unit not in {move.unit for move in moves}]
        best = _best_move(positions, still, counts)
        if best is None:
            break
        moves.append(best)
        before, after = positions.coverage.by_unit[best.unit], positions.coverage.by_post[best.post]
        rows = bits((before, after), len(positions.coverage.weights))
        counts = counts - rows[0] + rows[1]
    return tuple(moves)


def _best_move(positions: Positions, units: list[str], counts: Floats) -> MoveUp | None:
    """Gains of all pairs at once: what the unit's leaving costs and the post's reach brings where it is missing."""
    coverage, policy, busy = positions.coverage, positions.policy, _busy(positions)
    posts = sorted(coverage.by_post)
    at_posts = bits((coverage.by_post[post] for post in posts), len(coverage.weights))
    now = expected(coverage, counts, busy)
    found: list[MoveUp] = []
    for unit in units:
        left = counts - bits((coverage.by_unit[unit],), len(coverage.weights))[0]
        chance = np.asarray(coverage.weights) / coverage.total * busy**left
        base = expected(coverage, left, busy) - now
        for post, gain in zip(posts, (base + (1.0 - busy) * (at_posts @ chance)).tolist(), strict=True):
            seconds = positions.seconds.get(unit, {}).get(post)
            if seconds is not None and 0 < seconds <= policy.move_within_s and gain >= policy.move_gain_at_least:
                found.append(MoveUp(unit, post, seconds, gain))
    return min(found, key=lambda move: (-round(move.gain, 9), move.seconds, move.unit, move.post), default=None)


def _reach(coverage: Coverage, units: tuple[str, ...]) -> Floats:
    known = [coverage.by_unit[unit] for unit in units if unit in coverage.by_unit]
    points = len(coverage.weights)
    return bits(known, points) if known else np.zeros((1, points))


def _busy(positions: Positions) -> float:
    policy = positions.policy
    return min(max(positions.utilisation, policy.least_busy_fraction), policy.most_busy_fraction)
