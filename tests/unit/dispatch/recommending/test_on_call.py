"""Crews on call (*astreinte*): counted with the time they need to come in, and never as cover."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given

from schemas.vocabulary.dispatching import UnitState
from schemas.vocabulary.natures import Priority
from services.dispatch.domain.recommending import (
    Backlog,
    Policy,
    Reason,
    Refusal,
    Rule,
    Situation,
    UnitView,
    match,
    recommend,
)
from services.dispatch.domain.recommending.eligibility import free_for_next
from services.dispatch.domain.recommending.recording import as_inputs, from_inputs
from tests.unit.dispatch.recommending.any_situation import situations
from tests.unit.dispatch.recommending.scenes import NOON, ago, best, bound, idle, incident, situation

ROUTINE = [Priority.P2, Priority.P3, Priority.P4]


def on_call(unit: str, **changes: Any) -> UnitView:
    """A crew at home."""
    return idle(unit, **{"state": UnitState.OFF_DUTY, "on_call": True} | changes)


@pytest.mark.parametrize("priority", ROUTINE)
def test_for_routine_work_whoever_is_on_duty_goes_first(priority: Priority) -> None:
    """However far: a crew on call is proposed after all idle units."""
    found = recommend(situation({on_call("a"): 1.0, idle("b"): 2_000.0, idle("c"): 3_000.0}, incident(priority)))
    assert [(known.unit, known.reason) for known in found.ranked][-1] == ("a", Reason.ON_CALL)
    assert best(found).unit == "b"


@pytest.mark.parametrize("priority", Priority)
def test_with_nobody_on_duty_left_a_crew_on_call_is_called_in(priority: Priority) -> None:
    """Before who declined and before who is sent blindly; its time includes the quarter of an hour to come in."""
    scene = {on_call("a"): 60.0, idle("b"): 5.0, idle("c", position_at=None): 5.0}
    found = recommend(situation(scene, incident(priority, declined=frozenset({"b"}))))
    assert (found.rule, best(found).reason, best(found).seconds) == (Rule.ONLY_ON_CALL_LEFT, Reason.ON_CALL, 960.0)
    assert [known.unit for known in found.ranked] == ["a", "b"]
    assert [known.reason for known in found.refused] == [Refusal.POSITION_UNKNOWN]


def test_for_life_in_danger_time_decides_with_the_time_to_come_in() -> None:
    """Nearer by more than the quarter of an hour goes first, else not."""
    near = recommend(situation({on_call("a"): 50.0, idle("b"): 951.0}))
    assert (best(near).unit, best(near).reason, near.rule) == ("a", Reason.ON_CALL, Rule.FASTEST)
    far = recommend(situation({on_call("a"): 52.0, idle("b"): 951.0}))
    assert [known.unit for known in far.ranked] == ["b", "a"]


def test_a_unit_is_diverted_only_if_it_gains_over_a_crew_on_call_too() -> None:
    """Calling in costs nobody a unit: 29 s sooner are not worth an incident's."""
    found = recommend(situation({on_call("a"): 100.0, bound("b"): 971.0}))
    assert (best(found).unit, found.refused[0].reason) == ("a", Refusal.GAIN_TOO_SMALL)
    assert best(situation({on_call("a"): 100.0, bound("b"): 970.0})).diverts == "w-b"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"on_call": False}, Refusal.OFF_DUTY),
        ({"rest_until": NOON + timedelta(hours=1)}, Refusal.RESTING),
        ({"retiring": True}, Refusal.RETIRING),
        ({"state": UnitState.UNAVAILABLE}, Refusal.UNAVAILABLE),
    ],
)
def test_being_on_call_lifts_nothing_but_being_off_duty(changes: dict[str, Any], reason: Refusal) -> None:
    """Rest, retirement and the crew's own word hold."""
    assert [known.reason for known in recommend(situation({on_call("a", **changes): 1.0})).refused] == [reason]


def test_a_crew_at_home_starts_from_where_its_unit_was_last() -> None:
    """Its sender is off: an old position is no reason to send it blindly."""
    found = recommend(situation({on_call("a", position_at=ago(80_000.0)): 10.0}))
    assert best(found).reason is Reason.ON_CALL


@given(situations())
def test_who_is_on_call_covers_nothing(known: Situation) -> None:
    """Coverage counts units on duty only."""
    assert not any(free_for_next(unit, known) for unit in known.units if unit.state is UnitState.OFF_DUTY)


def test_once_called_in_it_is_like_any_other() -> None:
    """On its way to routine work it may be diverted, without the time to come in a second time."""
    moving = on_call("a", state=UnitState.EN_ROUTE, work=bound("a").work)
    assert best(situation({moving: 100.0})).seconds == 100.0


def test_a_backlog_calls_in_only_who_is_needed() -> None:
    """Two wait, one is idle: routine work keeps to it; life in danger may take the crew on call as well."""
    units = {idle("a"): 10.0, on_call("b"): 10.0}

    def pairs(priority: Priority) -> list[tuple[str, str]]:
        both = tuple(situation(units, incident(priority, id=name)) for name in ("i1", "i2"))
        return [(pair.incident, pair.unit) for pair in match(Backlog(both)).pairs]

    assert pairs(Priority.P3) == [("i1", "a")] or pairs(Priority.P3) == [("i2", "a")]
    assert sorted(unit for _, unit in pairs(Priority.P1)) == ["a", "b"]


def test_a_record_from_before_rosters_is_read_and_evaluated_alike() -> None:
    """Form 1 without `on_call` and its turnout: units of that time were never on call."""
    known = situation({idle("a"): 10.0, idle("b", state=UnitState.OFF_DUTY): 5.0})
    old = json.loads(json.dumps(as_inputs(known)))
    for unit in old["units"]:
        del unit["on_call"]
    del old["policy"]["on_call_turnout_s"]
    assert recommend(from_inputs(old)) == recommend(known)
    assert from_inputs(old).policy == Policy()
