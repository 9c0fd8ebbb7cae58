"""Who should go: order, reasons, and what never happens whatever the fleet."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.vocabulary.dispatching import UnitState
from services.dispatch.domain.ranking import REFUSED, Candidate, Choice, distance_m, rank
from services.dispatch.domain.report import Place
from services.dispatch.domain.unit import Unit
from tests.unit.dispatch.builders import HERE, NOON, unit

CAR = frozenset({"car"})
STALE = NOON - timedelta(minutes=31)


def order(units: list[Unit], **more: Any) -> list[tuple[str, Choice]]:
    """Units by their rank, with the reason."""
    arguments: dict[str, Any] = {"place": HERE, "capabilities": frozenset(), "declined": frozenset(), "now": NOON}
    return [(known.unit, known.reason) for known in rank(units, **arguments | more)]


def test_the_nearest_comes_first() -> None:
    """By distance, not by id."""
    units = [unit("a", 3), unit("b", 1), unit("c", 2)]
    assert [name for name, _ in order(units)] == ["b", "c", "a"]


def test_blind_ones_come_after_those_that_are_seen_and_declined_ones_last() -> None:
    """A fresh position before a stale one, that before none, and who declined comes last of the eligible."""
    units = [
        unit("declined", 0.1),
        unit("unknown", place=None, position_at=None),
        unit("stale", 0.2, position_at=STALE),
        unit("far", 9),
    ]
    assert order(units, declined=frozenset({"declined"})) == [
        ("far", Choice.NEAREST),
        ("stale", Choice.POSITION_STALE),
        ("unknown", Choice.POSITION_UNKNOWN),
        ("declined", Choice.DECLINED_BEFORE),
    ]


@pytest.mark.parametrize(("age", "reason"), [(29, Choice.NEAREST), (30, Choice.NEAREST), (31, Choice.POSITION_STALE)])
def test_a_position_is_stale_after_thirty_minutes(age: int, reason: Choice) -> None:
    """Not before: the field's number."""
    [(_, found)] = order([unit(position_at=NOON - timedelta(minutes=age))])
    assert found is reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"busy": True, "state": UnitState.EN_ROUTE}, Choice.OCCUPIED),
        ({"state": UnitState.OFF_DUTY}, Choice.OFF_DUTY),
        ({"state": UnitState.UNAVAILABLE}, Choice.UNAVAILABLE),
        ({"capabilities": frozenset()}, Choice.LACKS_CAPABILITY),
        ({"retiring": True}, Choice.RETIRING),
    ],
)
def test_who_cannot_go_is_refused_with_the_reason(changes: dict[str, Any], reason: Choice) -> None:
    """Shown after all others, so that an operator sees why, and never eligible."""
    able = unit("able", 50, capabilities=CAR)
    near = replace(unit("near", 0.1, capabilities=CAR), **changes)
    ranking = rank([near, able], HERE, CAR, frozenset(), NOON)
    assert [(known.unit, known.eligible) for known in ranking] == [("able", True), ("near", False)]
    assert ranking[1].reason is reason


def test_an_officer_in_distress_is_not_sent_to_himself() -> None:
    """However near he is."""
    assert order([unit("own", 0), unit("other", 5)], in_distress="own") == [
        ("other", Choice.NEAREST),
        ("own", Choice.IN_DISTRESS),
    ]


def test_without_a_place_everyone_is_still_ranked() -> None:
    """An incident without a position: no distances, a stable order by id."""
    assert [name for name, _ in order([unit("b"), unit("a")], place=None)] == ["a", "b"]


UNITS = st.lists(
    st.builds(
        unit,
        st.uuids().map(str),
        st.floats(0, 40),
        busy=st.booleans(),
        retiring=st.booleans(),
        state=st.sampled_from(UnitState),
        capabilities=st.sampled_from([frozenset(), CAR]),
        position_at=st.sampled_from([NOON, STALE]),
    ),
    max_size=12,
    unique_by=lambda known: known.id,
)


@given(UNITS, st.sampled_from([frozenset(), CAR]), st.data())
def test_whatever_the_fleet(units: list[Unit], capabilities: frozenset[str], data: st.DataObject) -> None:
    """All are ranked once; eligible before refused; nearest first within a class; nobody unfit is eligible."""
    declined = frozenset(data.draw(st.lists(st.sampled_from([known.id for known in units]))) if units else [])
    ranking = rank(units, HERE, capabilities, declined, NOON)
    by_id = {known.id: known for known in units}
    assert sorted(known.unit for known in ranking) == sorted(by_id)
    eligible = [known.eligible for known in ranking]
    assert eligible == sorted(eligible, reverse=True)
    for candidate in ranking:
        assert not candidate.eligible or _fit(by_id[candidate.unit], capabilities)
    for before, after in pairwise(ranking):
        if before.reason is after.reason and before.eligible:
            assert (before.distance_m or 0) <= (after.distance_m or 0)
    assert rank(list(reversed(units)), HERE, capabilities, declined, NOON) == ranking


def _fit(known: Unit, capabilities: frozenset[str]) -> bool:
    off = known.state in {UnitState.OFF_DUTY, UnitState.UNAVAILABLE}
    return not (known.busy or known.retiring or off) and capabilities <= known.capabilities


LATITUDES, LONGITUDES = st.floats(-90, 90), st.floats(-180, 180)
PLACES = st.builds(Place, LATITUDES, LONGITUDES)


@given(PLACES, PLACES)
def test_distance_is_symmetric_and_never_beyond_half_the_earth(one: Place, other: Place) -> None:
    """For every pair of points, poles and date line included."""
    there, back = distance_m(one, other), distance_m(other, one)
    assert there == pytest.approx(back, abs=0.01)
    assert 0 <= there <= 20_015_200


def test_a_known_distance() -> None:
    """Metz cathedral to Metz station: 1.2 km, measured on a map."""
    assert distance_m(Place(49.1203, 6.1757), Place(49.1097, 6.1772)) == pytest.approx(1184, abs=5)


def test_a_candidate_is_recorded_as_json() -> None:
    """Id, reason and metres: what replay needs."""
    shown = Candidate("pm-1", Choice.NEAREST, 12.5).as_input()
    assert shown == {"unit": "pm-1", "reason": "nearest", "distance_m": 12.5}
    assert Choice.NEAREST not in REFUSED
