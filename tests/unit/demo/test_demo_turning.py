"""Where the demo's patrol is diverted, and the words for it."""

import pytest

from demo.board.durations import duration, travel
from demo.story.diversion import PLACES
from demo.turning import FARTHEST_M, NEAREST_M, best_turning, metres

POSTS = {
    "pm-11": (49.1193, 6.1752),
    "pm-12": (49.1170, 6.1800),
    "pm-32": (49.1365, 6.1668),
    "pm-41": (49.1010, 6.1540),
}


def test_the_patrol_with_the_greatest_lead_is_taken() -> None:
    """The one in the north is alone there: its place is far nearer to it than to any other, and not the first's."""
    found = best_turning(sorted(POSTS), POSTS, PLACES)
    assert found.unit == "pm-32"
    assert found.second != found.first
    assert NEAREST_M <= metres(POSTS["pm-32"], found.second) <= FARTHEST_M
    others = [metres(POSTS[unit], found.second) for unit in POSTS if unit != "pm-32"]
    assert found.ahead_m == pytest.approx(min(others) - metres(POSTS["pm-32"], found.second))
    assert found.ahead_m > 1_000


def test_a_busy_patrol_is_not_taken_but_counts() -> None:
    """It may be free in a moment: the lead is over it as well."""
    alone = best_turning(["pm-11"], POSTS | {"pm-99": (49.1365, 6.1669)}, PLACES)
    assert alone.unit == "pm-11"
    with pytest.raises(ValueError, match="empty"):
        best_turning([], POSTS, PLACES)


def test_places_lie_apart() -> None:
    """No two are one place for correlation."""
    apart = [metres(one, other) for one in PLACES for other in PLACES if one != other]
    assert min(apart) > 400


def test_travel_times_in_words() -> None:
    """Minutes with two digits of seconds, and what they rest on."""
    assert duration(45.4) == "45 s"
    assert duration(119.6) == "2 min 00 s"
    assert travel(130, "schematic_streets") == "2 min 10 s par la route, schématique"
