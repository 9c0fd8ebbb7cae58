"""Each refusal has its reason, and help is never refused for want of a position."""

from datetime import timedelta
from typing import Any

import pytest

from schemas.vocabulary.dispatching import UnitState
from schemas.vocabulary.natures import Priority
from services.dispatch.domain.recommending import Policy, Reason, Refusal, Rule, recommend
from tests.unit.dispatch.recommending.scenes import NOON, ago, best, idle, incident, situation

REFUSED: list[tuple[dict[str, Any], Refusal]] = [
    ({"retiring": True}, Refusal.RETIRING),
    ({"state": UnitState.OFF_DUTY}, Refusal.OFF_DUTY),
    ({"state": UnitState.UNAVAILABLE}, Refusal.UNAVAILABLE),
    ({"state": UnitState.ASSIGNED}, Refusal.OCCUPIED),
    ({"rest_until": NOON + timedelta(seconds=1)}, Refusal.RESTING),
    ({"capabilities": frozenset({"car"})}, Refusal.LACKS_CAPABILITY),
    ({"position_at": ago(1_801.0)}, Refusal.POSITION_STALE),
    ({"position_at": None}, Refusal.POSITION_UNKNOWN),
]


@pytest.mark.parametrize(("changes", "reason"), REFUSED, ids=[reason for _, reason in REFUSED])
def test_a_unit_is_refused_with_its_reason(changes: dict[str, Any], reason: Refusal) -> None:
    """One thing wrong, one reason, even if it would be there first."""
    able = frozenset({"car", "first_aid"})
    units = {idle("a", **{"capabilities": able} | changes): 1.0, idle("b", capabilities=able): 500.0}
    found = recommend(situation(units, incident(capabilities=able)))
    assert [(known.unit, known.reason) for known in found.refused] == [("a", reason)]
    assert best(found).unit == "b"


def test_a_unit_that_was_asked_lately_is_not_asked_again_yet() -> None:
    """Neither idle nor last of all: who let the offer lapse a moment ago has its rest, however near."""
    asked = frozenset({"a"})
    scene = situation({idle("a"): 1.0, idle("b"): 500.0}, incident(declined=asked, asked_lately=asked))
    found = recommend(scene)
    assert [known.unit for known in found.ranked] == ["b"]
    assert [(known.unit, known.reason) for known in found.refused] == [("a", Refusal.ASKED_LATELY)]


def test_an_unreachable_unit_is_refused_with_the_travel_engine_s_word() -> None:
    """No huge number stands for no way."""
    scene = situation({idle("b"): 5.0}, units=(idle("a"), idle("b")), unreachable={"a": "no_path"})
    (refused,) = recommend(scene).refused
    assert (refused.unit, refused.reason, refused.detail) == ("a", Refusal.UNREACHABLE, "no_path")


def test_who_calls_for_help_is_not_sent_to_himself() -> None:
    """Officers in distress are not their own help."""
    found = recommend(situation({idle("a"): 0.0, idle("b"): 90.0}, incident(callers=frozenset({"a"}))))
    assert found.refused[0].reason is Refusal.CALLS_FOR_HELP


@pytest.mark.parametrize(("priority", "goes"), [(Priority.P1, True), (Priority.P2, True), (Priority.P3, False)])
def test_routine_work_is_not_given_to_a_crew_whose_duty_ends_before_it_arrives(priority: Priority, goes: bool) -> None:
    """For urgent work the crew goes all the same."""
    late = idle("a", duty_until=NOON + timedelta(seconds=60))
    found = recommend(situation({late: 61.0}, incident(priority)))
    assert bool(found.ranked) is goes


def test_with_nobody_else_left_a_unit_is_sent_blindly_before_one_that_declined() -> None:
    """Better sent by an old position, or none, than not at all; who declined still comes last."""
    stale, unknown = idle("a", position_at=ago(4_000.0)), idle("b", position_at=None)
    scene = situation(
        {stale: 200.0, idle("c"): 10.0}, incident(declined=frozenset({"c"})), units=(unknown, stale, idle("c"))
    )
    found = recommend(scene)
    assert found.rule is Rule.SENT_BLINDLY
    assert [(known.unit, known.reason) for known in found.ranked] == [
        ("a", Reason.POSITION_STALE),
        ("b", Reason.POSITION_UNKNOWN),
        ("c", Reason.DECLINED_BEFORE),
    ]


def test_a_centre_may_choose_never_to_send_blindly() -> None:
    """Then the answer is that there is nobody."""
    found = recommend(situation({idle("a", position_at=None): 5.0}, policy=Policy(send_blindly=False)))
    assert (found.rule, found.best) == (Rule.NO_UNIT, None)
