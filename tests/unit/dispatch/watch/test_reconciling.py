"""When a signal counts as different, and when it is only on its way."""

import pytest

from services.dispatch.domain.reconciling import Known, Limits, Standing, Way, judge

LIMITS = Limits(grace_s=30, stall_s=30)
CARDLESS = Known(wants_card=True, on_card=False, unclaimed=False)


def way(**more: object) -> Way:
    """Everything has been passed and nothing moves, unless told otherwise."""
    plain: dict[str, object] = {
        "screened": True,
        "screening_idle_s": 999.0,
        "read_past": True,
        "reading_idle_s": 999.0,
        "claiming_idle_s": 999.0,
    }
    return Way(**plain | more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("known", "age", "of_way", "standing"),
    [
        (Known(False, False, False), 0, way(), Standing.SETTLED),
        (Known(True, True, True), 0, way(), Standing.SETTLED),
        (None, 29.9, way(), Standing.YOUNG),
        (None, 30, way(), Standing.NO_OUTCOME),
        (None, 3600, way(screened=False, screening_idle_s=29), Standing.BACKLOG),
        (None, 3600, way(screened=False, screening_idle_s=30), Standing.NOT_SCREENED),
        (None, 3600, way(read_past=False, reading_idle_s=29), Standing.BACKLOG),
        (None, 3600, way(read_past=False, reading_idle_s=30), Standing.NOT_READ),
        (CARDLESS, 29.9, way(), Standing.YOUNG),
        (CARDLESS, 30, way(), Standing.NO_INCIDENT),
        (Known(True, False, True), 3600, way(claiming_idle_s=29), Standing.BACKLOG),
        (Known(True, False, True), 3600, way(claiming_idle_s=30), Standing.NOT_CLAIMED),
    ],
)
def test_where_a_signal_stands(known: Known | None, age: float, of_way: Way, standing: Standing) -> None:
    """A backlog that moves is never a difference, however old; what every step has passed by is one after the grace."""
    assert judge(known, age, of_way, LIMITS) is standing


def test_only_what_is_proven_lost_is_passed_over() -> None:
    """A standstill is told and ends by itself: its signals stay in front of the reader."""
    assert {standing for standing in Standing if standing.proven} == {Standing.NO_OUTCOME, Standing.NO_INCIDENT}
    still = {Standing.NOT_SCREENED, Standing.NOT_READ, Standing.NOT_CLAIMED}
    assert {standing for standing in Standing if standing.different and not standing.proven} == still
