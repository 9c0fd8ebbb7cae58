"""A backlog is shared out at least cost, life first."""

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.vocabulary.natures import Priority
from services.dispatch.domain.recommending import Backlog, match
from tests.unit.dispatch.recommending.scenes import ago, bound, idle, incident, situation


def backlog(*rows: tuple[str, Priority, dict[str, float]], waited: float = 0.0) -> Backlog:
    """Rows of incident, priority, seconds by unit; all units are idle."""
    units = sorted({unit for _, _, seconds in rows for unit in seconds})
    return Backlog(
        tuple(
            situation(
                {idle(unit): seconds[unit] for unit in units if unit in seconds},
                incident(priority, id=name, opened_at=ago(waited)),
                units=tuple(idle(unit) for unit in units),
            )
            for name, priority, seconds in rows
        )
    )


def test_two_incidents_are_served_better_together_than_one_after_the_other() -> None:
    """The first does not take the unit that the second cannot do without."""
    waiting = backlog(("i1", Priority.P2, {"a": 50.0, "b": 60.0}), ("i2", Priority.P2, {"a": 50.0, "b": 900.0}))
    assert [(pair.incident, pair.unit) for pair in match(waiting).pairs] == [("i1", "b"), ("i2", "a")]


def test_one_unit_goes_to_the_p1_however_far_and_the_rest_wait() -> None:
    """Travel and aging never outweigh a priority."""
    old = situation({idle("a"): 10.0}, incident(Priority.P2, id="i2", opened_at=ago(50_000.0)))
    life = situation({idle("a"): 7_000.0}, incident(Priority.P1, id="i1"))
    found = match(Backlog((old, life)))
    assert [(pair.incident, pair.unit) for pair in found.pairs] == [("i1", "a")]
    assert found.waiting == ("i2",)


def test_of_equals_the_one_that_waited_longer_is_served() -> None:
    """Waiting raises the weight within a priority."""
    old = situation({idle("a"): 100.0}, incident(Priority.P3, id="i2", opened_at=ago(600.0)))
    new = situation({idle("a"): 90.0}, incident(Priority.P3, id="i1"))
    assert match(Backlog((new, old))).pairs[0].incident == "i2"


def test_a_p1_of_a_backlog_diverts_by_the_rule_for_one() -> None:
    """Against the idle unit it was matched with, from 30 s gain on, each unit once."""
    seconds = {idle("a"): 300.0, bound("b"): 100.0}
    one, two = (
        situation(seconds, incident(Priority.P1, id=name, opened_at=ago(old))) for name, old in [("i1", 0), ("i2", 9)]
    )
    found = match(Backlog((one, two)))
    assert {pair.incident: (pair.unit, pair.diverts) for pair in found.pairs}["i2"] == ("b", "w-b")
    assert len({pair.unit for pair in found.pairs}) == len(found.pairs)


def test_two_lives_do_not_take_both_units_of_one_incident() -> None:
    """An incident loses one unit at most, in one round of a backlog too; the younger life has the other's idle unit."""
    pair = [replace(bound(name), work=replace(shared, incident="w")) for name in "bc" if (shared := bound(name).work)]
    seconds = {idle("a"): 300.0, pair[0]: 100.0, pair[1]: 110.0}
    old, new = (
        situation(seconds, incident(Priority.P1, id=name, opened_at=ago(age))) for name, age in [("i1", 9), ("i2", 0)]
    )
    found = {one.incident: (one.unit, one.diverts) for one in match(Backlog((old, new))).pairs}
    assert found == {"i1": ("b", "w"), "i2": ("a", None)}


def test_whom_a_diversion_leaves_free_goes_to_the_next_life() -> None:
    """The older of two lives takes the unit on its way; the idle unit it was matched with is the younger's now."""
    seconds = {idle("a"): 300.0, idle("b"): 400.0, bound("c"): 100.0}
    old, new = (
        situation(seconds, incident(Priority.P1, id=name, opened_at=ago(age))) for name, age in [("i1", 9), ("i2", 0)]
    )
    found = {pair.incident: (pair.unit, pair.diverts) for pair in match(Backlog((old, new))).pairs}
    assert found == {"i1": ("c", "w-c"), "i2": ("a", None)}


def test_a_backlog_is_due_from_two_on_and_an_empty_one_is_matched_to_nothing() -> None:
    """One waiting incident follows the rule for one."""
    one = backlog(("i1", Priority.P2, {"a": 1.0}))
    assert not one.due
    assert backlog(("i1", Priority.P2, {"a": 1.0}), ("i2", Priority.P2, {"a": 1.0})).due
    assert match(Backlog(())).pairs == ()


Row = tuple[Priority, list[float | None]]
SECONDS = st.one_of(st.none(), st.floats(1.0, 3_000.0))
ROWS = st.lists(
    st.tuples(st.sampled_from(list(Priority)), st.lists(SECONDS, min_size=4, max_size=4)), min_size=1, max_size=4
)


@given(ROWS, st.floats(0.0, 5_000.0))
def test_no_other_matching_costs_less(rows: list[Row], waited: float) -> None:
    """Against every possible matching, with the costs written out again here."""
    named = [
        (f"i{at}", priority, {unit: each for unit, each in zip("abcd", seconds, strict=True) if each is not None})
        for at, (priority, seconds) in enumerate(rows)
    ]
    age = min(1.0 + waited / 600.0, 4.0)
    travel, left = {"P1": 8, "P2": 4, "P3": 2, "P4": 1}, {"P1": 1e7, "P2": 1e6, "P3": 1e5, "P4": 1e4}
    best = min(
        sum(
            age * (travel[priority] * seconds[unit] if unit in seconds else left[priority])
            for (_, priority, seconds), unit in zip(named, order, strict=True)
        )
        for order in permutations(["a", "b", "c", "d", *range(len(named))], len(named))
    )
    assert match(backlog(*named, waited=waited)).cost == pytest.approx(best, rel=1e-9)


@given(ROWS)
def test_a_p1_waits_only_if_no_less_urgent_incident_has_a_unit_it_could_use(rows: list[Row]) -> None:
    """Life first holds in the matching too."""
    named = [
        (f"i{at}", priority, {unit: each for unit, each in zip("abcd", seconds, strict=True) if each is not None})
        for at, (priority, seconds) in enumerate(rows)
    ]
    found = match(backlog(*named))
    by_id = {name: (priority, seconds) for name, priority, seconds in named}
    for waiting in found.waiting:
        priority, usable = by_id[waiting]
        assert not [pair for pair in found.pairs if by_id[pair.incident][0] > priority and pair.unit in usable]


def test_the_order_of_incidents_and_units_changes_nothing() -> None:
    """The same backlog in another order gives the same pairs."""
    waiting = backlog(("i1", Priority.P2, {"a": 50.0, "b": 50.0}), ("i2", Priority.P2, {"a": 50.0, "b": 50.0}))
    assert match(waiting) == match(Backlog(tuple(reversed(waiting.situations))))
