"""Relief of a unit on its way to a P1, and the smoothed utilisation."""

from datetime import timedelta

import pytest

from schemas.vocabulary.natures import Priority
from services.dispatch.domain.recommending import IncidentView, relief
from services.dispatch.domain.recommending.utilisation import SMOOTHED_OVER_S, Utilisation
from tests.unit.dispatch.recommending.scenes import NOON, bound, idle, incident, situation


def test_a_free_unit_that_is_clearly_sooner_relieves_the_one_on_its_way() -> None:
    """The proposal names who goes, who is stood down, and the gain."""
    found = relief(situation({bound("a", Priority.P1): 200.0, idle("b"): 170.0, idle("c"): 180.0}), "a")
    assert found is not None
    assert (found.send, found.stand_down, found.gain_s) == ("b", "a", 30.0)


@pytest.mark.parametrize(
    ("known", "seconds"),
    [(incident(), 171.0), (incident(reliefs=1), 10.0), (incident(Priority.P2), 10.0)],
    ids=["gain too small", "relieved before", "not life in danger"],
)
def test_units_do_not_take_turns(known: IncidentView, seconds: float) -> None:
    """A relief is worth 30 s, happens once per incident, and only for life in danger."""
    assert relief(situation({bound("a", Priority.P1): 200.0, idle("b"): seconds}, known), "a") is None


def test_relief_needs_to_know_how_long_the_other_still_takes() -> None:
    """Without that time there is nothing to gain upon."""
    assert relief(situation({idle("b"): 1.0}, units=(bound("a"), idle("b"))), "a") is None


def test_utilisation_follows_the_share_with_its_time_constant() -> None:
    """After one time constant 63 % of a change is seen; the order of equal moments does not matter."""
    known = Utilisation(NOON, 0.0, 0.0).seen(NOON, 6, 12)
    assert known.value(NOON) == 0.0
    assert known.value(NOON + timedelta(seconds=SMOOTHED_OVER_S)) == pytest.approx(0.5 * 0.6321, abs=1e-4)
    assert known.value(NOON - timedelta(seconds=60)) == 0.0


def test_with_nobody_on_duty_everything_is_busy() -> None:
    """An empty night does not look like a quiet one."""
    assert Utilisation(NOON, 0.0, 0.0).seen(NOON, 0, 0).busy_share == 1.0
