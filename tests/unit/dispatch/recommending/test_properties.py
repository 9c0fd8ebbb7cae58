"""What holds for every situation whatever."""

from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from schemas.vocabulary.natures import Priority
from services.dispatch.domain.recommending import Reason, Recommendation, Refusal, Situation, Work, recommend
from tests.unit.dispatch.recommending.any_situation import situations
from tests.unit.dispatch.recommending.scenes import best, seconds_of

BLIND = {Reason.POSITION_STALE, Reason.POSITION_UNKNOWN, Reason.DECLINED_BEFORE}


def _work(situation: Situation) -> dict[str, Work | None]:
    return {unit.id: unit.work for unit in situation.units}


@given(situations())
def test_ranked_and_refused_are_all_units_each_once(situation: Situation) -> None:
    """Nobody is forgotten, nobody is in both."""
    found = recommend(situation)
    named = [known.unit for known in found.ranked] + [known.unit for known in found.refused]
    assert sorted(named) == sorted(unit.id for unit in situation.units)


@given(situations())
def test_a_bound_unit_is_recommended_only_as_a_diversion_that_the_rules_allow(situation: Situation) -> None:
    """Never from a scene, from a P1, for less than a P1, a second time, nor for less than 30 s."""
    found = recommend(situation)
    work = _work(situation)
    willing = _willing(found)
    for known in found.ranked:
        bound = work[known.unit]
        assert known.diverts == (bound.incident if bound else None)
        if bound is None:
            continue
        assert situation.incident.priority is Priority.P1
        assert bound.priority is not Priority.P1
        assert not bound.on_scene
        assert bound.diversions == 0
        assert bound.incident != situation.incident.id
        assert all(seconds - seconds_of(known) >= 30.0 for seconds in willing)


@given(situations(), st.randoms(use_true_random=False))
def test_the_order_in_which_units_come_changes_nothing(situation: Situation, random: Random) -> None:
    """The ranking is total: ties fall by id, not by chance."""
    shuffled = list(situation.units)
    random.shuffle(shuffled)
    assert recommend(replace(situation, units=tuple(shuffled))) == recommend(situation)


@given(situations())
def test_nobody_unfit_is_ever_recommended(situation: Situation) -> None:
    """Capability, rest and help for oneself hold in every rule, also the last resort."""
    fit = {unit.id: unit for unit in situation.units}
    for known in recommend(situation).ranked:
        unit = fit[known.unit]
        assert situation.incident.capabilities <= unit.capabilities
        assert unit.id not in situation.incident.callers
        assert not unit.retiring
        assert unit.rest_until is None or unit.rest_until <= situation.now


@given(situations(), st.floats(0.0, 1.0))
def test_coming_nearer_never_costs_a_unit_its_place_for_life_in_danger(situation: Situation, share: float) -> None:
    """Monotone: the best of a P1 stays the best when it comes nearer."""
    life = replace(situation, incident=replace(situation.incident, priority=Priority.P1))
    first = recommend(life).best
    if first is None or first.seconds is None:
        return
    nearer = replace(life, seconds={**life.seconds, first.unit: first.seconds * share})
    assert best(nearer).unit == first.unit


@given(situations())
def test_one_unit_more_never_makes_a_p1_wait_longer(situation: Situation) -> None:
    """Monotone in the fleet, as long as somebody with a known position goes."""
    life = replace(situation, incident=replace(situation.incident, priority=Priority.P1, declined=frozenset()))
    whole = recommend(life)
    for unit in life.units:
        without = recommend(replace(life, units=tuple(each for each in life.units if each is not unit)))
        if _found(without):
            assert _found(whole)
            # A diversion needs 30 s: a slightly nearer idle unit may keep one from happening.
            slack = 30.0 if best(without).diverts else 0.0
            assert seconds_of(best(whole)) <= seconds_of(best(without)) + slack


def _willing(found: Recommendation) -> list[float]:
    """Seconds of the idle units that did not decline and whose position is known."""
    known = [each for each in found.ranked if each.reason not in BLIND and not each.diverts]
    return [seconds_of(each) for each in known]


def _found(known: Recommendation) -> bool:
    return known.best is not None and known.best.reason not in BLIND


@given(situations())
def test_coverage_is_bought_within_its_bounds_only(situation: Situation) -> None:
    """Whoever on duty goes before a closer unit is within the target and at most 150 s slower."""
    if situation.incident.priority is Priority.P1:
        return
    found = recommend(situation)
    if not _found(found) or best(found).reason is Reason.ON_CALL:
        return
    on_duty = tuple(known for known in found.ranked if known.reason is not Reason.ON_CALL)
    closest = min(_willing(replace(found, ranked=on_duty)))
    first = seconds_of(best(found))
    if first > closest:
        assert first <= closest + 150.0
        assert first <= situation.incident.remaining_s(situation.now)
        assert situation.utilisation <= 0.5


@given(situations())
def test_a_refusal_for_too_small_a_gain_is_true(situation: Situation) -> None:
    """What is said of a unit is so."""
    found = recommend(situation)
    idle = _willing(found)
    for known in found.refused:
        if known.reason is Refusal.GAIN_TOO_SMALL:
            assert known.seconds is not None
            assert min(idle) - known.seconds < 30.0
