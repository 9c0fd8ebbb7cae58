"""When to try again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.retry import Backoff

BACKOFF = Backoff(first_s=1.0, most_s=60.0, limit_s=600.0)


@pytest.mark.parametrize(("attempt", "seconds"), [(1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (500, 60)])
def test_waits_double_up_to_the_most(attempt: int, seconds: float) -> None:
    """Without jitter the waits are 1, 2, 4 … 60 s, also for absurdly many attempts."""
    assert BACKOFF.delay(attempt, age_s=0, jitter=0.0) == seconds


def test_gives_up_when_the_next_attempt_would_end_past_the_limit() -> None:
    """The limit counts from the writing of the notification."""
    assert BACKOFF.delay(7, age_s=539, jitter=0.0) == 60
    assert BACKOFF.delay(7, age_s=541, jitter=0.0) is None


def test_a_receivers_wish_is_honoured_within_the_most() -> None:
    """Retry-After lengthens a wait, but nobody can put us off for an hour."""
    assert BACKOFF.delay(1, age_s=0, jitter=0.0, asked_s=20) == 20
    assert BACKOFF.delay(1, age_s=0, jitter=0.0, asked_s=3600) == 60


@given(st.integers(1, 10_000), st.floats(0, 500), st.floats(0, 1, exclude_max=True))
def test_jitter_takes_off_at_most_half(attempt: int, age_s: float, jitter: float) -> None:
    """Whatever the jitter, a wait is positive, at most `most_s` and at least half of the one without jitter."""
    plain, shaken = BACKOFF.delay(attempt, 0, 0.0), BACKOFF.delay(attempt, age_s, jitter)
    assert plain is not None
    assert shaken is not None
    assert plain / 2 <= shaken <= plain <= BACKOFF.most_s
