"""Which card fits, and whether it starts by itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.vocabulary.dispatching import Engagement
from schemas.vocabulary.natures import NATURES, Nature, Priority, is_urgent
from services.dispatch.domain.run_card import Ground, choose, plan
from tests.unit.dispatch.builders import card, facts

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
    assert choose(CARDS, facts(nature, sources=sources, site_kind=site_kind)).id == chosen


MOMENTS = (
    card("guarded", Nature.ASSAULT, Nature.INTRUSION, protected=True),
    card("pupils", Nature.INTRUSION, site_open=True),
    card("closed-at-night", Nature.INTRUSION, site_open=False, night=True),
    card("not-guarded-by-day", Nature.INTRUSION, night=False, protected=False),
    card("any", Nature.INTRUSION),
)


@pytest.mark.parametrize(
    ("protected", "site_open", "night", "chosen"),
    [
        (True, True, True, "guarded"),
        (False, True, True, "pupils"),
        (False, True, False, "pupils"),
        (False, False, True, "closed-at-night"),
        (False, False, False, "not-guarded-by-day"),
        (False, None, False, "not-guarded-by-day"),
        (False, None, True, "any"),
    ],
)
def test_the_moment_and_the_place_decide(protected: bool, site_open: bool | None, night: bool, chosen: str) -> None:
    """Opening hours, night and a protected address; unknown hours are neither open nor closed."""
    known = facts(Nature.INTRUSION, protected=protected, site_open=site_open, night=night)
    assert choose(MOMENTS, known).id == chosen


@given(st.sampled_from(Nature), st.integers(1, 9))
def test_without_any_card_an_alarm_is_shown_all_the_same(nature: Nature, sources: int) -> None:
    """At its nature's priority; an urgent one is engaged even so, any other waits for an operator."""
    found = choose((), facts(nature, sources=sources))
    decided = plan(found, nature, silenced=False)
    assert (found.priority, decided.ground, decided.automatic) == (
        NATURES[nature].priority,
        Ground.NO_CARD,
        is_urgent(nature),
    )
    assert bool(found.needs) is (nature is not Nature.SYSTEM), "a failure of the system itself sends nobody"


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


@given(st.sampled_from(Nature), st.booleans())
def test_what_an_operator_took_apart_waits_for_that_operator(nature: Nature, silenced: bool) -> None:
    """Also an urgent nature: the units are with the incident that it was taken from."""
    decided = plan(card("c", nature), nature, silenced, by_operator=True)
    assert (decided.automatic, decided.ground) == (False, Ground.CARD_OPERATOR)


def test_the_default_priority_of_every_nature_exists() -> None:
    """No nature is without one."""
    assert all(NATURES[nature].priority in Priority for nature in Nature)
