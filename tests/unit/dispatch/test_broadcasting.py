"""Whom a broadcast concerns, and how long it may last."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from schemas.vocabulary.dispatching import ResponderKind, UnitState
from services.dispatch.domain.broadcasting import AT_MOST, FRESH, Concern, Hearer, Period, concern, period

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PATROL = Hearer("pm-1", ResponderKind.PATROL, UnitState.AVAILABLE, home="borny", here="gare", position_at=NOW)


@pytest.mark.parametrize(
    ("sectors", "changes", "why"),
    [
        ((), {}, Concern.EVERY_SECTOR),
        (("gare",), {}, Concern.SECTOR_NOW),
        (("borny",), {}, Concern.OTHER_SECTOR),
        (("borny",), {"position_at": NOW - FRESH - timedelta(seconds=1)}, Concern.HOME_SECTOR),
        (("gare",), {"position_at": NOW - FRESH - timedelta(seconds=1)}, Concern.OTHER_SECTOR),
        (("gare",), {"position_at": NOW - FRESH}, Concern.SECTOR_NOW),
        (("borny",), {"here": None}, Concern.HOME_SECTOR),
        (("borny",), {"here": None, "position_at": None}, Concern.HOME_SECTOR),
        ((), {"state": UnitState.OFF_DUTY}, Concern.OFF_DUTY),
        (("gare",), {"state": UnitState.ON_SCENE}, Concern.SECTOR_NOW),
        ((), {"kind": ResponderKind.MAINTENANCE}, Concern.NOT_A_PATROL),
    ],
)
def test_a_patrol_hears_what_is_for_the_sector_where_it_is(
    sectors: tuple[str, ...], changes: dict[str, object], why: Concern
) -> None:
    """By its last fresh position, else by where it belongs; nobody off duty, and no crew, gets a description."""
    assert concern(sectors, replace(PATROL, **changes), NOW) is why  # type: ignore[arg-type]


def test_only_three_reasons_mean_that_it_is_for_the_unit() -> None:
    """All others keep personal data from a tablet that has no use for it."""
    heard = {why for why in Concern if why.heard}
    assert heard == {Concern.EVERY_SECTOR, Concern.SECTOR_NOW, Concern.HOME_SECTOR}


@pytest.mark.parametrize(
    ("starts", "ends", "reason"),
    [
        (timedelta(0), timedelta(hours=1), Period.ACCEPTED),
        (timedelta(0), AT_MOST, Period.ACCEPTED),
        (timedelta(days=6), AT_MOST, Period.ACCEPTED),
        (timedelta(0), AT_MOST + timedelta(seconds=1), Period.ENDS_TOO_LATE),
        (timedelta(days=6), AT_MOST + timedelta(seconds=1), Period.ENDS_TOO_LATE),
        (timedelta(0), timedelta(0), Period.ENDS_BEFORE_START),
        (timedelta(hours=2), timedelta(hours=1), Period.ENDS_BEFORE_START),
        (timedelta(hours=-2), timedelta(hours=-1), Period.ENDS_BEFORE_START),
    ],
)
def test_a_broadcast_ends_within_seven_days(starts: timedelta, ends: timedelta, reason: Period) -> None:
    """Counted from now, so that a late start buys no more; and never before it begins, or in the past."""
    assert period(NOW + starts, NOW + ends, NOW) is reason
