"""Times between places in a town small enough to reckon by hand (10 m/s without lights, 13.3 with)."""

import pytest

from services.dispatch.domain.report import Place
from services.dispatch.domain.travelling import Answer, NoWay, Profile, Reached, Unreachable
from services.dispatch.travel import streets
from services.dispatch.travel.graph import RoadClass
from services.dispatch.travel.streets import Snapping, StreetTravel
from tests.unit.dispatch.travel.towns import at, block, near, street, travel


def seconds(answer: Answer) -> float:
    """The time of an answer that must be one."""
    assert isinstance(answer, Reached), answer
    return answer.seconds


def drive(times: StreetTravel, source: Place, target: Place, profile: Profile = Profile.NORMAL) -> float:
    """Seconds from one place to another."""
    return seconds(times.to_one([source], target, profile)[0])


def test_time_is_length_by_speed_from_the_point_on_the_street() -> None:
    """A place in the middle of a street counts from there, both ways round, and lights are a third faster."""
    times = travel(*block())
    assert drive(times, at(100, 0), at(400, 200)) == near(50)
    assert drive(times, at(100, 0), at(0, 300)) == near(40)
    assert drive(times, at(100, 0), at(400, 200), Profile.LIGHTS) == near(37.5)


def test_two_places_on_one_street_need_no_junction() -> None:
    """Along one street the way is direct, in both directions, and nothing for the same place."""
    times = travel(*block())
    assert drive(times, at(100, 0), at(300, 0)) == near(20)
    assert drive(times, at(300, 0), at(100, 0)) == near(20)
    assert drive(times, at(300, 0), at(300, 0)) == 0


def test_a_oneway_street_is_driven_round_the_block_backwards_by_both_profiles() -> None:
    """Against a one-way street the way goes round the block, also with lights: the choice to defy it is the crew's."""
    _, *others = block()
    times = travel(street("south", (0, 0), (400, 0), oneway=True), *others)
    assert drive(times, at(100, 0), at(300, 0)) == near(20)
    assert drive(times, at(300, 0), at(100, 0)) == near(140)
    assert drive(times, at(300, 0), at(100, 0), Profile.LIGHTS) == near(105)


def test_at_a_junction_one_may_leave_by_any_street() -> None:
    """A unit at the head of a one-way street does not follow it first: the junction is a place of its own."""
    _, *others = block()
    times = travel(street("south", (0, 0), (400, 0), oneway=True), *others)
    assert drive(times, at(0, 0), at(0, 100)) == near(10)
    assert drive(times, at(400, 0), at(400, 100)) == near(10)


def test_curved_streets_count_along_their_points() -> None:
    """A street with a bend is as long as its line, and its middle is half its length."""
    times = travel(street("bend", (0, 0), (0, 300), (300, 300)), street("on", (300, 300), (300, 400)))
    assert drive(times, at(0, 0), at(300, 300)) == near(60)
    assert drive(times, at(0, 150), at(150, 300)) == near(30)


def test_the_distance_to_the_street_is_stated_and_not_driven() -> None:
    """Snapping states its distance at both ends; the time is that of the street alone."""
    answer = travel(*block()).to_one([at(100, -40)], at(425, 200), Profile.NORMAL)[0]
    assert isinstance(answer, Reached)
    assert (answer.from_street_m, answer.to_street_m) == (near(40), near(25))
    assert answer.seconds == near(50)


def test_the_metres_off_the_street_may_count() -> None:
    """Where a network is schematic the last metres are part of the way: 65 m at 18 km/h are 13 s."""
    times = travel(*block(), snapping=Snapping(off_street_kmh=18.0))
    assert drive(times, at(100, -40), at(425, 200)) == near(63)


def test_too_far_from_any_street_is_said_with_the_limit() -> None:
    """Beyond the limit there is no time: the answer names the end that is too far, and the limit."""
    times = travel(*block(), snapping=Snapping(limit_m=50))
    far, close = at(100, -60), at(100, -49)
    [unit_far, unit_close] = times.to_one([far, close], at(0, 0), Profile.NORMAL)
    assert isinstance(unit_close, Reached)
    assert unit_far == Unreachable(NoWay.SOURCE_FAR_FROM_STREETS, None, near(0, off=0.01), 50)
    [target_far] = times.to_one([close], far, Profile.NORMAL)
    assert isinstance(target_far, Unreachable)
    assert (target_far.reason, target_far.to_street_m) == (NoWay.TARGET_FAR_FROM_STREETS, None)


def test_the_other_bank_is_no_path_not_infinity() -> None:
    """Two parts of a town without a bridge: `no_path`, with both distances, whatever the engine's infinity is."""
    [answer] = travel(*block(), *block(west=2000)).to_one([at(100, 0)], at(2100, 10), Profile.LIGHTS)
    assert answer == Unreachable(NoWay.NO_PATH, near(0, off=0.01), near(10), 250)


def test_a_stub_cut_by_the_border_does_not_catch_units() -> None:
    """A one-way arm that only leads out of the map is passed over for the street that goes on, if one is near."""
    times = travel(*block(), street("out", (400, 0), (600, 0), oneway=True))
    [answer] = times.to_one([at(500, 5)], at(400, 100), Profile.NORMAL)
    assert isinstance(answer, Reached)
    assert (answer.from_street_m, answer.seconds) == (near(100, rel=1e-2), near(9.5, off=0.6))
    [stuck] = times.to_one([at(590, 5)], at(400, 100), Profile.NORMAL)
    assert isinstance(stuck, Reached)
    alone = travel(*block(), street("out", (400, 0), (900, 0), oneway=True))
    [lost] = alone.to_one([at(880, 5)], at(400, 100), Profile.NORMAL)
    assert isinstance(lost, Unreachable)
    assert lost.reason is NoWay.NO_PATH


def test_what_is_under_the_ground_is_not_where_one_gets_off() -> None:
    """A tunnel nearer by than the street above is driven through but not snapped to."""
    times = travel(*block(), street("tunnel", (0, 0), (400, 400), accessible=False))
    [answer] = times.to_one([at(0, 0)], at(150, 150), Profile.NORMAL)
    assert isinstance(answer, Reached)
    assert answer.to_street_m == near(150)
    assert drive(times, at(0, 0), at(400, 400)) == near(56.57)


def test_pedestrian_streets_are_for_lights_only_and_slow() -> None:
    """A pedestrian short cut serves units with lights, at walking people's pace; others go round."""
    shortcut = street("place", (0, 0), (400, 400), kmh=18.0, road_class=RoadClass.PEDESTRIAN)
    times = travel(*block(), shortcut)
    assert drive(times, at(0, 0), at(400, 400)) == near(80)
    assert drive(times, at(0, 0), at(400, 400), Profile.LIGHTS) == near(60)  # round: 60 s, across: 113 s
    assert drive(times, at(140, 140), at(0, 0), Profile.LIGHTS) == near(39.6, rel=1e-2)
    [answer] = times.to_one([at(140, 140)], at(0, 0), Profile.NORMAL)
    assert isinstance(answer, Reached)
    assert answer.from_street_m == near(140)


def test_all_three_questions_have_one_answer() -> None:
    """Many to one, one to many and the table agree cell by cell, and keep the order of the places."""
    times = travel(*block(), snapping=Snapping(limit_m=60))
    places = [at(10, 0), at(390, 5), at(400, 250), at(200, 200), at(0, 333)]
    table = times.table(places, places, Profile.LIGHTS)
    for row, source in enumerate(places):
        assert [table.answer(row, column) for column in range(5)] == times.from_one(source, places, Profile.LIGHTS)
    for column, target in enumerate(places):
        assert [table.answer(row, column) for row in range(5)] == times.to_one(places, target, Profile.LIGHTS)
    assert times.to_one([], places[0], Profile.LIGHTS) == []
    assert times.table([], places, Profile.LIGHTS).seconds.shape == (0, 5)


def test_answers_can_be_recorded() -> None:
    """An answer is kept with its decision as plain JSON values."""
    reached, lost = travel(*block()).to_one([at(100, 0), at(9000, 0)], at(0, 0), Profile.NORMAL)
    assert reached.as_input() | {"seconds": 10} == {
        "seconds": 10,
        "from_street_m": near(0, off=0.01),
        "to_street_m": near(0, off=0.01),
        "basis": "streets",
    }
    assert lost.as_input()["reason"] == "source_far_from_streets"


def test_remembered_positions_give_the_same_times_and_memory_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A position snapped when it came in answers as one never seen; what is remembered does not grow for ever."""
    places = [at(10.0 * step, 3.0) for step in range(40)]
    fresh = travel(*block()).to_one(places, at(0, 333), Profile.LIGHTS)
    times = travel(*block())
    monkeypatch.setattr(streets, "REMEMBERED", 15)
    for place in places:
        times.remember([place])
        assert max(len(view.spots) for view in times._state.views.values()) <= 15 + 1
    assert times.to_one(places, at(0, 333), Profile.LIGHTS) == fresh
