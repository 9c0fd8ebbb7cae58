"""P2 and P3: the smallest loss of coverage among units that are near enough."""

import pytest

from schemas.vocabulary.natures import Priority
from services.dispatch.domain.recommending import Policy, Reason, Rule, recommend
from services.dispatch.domain.recommending.coverage import losses
from tests.unit.dispatch.recommending.scenes import ago, best, coverage, idle, incident, situation

ROUTINE = incident(Priority.P3)
# "a" alone covers the heavy point, "b" and "c" share the light one.
MODEL = coverage((8.0, 2.0), {"a": "10", "b": "01", "c": "01"})


def test_loss_of_coverage_is_the_one_reckoned_by_hand() -> None:
    """DMEXCLP: weight · (1 - p) · p to the number of other units in reach."""
    lost = losses(MODEL, ["a", "b", "c"], 0.4)
    assert lost == pytest.approx({"a": 0.8 * 0.6, "b": 0.2 * 0.6 * 0.4, "c": 0.2 * 0.6 * 0.4})


def test_the_unit_that_is_missed_least_goes() -> None:
    """The closest stays where it alone covers the heavy point, and the reason says so."""
    found = recommend(situation({idle("a"): 60.0, idle("b"): 100.0}, ROUTINE, coverage=MODEL, utilisation=0.3))
    assert (best(found).unit, best(found).reason) == ("b", Reason.KEEPS_COVERAGE)
    assert found.rule is Rule.LEAST_LOSS_OF_COVERAGE
    lost, other = (known.coverage_loss for known in found.ranked)
    assert lost is not None
    assert other is not None
    assert lost < other


@pytest.mark.parametrize(("seconds", "unit"), [(210.0, "b"), (210.1, "a")])
def test_nobody_goes_who_is_more_than_150_s_slower(seconds: float, unit: str) -> None:
    """The price of coverage is bounded."""
    found = recommend(situation({idle("a"): 60.0, idle("b"): seconds}, ROUTINE, coverage=MODEL, utilisation=0.3))
    assert best(found).unit == unit


def test_what_has_been_waited_counts_against_the_target() -> None:
    """Within target is reckoned from when the incident was opened, with the margin for slow journeys."""
    waiting = incident(Priority.P3, opened_at=ago(500.0))
    units = {idle("a"): 60.0, idle("b"): 86.0}
    policy = Policy(target_share=0.85)
    found = recommend(situation(units, waiting, coverage=MODEL, utilisation=0.3, policy=policy))
    assert best(found).unit == "a"
    nearer = {idle("a"): 60.0, idle("b"): 85.0}
    assert best(situation(nearer, waiting, coverage=MODEL, utilisation=0.3, policy=policy)).unit == "b"


def test_with_nobody_within_target_the_closest_goes() -> None:
    """Coverage never makes a late arrival later."""
    found = recommend(situation({idle("a"): 700.0, idle("b"): 710.0}, ROUTINE, coverage=MODEL, utilisation=0.3))
    assert (best(found).unit, found.rule) == ("a", Rule.CLOSEST_NONE_WITHIN_TARGET)


@pytest.mark.parametrize(("utilisation", "unit"), [(0.5, "b"), (0.51, "a")])
def test_above_half_busy_the_closest_goes(utilisation: float, unit: str) -> None:
    """A reserve is not kept when there is too little to keep."""
    units = {idle("a"): 60.0, idle("b"): 100.0}
    found = recommend(situation(units, ROUTINE, coverage=MODEL, utilisation=utilisation))
    assert best(found).unit == unit
    assert (found.rule is Rule.CLOSEST_HIGH_UTILISATION) is (unit == "a")


def test_without_a_coverage_model_the_closest_goes_and_it_is_said() -> None:
    """A centre without demand points still gets a recommendation."""
    found = recommend(situation({idle("a"): 60.0, idle("b"): 100.0}, ROUTINE))
    assert (best(found).unit, found.rule) == ("a", Rule.CLOSEST_WITHOUT_COVERAGE_MODEL)


def test_weight_nought_is_closest_and_units_unknown_to_the_model_cost_nothing() -> None:
    """The weighting is a dial; a unit that no demand point knows leaves no gap."""
    units = {idle("a"): 60.0, idle("z"): 100.0}
    assert best(situation(units, ROUTINE, coverage=MODEL, policy=Policy(coverage_weight=0.0))).unit == "a"
    assert best(situation(units, ROUTINE, coverage=MODEL)).unit == "z"
