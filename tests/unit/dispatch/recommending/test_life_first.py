"""P1: the smallest time over idle and divertible units."""

import pytest

from schemas.vocabulary.natures import Priority
from services.dispatch.domain.recommending import Reason, Recommendation, Refusal, Rule, recommend
from tests.unit.dispatch.recommending.scenes import best, bound, idle, incident, situation


def reasons(recommendation: Recommendation) -> dict[str, str]:
    """Unit → why it stands where it stands."""
    ranked = {known.unit: str(known.reason) for known in recommendation.ranked}
    return ranked | {known.unit: str(known.reason) for known in recommendation.refused}


def test_the_fastest_idle_unit_goes_and_ties_fall_to_the_smaller_id() -> None:
    """Time alone decides for life in danger; the order is total."""
    found = recommend(situation({idle("c"): 90.0, idle("b"): 60.0, idle("a"): 90.0}))
    assert [known.unit for known in found.ranked] == ["b", "a", "c"]
    assert found.rule is Rule.FASTEST
    assert found.ranked[0].reason is Reason.FASTEST
    assert found.redispatch is None


@pytest.mark.parametrize(("gain", "diverted"), [(30.0, True), (29.9, False)])
def test_a_unit_is_diverted_from_thirty_seconds_gain_on(gain: float, diverted: bool) -> None:
    """The threshold is inclusive, and the decision names the incident that must be dispatched again at once."""
    found = recommend(situation({idle("a"): 200.0, bound("b"): 200.0 - gain}))
    assert (best(found).unit == "b") is diverted
    assert found.redispatch == ("w-b" if diverted else None)
    if diverted:
        assert found.rule is Rule.FASTEST_DIVERTED
        assert best(found).gain_s == pytest.approx(gain)
    else:
        assert reasons(found)["b"] == Refusal.GAIN_TOO_SMALL


def test_an_incident_loses_its_unit_only_once() -> None:
    """A unit whose incident was already left once is not taken again, however near it is."""
    found = recommend(situation({idle("a"): 500.0, bound("b", diversions=1): 10.0}))
    assert best(found).unit == "a"
    assert reasons(found)["b"] == Refusal.DIVERTED_BEFORE


def test_nobody_is_taken_from_a_scene_or_from_another_p1() -> None:
    """Only units still on their way to something less urgent can be diverted."""
    found = recommend(situation({bound("a", on_scene=True): 5.0, bound("b", Priority.P1): 5.0, idle("c"): 500.0}))
    assert [known.unit for known in found.ranked] == ["c"]
    assert reasons(found)["a"] == reasons(found)["b"] == Refusal.OCCUPIED


@pytest.mark.parametrize("priority", [Priority.P2, Priority.P3, Priority.P4])
def test_only_life_in_danger_diverts(priority: Priority) -> None:
    """A P2 takes nobody from a P3."""
    found = recommend(situation({bound("a"): 5.0, idle("b"): 500.0}, incident(priority)))
    assert [known.unit for known in found.ranked] == ["b"]


def test_with_nobody_idle_a_unit_on_its_way_is_diverted_whatever_the_gain() -> None:
    """There is nothing to compare with, so the gain is not stated."""
    found = recommend(situation({bound("a"): 550.0}))
    assert best(found).unit == "a"
    assert best(found).gain_s is None
    assert found.redispatch == "w-a"


def test_who_declined_comes_last_and_is_no_measure_for_a_diversion() -> None:
    """A near unit that declined does not keep a willing one on its way to routine work."""
    units = {idle("a"): 20.0, bound("b"): 100.0, idle("c"): 300.0}
    found = recommend(situation(units, incident(declined=frozenset({"a"}))))
    assert [(known.unit, known.reason) for known in found.ranked] == [
        ("b", Reason.DIVERTED),
        ("c", Reason.SLOWER),
        ("a", Reason.DECLINED_BEFORE),
    ]


def test_three_are_shown_and_all_are_kept() -> None:
    """The operator sees three; the record has everybody."""
    found = recommend(situation({idle(name): 10.0 for name in "abcde"}))
    assert [known.unit for known in found.top] == ["a", "b", "c"]
    assert len(found.ranked) == 5
