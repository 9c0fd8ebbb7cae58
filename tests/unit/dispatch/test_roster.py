"""The roster's lines and a clock give a unit's standing, and what a line's beginning and end do."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.vocabulary.dispatching import RosterKind, UnitState
from services.dispatch.domain.roster import Fault, Line, Standing, Turn, begun, ended, fault, overlapping, standing
from tests.unit.dispatch.builders import NOON

HOURS = st.integers(-40, 40)
lines = st.lists(
    st.builds(
        lambda kind, start, length: line(kind, start, start + length), st.sampled_from(RosterKind), HOURS, HOURS
    ).filter(lambda known: known.starts_at < known.ends_at),
    max_size=6,
)


def at(hours: float) -> datetime:
    """That many hours after noon."""
    return NOON + timedelta(hours=hours)


def line(kind: RosterKind, start: float, end: float, *capabilities: str) -> Line:
    """From and until so many hours after noon."""
    return Line(kind, at(start), at(end), frozenset(capabilities) or None, f"{kind}{start}")


DUTY, ON_CALL, REST = RosterKind.DUTY, RosterKind.ON_CALL, RosterKind.REST


def test_without_lines_nothing_is_said_of_a_unit() -> None:
    """It is what the pack and its crew say."""
    assert standing([], NOON) == Standing()


def test_duty_lasts_over_lines_that_follow_without_a_gap() -> None:
    """A double shift ends with the second; after a pause it is another duty."""
    double = [line(DUTY, -4, 4, "dog"), line(DUTY, 4, 12), line(DUTY, 13, 20)]
    found = standing(double, NOON)
    assert (found.on_duty, found.duty_until, found.capabilities) == (True, at(12), frozenset({"dog"}))


def test_the_moment_of_the_end_is_no_longer_duty() -> None:
    """From is included, until is not: two shifts never hold at once."""
    assert standing([line(DUTY, -8, 0)], NOON) == Standing()
    assert standing([line(DUTY, 0, 8)], NOON).on_duty


def test_duty_outranks_being_on_call_and_brings_its_own_means() -> None:
    """An on-call line that overlaps duty does not make the crew come from home."""
    both = [line(ON_CALL, -8, 8, "boat"), line(DUTY, -1, 1, "dog")]
    found = standing(both, NOON)
    assert (found.on_duty, found.on_call, found.capabilities) == (True, False, frozenset({"dog"}))
    later = standing(both, at(2))
    assert (later.on_call, later.capabilities) == (True, frozenset({"boat"}))


def test_rest_is_known_until_its_end() -> None:
    """Rest counts beside whatever else is said."""
    assert standing([line(REST, -1, 10), line(ON_CALL, -1, 10)], NOON).rest_until == at(10)


@given(lines, HOURS)
def test_a_standing_never_contradicts_its_lines(known: list[Line], hour: int) -> None:
    """On duty exactly while a duty line covers the clock, and its end lies ahead; the same for rest."""
    now = at(hour)
    found = standing(known, now)
    duty = [each for each in known if each.kind is DUTY and each.covers(now)]
    assert found.on_duty is bool(duty)
    assert (found.duty_until is not None) is bool(duty)
    assert found.duty_until is None or found.duty_until >= max(each.ends_at for each in duty) > now
    assert not (found.on_duty and found.on_call)
    rest = [each for each in known if each.kind is REST and each.covers(now)]
    assert (found.rest_until is not None) is bool(rest)


@pytest.mark.parametrize(
    ("known", "why"),
    [
        (line(DUTY, 2, 2), Fault.ENDS_BEFORE_START),
        (line(ON_CALL, 1, 37.1), Fault.TOO_LONG),
        (line(REST, -8, 0), Fault.OVER),
        (line(DUTY, -8, 1), None),
        (line(DUTY, 1, 37), None),
    ],
)
def test_a_line_that_cannot_be_set_says_why(known: Line, why: Fault | None) -> None:
    """Backwards, longer than 36 hours, or over."""
    assert fault(known, NOON) is why


def test_duty_lines_that_touch_do_not_overlap() -> None:
    """Shift change at two is two shifts; one minute in common is a mistake. Other kinds may lie anywhere."""
    held = [line(DUTY, -6, 2), line(REST, 2, 10)]
    assert overlapping(line(DUTY, 2, 10), held) is None
    assert overlapping(line(DUTY, 1.9, 10), held) == held[0]
    assert overlapping(line(ON_CALL, -6, 10), held) is None


@pytest.mark.parametrize("state", UnitState)
def test_only_a_unit_off_duty_comes_on_duty(state: UnitState) -> None:
    """A crew that is there already, at work or unavailable by its own word stays what it is; so does a retired one."""
    expected = Turn.COMES_ON_DUTY if state is UnitState.OFF_DUTY else Turn.STAYS
    assert begun(line(DUTY, 0, 8), state, retiring=False, busy=False) is expected
    assert begun(line(DUTY, 0, 8), state, retiring=True, busy=False) is Turn.STAYS
    assert begun(line(ON_CALL, 0, 8), state, retiring=False, busy=False) is Turn.STAYS
    assert begun(line(DUTY, 0, 8), state, retiring=False, busy=True) is Turn.STAYS_WHEN_CLEAR


def test_the_end_of_duty_never_interrupts_an_assignment() -> None:
    """Free: off duty at once. Bound: when clear. With another duty in force, or off duty already: nothing."""
    over = line(DUTY, -8, 0)
    assert ended(over, [over], UnitState.AVAILABLE, busy=False, now=NOON) is Turn.GOES_OFF_DUTY
    assert ended(over, [over], UnitState.ON_SCENE, busy=True, now=NOON) is Turn.GOES_OFF_WHEN_CLEAR
    assert ended(over, [over, line(DUTY, 0, 8)], UnitState.AVAILABLE, busy=False, now=NOON) is Turn.STAYS
    assert ended(over, [over], UnitState.OFF_DUTY, busy=False, now=NOON) is Turn.STAYS
    assert ended(line(REST, -8, 0), [], UnitState.AVAILABLE, busy=False, now=NOON) is Turn.STAYS
