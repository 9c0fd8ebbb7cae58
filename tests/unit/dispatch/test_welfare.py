"""When a unit on scene is asked whether it is well, what counts as its answer, and what the room is shown."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.vocabulary.dispatching import AssignmentState
from services.dispatch.domain.assignment import Assignment, moved
from services.dispatch.domain.attention import WELFARE_CHECK, WELFARE_UNANSWERED, more_serious
from services.dispatch.domain.welfare import Due, asked, due, heard, missed, settled
from tests.unit.dispatch.builders import NOON, assignment

AFTER, ANSWER = timedelta(minutes=20), timedelta(minutes=1)


def at(minutes: float) -> datetime:
    """That many minutes after noon."""
    return NOON + timedelta(minutes=minutes)


def silent() -> Assignment:
    """On scene since noon."""
    return heard(assignment(AssignmentState.ON_SCENE), None, NOON, AFTER)


def test_a_silent_unit_is_asked_and_then_the_room_is_alerted_once() -> None:
    """Twenty minutes, then one; after that nothing more is due until the officer speaks."""
    unit = silent()
    assert due(unit, at(19.9)) is None
    assert due(unit, at(20)) is Due.ASK
    question = asked(unit, at(20), ANSWER)
    assert due(question, at(20.9)) is None
    assert due(question, at(21)) is Due.ALERT
    assert due(missed(question), at(600)) is None


@pytest.mark.parametrize("state", [state for state in AssignmentState if state is not AssignmentState.ON_SCENE])
def test_only_a_unit_on_scene_is_asked(state: AssignmentState) -> None:
    """On its way it drives; once the assignment has ended nobody is asked, whatever stood there."""
    assert due(assignment(state, welfare_at=NOON), at(1)) is None
    assert heard(assignment(state), None, NOON, AFTER) == assignment(state)
    after = moved(asked(silent(), at(20), ANSWER), state, "x", at(20))
    assert (after.welfare_at, after.welfare_asked_at) == (None, None)


def test_an_answer_arms_the_next_check_also_when_it_comes_late() -> None:
    """After the alert an answer still counts."""
    late = heard(missed(asked(silent(), at(20), ANSWER)), None, at(30), AFTER)
    assert (late.welfare_asked_at, late.welfare_at) == (None, at(50))


def test_what_was_said_before_the_question_is_no_answer_to_it() -> None:
    """A tap that waited in the tablet without a network; a clock one minute behind is allowed for."""
    question = asked(silent(), at(20), ANSWER)
    assert heard(question, at(18.9), at(20.5), AFTER) == question
    assert heard(question, at(19.1), at(20.5), AFTER).welfare_asked_at is None


def test_a_clock_that_runs_ahead_puts_no_check_off_further() -> None:
    """Tomorrow's date counts as now."""
    assert heard(silent(), at(1_440), at(5), AFTER).welfare_at == at(25)


@given(st.integers(-60, 60), st.integers(0, 19))
def test_a_sign_of_life_never_brings_a_check_forward(said: int, now: int) -> None:
    """Whatever its date."""
    after = heard(silent(), at(said), at(now), AFTER)
    assert after.welfare_at is not None
    assert at(20) <= after.welfare_at <= at(now + 20)


def test_what_the_room_is_shown_of_several_units() -> None:
    """The worst silence of the incident's units; other calls for attention are left alone."""
    fine, question = silent(), asked(silent(), at(20), ANSWER)
    assert settled(WELFARE_UNANSWERED, [fine, missed(question)]) == WELFARE_UNANSWERED
    assert settled(WELFARE_UNANSWERED, [fine, question]) == WELFARE_CHECK
    assert settled(WELFARE_CHECK, [fine]) is None
    assert settled("no_unit_free", [fine]) == "no_unit_free"


@pytest.mark.parametrize("other", ["no_unit_left", "unacknowledged_p1", "device_cancel"])
def test_an_officer_who_does_not_answer_is_hidden_by_nothing(other: str) -> None:
    """And one who is only asked hides nothing; else the newest call is shown."""
    assert more_serious(WELFARE_UNANSWERED, other) == WELFARE_UNANSWERED
    assert more_serious(other, WELFARE_UNANSWERED) == WELFARE_UNANSWERED
    assert more_serious(other, WELFARE_CHECK) == other
    assert more_serious(WELFARE_CHECK, other) == other
    assert more_serious(None, WELFARE_CHECK) == WELFARE_CHECK
    assert more_serious("merge_proposed", other) == other
