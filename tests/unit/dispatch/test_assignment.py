"""What becomes of a tablet's report, for each state, step and epoch."""

from dataclasses import asdict
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.vocabulary.dispatching import ACTIVE_ASSIGNMENT, AssignmentState
from schemas.vocabulary.dispatching import AssignmentState as A
from services.dispatch.domain.assignment import REACHES, UNIT_STATE, Step, allowed, judge, moved
from services.dispatch.domain.assignment import Step as S  # noqa: N817
from services.dispatch.domain.assignment import Verdict as V  # noqa: N817
from tests.unit.dispatch.builders import NOON, assignment

JUDGED: dict[A, dict[S, V]] = {
    A.OFFERED: {S.ACCEPT: V.APPLIED, S.DECLINE: V.APPLIED},
    A.ACCEPTED: {S.ACCEPT: V.ALREADY_DONE, S.DECLINE: V.APPLIED, S.EN_ROUTE: V.APPLIED},
    A.EN_ROUTE: {S.ACCEPT: V.ALREADY_DONE, S.EN_ROUTE: V.ALREADY_DONE, S.ON_SCENE: V.APPLIED},
    A.ON_SCENE: {
        S.ACCEPT: V.ALREADY_DONE,
        S.EN_ROUTE: V.ALREADY_DONE,
        S.ON_SCENE: V.ALREADY_DONE,
        S.CLEAR: V.APPLIED,
    },
    A.CLEARED: {step: V.ALREADY_DONE for step in S if step is not S.DECLINE},
    A.DECLINED: {S.DECLINE: V.ALREADY_DONE},
}
"""What is not named: NOT_ALLOWED while it is active, ASSIGNMENT_ENDED after."""


@pytest.mark.parametrize("state", AssignmentState)
@pytest.mark.parametrize("step", Step)
def test_each_step_from_each_state(state: AssignmentState, step: Step) -> None:
    """Under the right epoch: applied, already done, not allowed, or too late."""
    otherwise = V.NOT_ALLOWED if state in ACTIVE_ASSIGNMENT else V.ASSIGNMENT_ENDED
    assert judge(assignment(state), step, 3) is JUDGED.get(state, {}).get(step, otherwise)


@pytest.mark.parametrize("epoch", [1, 2, 4, 99])
@given(state=st.sampled_from(AssignmentState), step=st.sampled_from(Step))
def test_another_epoch_changes_nothing(epoch: int, state: AssignmentState, step: Step) -> None:
    """An older or unknown epoch is stale, whatever the state."""
    assert judge(assignment(state), step, epoch) is V.STALE_EPOCH


@given(st.lists(st.sampled_from(Step), max_size=12))
def test_no_order_of_taps_leaves_the_way(steps: list[Step]) -> None:
    """Any taps in any order: an ended assignment stays ended, and only what `allowed` names is ever applied."""
    now = assignment(A.OFFERED)
    for step in steps:
        verdict = judge(now, step, now.epoch)
        assert (verdict is V.APPLIED) == (step in allowed(now.state))
        if verdict is V.APPLIED:
            assert now.state.active
            now = moved(now, REACHES[step], step, NOON)
    assert (now.ended_at is not None) == (not now.state.active)


@pytest.mark.parametrize("state", AssignmentState)
def test_an_active_assignment_says_what_its_unit_does(state: AssignmentState) -> None:
    """Each active state has its unit's state, an ended one has none: the unit is free."""
    assert (state in UNIT_STATE) == state.active


@pytest.mark.parametrize(
    ("state", "stamp"),
    [(A.ACCEPTED, "accepted_at"), (A.EN_ROUTE, "en_route_at"), (A.ON_SCENE, "on_scene_at"), (A.EXPIRED, "ended_at")],
)
def test_moving_stamps_its_moment_and_ends_the_offer(state: AssignmentState, stamp: str) -> None:
    """Exactly one moment is set, the offer is no longer due, and the given assignment is unchanged."""
    before = assignment(A.OFFERED, due_at=NOON + timedelta(seconds=30))
    after = moved(before, state, "why", NOON)
    changed = {name for name, value in asdict(after).items() if value != asdict(before)[name]}
    assert changed == {"state", "reason", "due_at", stamp}
    assert (after.due_at, asdict(after)[stamp]) == (None, NOON)
