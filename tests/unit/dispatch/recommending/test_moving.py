"""Coverage gaps and move-up proposals."""

from datetime import timedelta
from typing import Any

import pytest

from schemas.vocabulary.dispatching import UnitState
from services.dispatch.domain.recommending import (
    Policy,
    Positions,
    coverage_gaps,
    expected_coverage,
    free_units,
    gain_of,
    move_ups,
)
from tests.unit.dispatch.recommending.scenes import NOON, ago, bound, coverage, idle

# Both units cover the west; nobody covers the heavy east, which post "e" would.
MODEL = coverage((2.0, 3.0, 0.0), {"a": "100", "b": "100"}, {"w": "100", "e": "010"})
SECONDS = {"a": {"w": 0.0, "e": 300.0}, "b": {"w": 0.0, "e": 200.0}}


def positions(**changes: Any) -> Positions:
    """Two units in the west, both free."""
    values: dict[str, Any] = {
        "coverage": MODEL,
        "free": ("a", "b"),
        "seconds": SECONDS,
        "utilisation": 0.4,
        "policy": Policy(),
    }
    return Positions(**values | changes)


def test_gaps_are_the_points_that_hardly_anybody_reaches_heaviest_first() -> None:
    """Points without demand are no gaps."""
    assert [(gap.point, gap.chance) for gap in coverage_gaps(positions())] == [(1, 0.0)]
    assert [gap.point for gap in coverage_gaps(positions(free=()))] == [1, 0]


def test_one_of_two_moves_to_the_gap_and_the_gain_is_the_one_reckoned_by_hand() -> None:
    """The nearer of two alike; the other then stays, as it is the last in the west."""
    (move,) = move_ups(positions())
    assert (move.unit, move.post, move.seconds) == ("b", "e", 200.0)
    assert move.gain == pytest.approx(0.6 * 0.6 - 0.4 * 0.6 * 0.4)
    assert gain_of(positions(), "b", "e") == pytest.approx(move.gain)


def test_expected_coverage_is_the_share_that_finds_somebody_free() -> None:
    """Two units on the west's two fifths, each busy 40 % of the time; nobody free covers nothing."""
    assert expected_coverage(positions()) == pytest.approx(0.4 * (1 - 0.4**2))
    assert expected_coverage(positions(free=())) == 0.0


def test_a_move_gains_what_expected_coverage_rises_by() -> None:
    """The figure shown with an order is the one the picture changes by; a move for nothing costs."""
    moved = positions(coverage=coverage((2.0, 3.0, 0.0), {"a": "100", "b": "010"}))
    assert gain_of(positions(), "b", "e") == pytest.approx(expected_coverage(moved) - expected_coverage(positions()))
    assert gain_of(positions(), "b", "w") == pytest.approx(0.0)
    assert gain_of(positions(), "b", "nowhere") is None
    assert gain_of(positions(free=("a",)), "b", "e") is None


def test_who_counts_as_free() -> None:
    """Bound, resting, off, leaving, or with a position that is old or not known: not."""
    others = (
        bound("b"),
        idle("c", rest_until=NOON + timedelta(seconds=1)),
        idle("d", state=UnitState.OFF_DUTY),
        idle("e", retiring=True),
        idle("f", position_at=ago(1_801.0)),
        idle("g", position_at=None),
        idle("h", rest_until=NOON),
    )
    assert free_units((idle("a"), *others), NOON, Policy()) == ("a", "h")


@pytest.mark.parametrize(
    "changes",
    [
        {"policy": Policy(move_within_s=100.0)},
        {"policy": Policy(move_gain_at_least=0.5)},
        {"policy": Policy(moves_at_most=0)},
        {"seconds": {}},
        {"free": ()},
    ],
    ids=["too far", "gain too small", "none wanted", "no way", "nobody free"],
)
def test_moves_are_bounded(changes: dict[str, Any]) -> None:
    """By time, by gain, by number, and by who there is."""
    assert move_ups(positions(**changes)) == ()


def test_no_unit_moves_twice_and_proposals_end() -> None:
    """However many are wanted, each unit is proposed once, and only while it gains."""
    model = coverage((1.0,) * 4, {"a": "1000", "b": "1000", "c": "1000"}, {"x": "0100", "y": "0010", "z": "0001"})
    seconds = {unit: dict.fromkeys("xyz", 60.0) for unit in "abc"}
    moves = move_ups(positions(coverage=model, free=("c", "a", "b"), seconds=seconds, policy=Policy(moves_at_most=9)))
    assert [(move.unit, move.post) for move in moves] == [("a", "x"), ("b", "y")]
