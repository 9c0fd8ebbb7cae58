"""The simulator and the bounds that the recommendation is measured against."""

from itertools import product

import numpy as np
import pytest

from bench.dispatch.brute_force import largest_gap
from bench.dispatch.calls import Call
from bench.dispatch.choosers.closest import ClosestIdle
from bench.dispatch.choosers.vigie import Vigie
from bench.dispatch.city import City
from bench.dispatch.clairvoyant import Episode, optimum
from bench.dispatch.erlang import blocking, simulated
from bench.dispatch.intervals import mean_interval
from bench.dispatch.roving import closest, vigie
from bench.dispatch.simulation.roster import Roster
from bench.dispatch.simulation.world import World, cars_of
from schemas.vocabulary.natures import Priority
from services.dispatch.domain.recommending import Policy

PLACES = 11


def street(homes: tuple[int, ...] = (0, 10)) -> City:
    """Eleven places in a row, 100 s apart."""
    along = np.arange(PLACES, dtype=float)
    seconds = np.abs(along[:, None] - along) * 100.0
    return City("street", seconds, PLACES, np.full(PLACES, 1 / PLACES), homes, tuple(sorted(set(homes))), 1.0)


def call(name: str, at: float, place: int, priority: Priority = Priority.P1, on_scene: float = 600.0) -> Call:
    """A call under lights, target eight minutes, no traffic."""
    return Call(name, at, place, priority, 480.0, True, on_scene, 1.0)


def test_the_closest_car_answers_after_turnout_and_journey() -> None:
    """60 s from its post, then 300 s of way."""
    (found,) = World(street(), cars_of(street()), ClosestIdle()).run([call("a", 10.0, 3)])
    assert found.seconds == pytest.approx(360.0)


def test_a_diverted_car_turns_at_the_next_place_and_its_call_waits_for_another() -> None:
    """The P1 gets the car that passes by; the P3 is served by the other car and counts its whole wait."""
    calls = [call("routine", 0.0, 5, Priority.P3), call("life", 290.0, 4)]
    world = World(street((0, 10)), cars_of(street((0, 10))), Vigie(street(), Policy(), 400.0))
    routine, life = world.run(calls)
    # Left at 60 s, 2.3 places on; the next place is 3 (70 s), then one more; turning takes 15 s.
    assert life.seconds == pytest.approx(15.0 + 70.0 + 100.0)
    assert routine.diversions == 1
    assert routine.seconds == pytest.approx(290.0 + 60.0 + 500.0)


def test_who_finds_nobody_waits_for_the_first_car_that_is_free() -> None:
    """One car, two calls at once: the second is served from the place of the first."""
    one = street((0,))
    first, second = World(one, cars_of(one), ClosestIdle()).run([call("a", 0.0, 2), call("b", 0.0, 3)])
    assert first.seconds == pytest.approx(260.0)
    assert second.seconds == pytest.approx(260.0 + 600.0 + 15.0 + 100.0)


def test_shifts_end_and_every_call_is_answered_all_the_same() -> None:
    """Two cars over two days of shifts and breaks: everybody is served, and cars were away for a while."""
    calls = [call(f"c{index:03d}", index * 900.0, index % PLACES) for index in range(190)]
    world = World(street(), cars_of(street()), Vigie(street(), Policy(), 400.0, moving=True), Roster())
    assert all(known.seconds is not None for known in world.run(calls))
    assert world.duty_car_s < 2 * world.now


def test_erlang_s_formula_gives_its_published_values() -> None:
    """B(1, 1) is a half; B(10, 5) is 1.84 %."""
    assert blocking(1, 1.0) == pytest.approx(0.5)
    assert blocking(10, 5.0) == pytest.approx(0.01838, abs=1e-5)


def test_the_simulated_loss_lies_around_erlang_s() -> None:
    """The simulator's clock, queue and release are right."""
    low, high = mean_interval(np.array(simulated(0.8, range(3))))
    assert low <= blocking(12, 9.6) <= high


@pytest.mark.parametrize("seed", range(25))
def test_the_clairvoyant_is_exact_and_nobody_beats_him(seed: int) -> None:
    """Against every possible assignment of six calls to two cars or nobody."""
    random = np.random.default_rng(seed)
    at = np.sort(random.uniform(0, 3_000, 6))
    calls = [
        call(f"c{index}", float(at[index]), int(random.integers(PLACES)), on_scene=float(random.uniform(100, 1_500)))
        for index in range(6)
    ]
    episode = Episode(street(), calls, 300.0)
    fewest = min(_late(episode, choice) for choice in product((None, 0, 1), repeat=6))
    best = optimum(episode)
    assert best.late * 6 == pytest.approx(fewest)
    assert best.late <= min(closest(episode).late, vigie(episode).late)


def _late(episode: Episode, choice: tuple[int | None, ...]) -> float:
    places, free_at, late = list(episode.city.homes), [0.0, 0.0], 0
    for known, car in zip(episode.calls, choice, strict=True):
        if car is None:
            late += 1
            continue
        if free_at[car] > known.at:
            return np.inf
        late += episode.seconds(places[car], known) > episode.target_s
        places[car], free_at[car] = known.place, known.at + known.on_scene_s
    return late


def test_the_matching_is_as_cheap_as_brute_force_finds() -> None:
    """Up to 8 × 8, every way tried."""
    gap, compared = largest_gap()
    assert compared > 15
    assert gap < 1e-12
