"""What ends a move-up."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schemas.vocabulary.dispatching import UnitState
from services.dispatch.domain.moving_up import MoveUpEnd, UnderWay, over

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"metres_left": None}, None),
        ({"metres_left": 150.0}, MoveUpEnd.ARRIVED),
        ({"metres_left": 150.1}, None),
        ({"unit_state": UnitState.ASSIGNED}, MoveUpEnd.ASSIGNED),
        ({"unit_state": UnitState.ON_SCENE, "metres_left": 10.0}, MoveUpEnd.ASSIGNED),
        ({"unit_state": UnitState.OFF_DUTY}, MoveUpEnd.UNAVAILABLE),
        ({"unit_state": UnitState.UNAVAILABLE}, MoveUpEnd.UNAVAILABLE),
        ({"retiring": True}, MoveUpEnd.UNAVAILABLE),
        ({"ordered_at": NOON - timedelta(minutes=30)}, MoveUpEnd.EXPIRED),
        ({"ordered_at": NOON - timedelta(minutes=29, seconds=59)}, None),
    ],
)
def test_it_ends_for_one_reason_and_not_before(changes: dict[str, Any], reason: MoveUpEnd | None) -> None:
    """At the post, bound, gone off, or half an hour old; a unit that is bound does not also arrive."""
    values: dict[str, Any] = {
        "ordered_at": NOON,
        "unit_state": UnitState.AVAILABLE,
        "retiring": False,
        "metres_left": 2_000.0,
    }
    assert over(UnderWay(**values | changes), NOON) is reason
