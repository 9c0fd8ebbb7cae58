"""Coverage gaps, and which idle unit should move to which post to close them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from schemas.vocabulary.dispatching import UnitState
from services.dispatch.domain.recommending.coverage import Coverage, Floats, bits
from services.dispatch.domain.recommending.policy import Policy
from services.dispatch.domain.recommending.situation import UnitView


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


def free_units(units: Iterable[UnitView], now: datetime, policy: Policy) -> tuple[str, ...]:
    """Those that count towards coverage: available, rested, bound to nothing, and where they are is known."""
    return tuple(unit.id for unit in units if _is_free(unit, now, policy))


def expected_coverage(positions: Positions) -> float:
    """The share of demand (0…1) that finds a free unit in reach."""
    coverage = positions.coverage
    chance = 1.0 - _busy(positions) ** _reach(coverage, positions.free).sum(axis=0)
    return float(chance @ np.asarray(coverage.weights)) / coverage.total


def gain_of(positions: Positions, unit: str, post: str) -> float | None:
    """What this one move would bring in expected coverage (0…1, or below 0); None for an unknown unit or post."""
    coverage = positions.coverage
    if unit not in positions.free or unit not in coverage.by_unit or post not in coverage.by_post:
        return None
    reach = _reach(coverage, positions.free)
    at_post = bits([coverage.by_post[post]], len(coverage.weights))
    known = [each for each in positions.free if each in coverage.by_unit]
    weights = np.asarray(coverage.weights) / coverage.total
    return float(_gains(reach, at_post, weights, _busy(positions))[known.index(unit), 0])


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
    coverage, posts = positions.coverage, sorted(positions.coverage.by_post)
    reach = _reach(coverage, free)
    at_posts = bits((coverage.by_post[post] for post in posts), len(coverage.weights))
    weights = np.asarray(coverage.weights) / coverage.total
    moves: list[MoveUp] = []
    for _ in range(positions.policy.moves_at_most):
        gains = _gains(reach, at_posts, weights, _busy(positions))
        moved = {move.unit for move in moves}
        best = _best_move(positions, [unit if unit not in moved else None for unit in free], posts, gains)
        if best is None:
            break
        moves.append(best)
        reach[free.index(best.unit)] = at_posts[posts.index(best.post)]
    return tuple(moves)


def _gains(reach: Floats, at_posts: Floats, weights: Floats, busy: float) -> Floats:
    """Units × posts: what the post's reach brings where it is missing, less what the unit's leaving costs."""
    others = reach.sum(axis=0) - reach
    alone: Floats = weights * (1.0 - busy) * busy**others
    gains: Floats = alone @ at_posts.T - (alone * reach).sum(axis=1, keepdims=True)
    return gains


def _best_move(positions: Positions, units: Sequence[str | None], posts: Sequence[str], gains: Floats) -> MoveUp | None:
    """The move that gains most; ties by seconds, unit, post. None among `units`: has moved already."""
    policy = positions.policy
    found: list[MoveUp] = []
    for row, column in np.argwhere(gains >= policy.move_gain_at_least).tolist():
        unit, post = units[row], posts[column]
        seconds = positions.seconds.get(unit, {}).get(post) if unit is not None else None
        if unit is not None and seconds is not None and 0 < seconds <= policy.move_within_s:
            found.append(MoveUp(unit, post, seconds, float(gains[row, column])))
    return min(found, key=lambda move: (-round(move.gain, 9), move.seconds, move.unit, move.post), default=None)


def _is_free(unit: UnitView, now: datetime, policy: Policy) -> bool:
    rested = unit.rest_until is None or unit.rest_until <= now
    known = unit.position_at is not None and (now - unit.position_at).total_seconds() <= policy.position_stale_s
    return unit.state is UnitState.AVAILABLE and unit.work is None and not unit.retiring and rested and known


def _reach(coverage: Coverage, units: tuple[str, ...]) -> Floats:
    known = [coverage.by_unit[unit] for unit in units if unit in coverage.by_unit]
    points = len(coverage.weights)
    return bits(known, points) if known else np.zeros((1, points))


def _busy(positions: Positions) -> float:
    policy = positions.policy
    return min(max(positions.utilisation, policy.least_busy_fraction), policy.most_busy_fraction)
