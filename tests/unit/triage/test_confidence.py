"""The confidence formula: bounded, monotone in distance, time, kind and number of devices."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.vocabulary.natures import Nature
from services.triage.correlation.domain.confidence import link, standing
from services.triage.correlation.domain.geometry import Point, beyond_doubt_m, distance_m
from services.triage.correlation.domain.reach import Reach

REACH = Reach()
METRES = st.floats(0, 80)
SECONDS = st.floats(0, 600)
NATURES = st.sampled_from(Nature)


@given(METRES, SECONDS, NATURES, NATURES, st.booleans())
def test_a_link_is_a_confidence(metres: float, seconds: float, one: Nature, other: Nature, same: bool) -> None:
    """Always within [0, 1], and symmetric in the natures."""
    value = link(metres, seconds, one, other, REACH, same_device=same)
    assert 0.0 <= value <= 1.0
    assert value == link(metres, seconds, other, one, REACH, same_device=same)


@given(METRES, METRES, SECONDS, NATURES, NATURES)
def test_nearer_is_never_less_sure(a: float, b: float, seconds: float, one: Nature, other: Nature) -> None:
    """Monotone in distance."""
    near, far = sorted((a, b))
    assert link(near, seconds, one, other, REACH) >= link(far, seconds, one, other, REACH)


@given(METRES, SECONDS, SECONDS, NATURES, NATURES)
def test_sooner_is_never_less_sure(metres: float, a: float, b: float, one: Nature, other: Nature) -> None:
    """Monotone in time, whichever of the two came first."""
    soon, late = sorted((a, b))
    assert link(metres, soon, one, other, REACH) >= link(metres, -late, one, other, REACH)


@given(METRES, SECONDS, NATURES, NATURES)
def test_the_same_nature_is_never_less_sure_than_another(
    metres: float, seconds: float, one: Nature, other: Nature
) -> None:
    """Monotone in kind."""
    assert link(metres, seconds, one, one, REACH) >= link(metres, seconds, one, other, REACH)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.floats(0, 1))
def test_a_further_device_never_lowers_the_confidence(links: list[float], more: float) -> None:
    """Independent devices multiply the doubt away."""
    doubt = 1.0
    for value in links:
        doubt *= 1 - value
    before = standing(doubt, min(links), 1 + len(links))
    assert standing(doubt * (1 - more), min(*links, more), 2 + len(links)) >= before


def test_accuracy_explains_distance_but_not_without_limit() -> None:
    """150 m apart, both ±50 m: 50 m are left; a device that claims ±5 km counts as ±100 m."""
    here, there = Point(49.11, 6.1767, 50), Point(49.11 + 150 / 111_195, 6.1767, 50)
    assert round(distance_m(here, there)) == 150
    assert round(beyond_doubt_m(here, there, 100)) == 50
    assert round(beyond_doubt_m(Point(49.11, 6.1767, 5000), Point(49.12, 6.1767), 100)) == 1012
