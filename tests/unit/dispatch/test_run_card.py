"""Which card fits, and whether it starts by itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.vocabulary.dispatching import Engagement
from schemas.vocabulary.natures import NATURES, Nature, Priority, is_urgent
from services.dispatch.domain.run_card import Ground, choose, plan
from tests.unit.dispatch.builders import card

CARDS = (
    card("two", Nature.INTRUSION, min_sources=2),
    card("school", Nature.INTRUSION, Nature.FIRE, site_kinds=frozenset({"school"})),
    card("one", Nature.INTRUSION, verify_first=True, engagement=Engagement.OPERATOR_CONFIRMED),
    card("fire", Nature.FIRE),
)


@pytest.mark.parametrize(
    ("nature", "sources", "site_kind", "chosen"),
    [
        (Nature.INTRUSION, 1, None, "one"),
        (Nature.INTRUSION, 2, None, "two"),
        (Nature.INTRUSION, 3, "school", "two"),
        (Nature.INTRUSION, 1, "school", "school"),
        (Nature.FIRE, 1, "school", "school"),
        (Nature.FIRE, 1, "shop", "fire"),
        (Nature.WATER, 1, "school", "none"),
    ],
)
def test_the_first_card_whose_conditions_hold(nature: Nature, sources: int, site_kind: str | None, chosen: str) -> None:
    """Nature, number of sources and kind of site; the order of the cards decides between several."""
    assert choose(CARDS, nature, sources, site_kind).id == chosen


@given(st.sampled_from(Nature), st.integers(1, 9))
def test_without_any_card_an_alarm_is_shown_all_the_same(nature: Nature, sources: int) -> None:
    """At its nature's priority; an urgent one is engaged even so, any other waits for an operator."""
    found = choose((), nature, sources, None)
    decided = plan(found, nature, silenced=False)
    assert (found.priority, decided.ground, decided.automatic) == (
        NATURES[nature].priority,
        Ground.NO_CARD,
        is_urgent(nature),
    )
    assert found.needs


@pytest.mark.parametrize("verify_first", [True, False])
@pytest.mark.parametrize("engagement", Engagement)
@pytest.mark.parametrize("silenced", [True, False])
@pytest.mark.parametrize("nature", [Nature.FIRE, Nature.INTRUSION])
def test_when_a_card_starts_by_itself(
    nature: Nature, silenced: bool, engagement: Engagement, verify_first: bool
) -> None:
    """Never under a silence; never before verification, except an urgent nature; else as the card says."""
    decided = plan(card("c", nature, engagement=engagement, verify_first=verify_first), nature, silenced)
    waits = verify_first and not is_urgent(nature)
    assert decided.automatic == (not silenced and not waits and engagement is Engagement.AUTOMATIC)
    if silenced:
        assert decided.ground is (Ground.SILENCED_URGENT if is_urgent(nature) else Ground.CARD_OPERATOR)
    elif waits:
        assert decided.ground is Ground.VERIFY_FIRST


@given(st.sampled_from(sorted(nature for nature in Nature if is_urgent(nature))), st.booleans())
def test_an_urgent_nature_never_waits_for_verification(nature: Nature, verify_first: bool) -> None:
    """Whatever `verify_first` says on an automatic card."""
    assert plan(card("c", nature, verify_first=verify_first), nature, silenced=False).automatic


def test_the_default_priority_of_every_nature_exists() -> None:
    """No nature is without one."""
    assert all(NATURES[nature].priority in Priority for nature in Nature)
