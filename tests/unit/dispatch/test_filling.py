"""Who is left alone for how long after an offer that came to nothing."""

from datetime import timedelta

import pytest

from services.dispatch.domain.filling import LONGEST_PAUSE, pause

HALF_A_MINUTE = timedelta(seconds=30)


@pytest.mark.parametrize(("times", "seconds"), [(1, 30), (2, 60), (3, 120), (5, 480), (6, 600), (500, 600)])
def test_the_pause_doubles_up_to_ten_minutes(times: int, seconds: int) -> None:
    """Half a minute, a minute, two … and never longer than ten."""
    assert pause(times, HALF_A_MINUTE) == timedelta(seconds=seconds)


def test_a_person_waits_for_nothing() -> None:
    """An operator may ask anybody again at once."""
    assert pause(7, timedelta(0)) == timedelta(0)


def test_a_long_offer_is_its_own_pause() -> None:
    """Where an offer stands longer than the longest pause, the pause is not shorter than it."""
    assert pause(3, 2 * LONGEST_PAUSE) == 2 * LONGEST_PAUSE
