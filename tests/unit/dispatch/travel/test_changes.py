"""Closures and speeds while running."""

import threading
from math import inf, nan

import pytest

from services.dispatch.domain.travelling import NoWay, Profile, Reached, Unreachable
from services.dispatch.travel.changes import Around, Named, OnStreets, StreetChange
from services.dispatch.travel.errors import UnknownStreet
from services.dispatch.travel.streets import StreetTravel
from tests.unit.dispatch.travel.towns import at, block, travel

LIGHTS, NORMAL = Profile.LIGHTS, Profile.NORMAL
HERE, THERE = at(0, 200), at(400, 200)
EAST_CLOSED = StreetChange("works", OnStreets(frozenset({"id-east"})), closed=True)


def seconds(times: StreetTravel, profile: Profile = NORMAL) -> float:
    """From the middle of the west street to the middle of the east street."""
    [answer] = times.to_one([HERE], THERE, profile)
    assert isinstance(answer, Reached), answer
    return answer.seconds


def test_a_closure_counts_from_the_next_question_and_until_it_is_lifted() -> None:
    """Closing the south street sends everybody round by the north at the same length; closing both leaves no path."""
    times = travel(*block())
    start = at(0, 100), at(400, 100)
    before = times.to_one([start[0]], start[1], NORMAL)
    times.apply([StreetChange("market", Named("south"), closed=True)])
    [round_by_north] = times.to_one([start[0]], start[1], NORMAL)
    assert isinstance(round_by_north, Reached)
    assert round_by_north.seconds == pytest.approx(100, rel=1e-3)
    both = [StreetChange("a", Named("south"), closed=True), StreetChange("b", Named("north"), closed=True)]
    times.apply(both)
    [cut] = times.to_one([start[0]], start[1], LIGHTS)
    assert isinstance(cut, Unreachable)
    assert cut.reason is NoWay.NO_PATH
    assert times.changes == tuple(both)
    times.apply([])
    assert times.to_one([start[0]], start[1], NORMAL) == before


def test_who_stands_in_a_closed_street_is_met_at_the_nearest_open_one() -> None:
    """A place in a closed street is reached where the open streets end; how far that is, is said."""
    times = travel(*block())
    times.apply([EAST_CLOSED])
    [answer] = times.to_one([HERE], THERE, NORMAL)
    assert isinstance(answer, Reached)
    assert answer.to_street_m == pytest.approx(200, rel=1e-3)
    assert answer.seconds == pytest.approx(60, rel=1e-3)


def test_a_change_may_bind_one_profile_only() -> None:
    """What stops traffic lets lights through, if the change says so."""
    times = travel(*block())
    usual = seconds(times, LIGHTS)
    barred = [StreetChange(n, Named(n), closed=True, profiles=frozenset({NORMAL})) for n in ("south", "north")]
    times.apply(barred)
    assert seconds(times, LIGHTS) == usual
    assert isinstance(times.to_one([HERE], THERE, NORMAL)[0], Unreachable)


def test_speeds_are_capped_and_multiplied() -> None:
    """18 km/h on the south street makes its 400 m last 80 s; half speed everywhere around doubles everything."""
    times = travel(*block())
    assert seconds(times) == pytest.approx(80, rel=1e-3)
    times.apply([StreetChange(name, Named(name), speed_kmh=18.0) for name in ("south", "north")])
    assert seconds(times) == pytest.approx(120, rel=1e-3)
    times.apply([StreetChange("snow", Around(at(200, 200), 500), factor=0.5)])
    assert seconds(times) == pytest.approx(160, rel=1e-3)


def test_around_takes_the_arcs_that_come_near_and_no_others() -> None:
    """A circle of 50 m round the middle of the east street closes that street, and nothing that only ends near it."""
    times = travel(*block())
    times.apply([StreetChange("fire", Around(THERE, 50), closed=True)])
    [answer] = times.to_one([HERE], THERE, NORMAL)
    assert isinstance(answer, Reached)
    assert answer.to_street_m == pytest.approx(200, rel=1e-3)


def test_an_unknown_street_changes_nothing() -> None:
    """A change that names a street the network does not have is refused by name; what was in force stays in force."""
    times = travel(*block())
    times.apply([EAST_CLOSED])
    before = seconds(times)
    for where in (OnStreets(frozenset({"id-east", "id-nowhere"})), Named("id-nowhere")):
        with pytest.raises(UnknownStreet, match="id-nowhere"):
            times.apply([StreetChange("typo", where, closed=True)])
    assert (seconds(times), times.changes) == (before, (EAST_CLOSED,))


@pytest.mark.parametrize("wrong", [0.0, -5.0, nan, inf])
def test_a_speed_of_nothing_is_not_a_closure(wrong: float) -> None:
    """Speeds and factors must be positive: a closure is said as such."""
    with pytest.raises(ValueError, match="works"):
        StreetChange("works", Named("south"), speed_kmh=wrong)
    with pytest.raises(ValueError, match="works"):
        StreetChange("works", Named("south"), factor=wrong)


def test_a_question_never_sees_half_a_change() -> None:
    """While one thread switches between two speeds, every table that others read belongs wholly to one of them."""
    times = travel(*block())
    places = [at(x, y) for x in (0, 400) for y in (100, 200, 300)]
    slow = [StreetChange("snow", Around(at(200, 200), 500), factor=0.5)]
    usual = times.table(places, places, NORMAL).seconds.tobytes()
    times.apply(slow)
    snowed = times.table(places, places, NORMAL).seconds.tobytes()
    seen: set[bytes] = set()
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            seen.add(times.table(places, places, NORMAL).seconds.tobytes())

    readers = [threading.Thread(target=ask) for _ in range(3)]
    for reader in readers:
        reader.start()
    for turn in range(10_000):
        times.apply([] if turn % 2 else slow)
        if turn >= 60 and len(seen) >= 2:
            break
    done.set()
    for reader in readers:
        reader.join()
    assert usual != snowed
    assert seen == {usual, snowed}
