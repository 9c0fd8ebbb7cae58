"""Open or closed, day or night, by the wall clock of the centre: over midnight and over both changes of clocks."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dispatch.domain.opening import Closed, Hours, Night, Opening, is_night, is_open

PARIS = ZoneInfo("Europe/Paris")
ALL_DAYS = frozenset(range(7))
MINUTES = st.integers(0, 24 * 60 - 1).map(lambda n: time(n // 60, n % 60))
# Two days around both changes of 2026 and 2027, and any moment of these years.
CHANGES = [datetime(2026, 3, 29, 1), datetime(2026, 10, 25, 1), datetime(2027, 3, 28, 1), datetime(2027, 10, 31, 1)]
NEAR_CHANGES = st.builds(
    lambda change, seconds: change.replace(tzinfo=UTC) + timedelta(seconds=seconds),
    st.sampled_from(CHANGES),
    st.integers(-2 * 86_400, 2 * 86_400),
)
ANY_TIME = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
INSTANTS = st.one_of(NEAR_CHANGES, ANY_TIME)


def wall(at: datetime) -> datetime:
    """Paris wall time by the law's own rule: two hours ahead from the last Sunday of March, 1:00 UTC, to October's."""

    def last_sunday(month: int) -> datetime:
        last = datetime(at.year, month, 31, 1, tzinfo=UTC)
        return last - timedelta(days=(last.weekday() + 1) % 7)

    summer = last_sunday(3) <= at < last_sunday(10)
    return (at + timedelta(hours=2 if summer else 1)).replace(tzinfo=None)


def minute(moment: time | datetime) -> float:
    """Minutes since midnight."""
    return moment.hour * 60 + moment.minute + moment.second / 60 + moment.microsecond / 60e6


@given(INSTANTS, MINUTES, MINUTES)
def test_night_is_what_the_wall_clock_says(at: datetime, begins: time, ends: time) -> None:
    """Going round the clock from `begins` one is at `at` before one is at `ends`, whatever was changed that day."""
    since = (minute(wall(at)) - minute(begins)) % 1440
    length = (minute(ends) - minute(begins)) % 1440
    assert is_night(Night(begins, ends), at, PARIS) == (since < length)


@given(INSTANTS, st.sets(st.integers(0, 6), min_size=1), MINUTES, MINUTES)
def test_open_is_what_the_wall_clock_says(at: datetime, days: set[int], opens: time, closes: time) -> None:
    """On the named days, from the opening minute until just before the closing one."""
    there = wall(at)
    expected = there.weekday() in days and minute(opens) <= minute(there) < minute(closes)
    assert is_open(Opening((Hours(frozenset(days), opens, closes),)), at, PARIS) is expected


@given(INSTANTS, st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.integers(0, 60))
def test_closed_days_go_from_midnight_to_midnight_there(at: datetime, first: date, days: int) -> None:
    """Both ends included, by the date on the wall and not in UTC."""
    closed = Closed(first, first + timedelta(days=days))
    opening = Opening((Hours(ALL_DAYS, time(0), time(23, 59)),), (closed,))
    if closed.first <= wall(at).date() <= closed.last:
        assert is_open(opening, at, PARIS) is False
    else:
        assert is_open(opening, at, PARIS) == (minute(wall(at)) < 23 * 60 + 59)


@given(INSTANTS)
def test_without_hours_nothing_is_known(at: datetime) -> None:
    """Also on a day that is named as closed: no card may build on it."""
    assert is_open(Opening((), (Closed(date(2026, 1, 1), date(2027, 12, 31)),)), at, PARIS) is None


@pytest.mark.parametrize(
    ("at", "night", "school"),
    [
        ("2026-03-29T00:59:59+00:00", True, False),  # 01:59:59, the last second of winter time
        ("2026-03-29T03:59:59+00:00", True, False),  # 05:59:59 in summer time
        ("2026-03-29T04:00:00+00:00", False, False),  # 06:00, an hour earlier than the day before
        ("2026-10-25T04:59:59+00:00", True, False),  # 05:59:59 in winter time
        ("2026-10-25T05:00:00+00:00", False, False),
        ("2026-10-26T07:29:59+00:00", False, False),  # Monday 08:29:59
        ("2026-10-26T07:30:00+00:00", False, True),
        ("2026-10-23T06:30:00+00:00", False, True),  # Friday 08:30 in summer time
        ("2026-10-23T14:29:59+00:00", False, True),
        ("2026-10-23T14:30:00+00:00", False, False),  # 16:30 is closed
        ("2026-10-21T08:00:00+00:00", False, False),  # Wednesday
        ("2026-10-22T19:59:59+00:00", False, False),  # 21:59:59
        ("2026-10-22T20:00:00+00:00", True, False),  # 22:00
    ],
)
def test_a_school_around_the_changes_of_clocks(at: str, night: bool, school: bool) -> None:
    """Written down by hand: a school on four days and the centre's usual night."""
    hours = Hours(frozenset({0, 1, 3, 4}), time(8, 30), time(16, 30))
    instant = datetime.fromisoformat(at)
    assert is_night(Night(time(22), time(6)), instant, PARIS) is night
    assert is_open(Opening((hours,)), instant, PARIS) is school
