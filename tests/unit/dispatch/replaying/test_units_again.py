"""Unit decisions evaluated again: the same as recorded, unless the run card behind them is another."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from schemas.vocabulary.dispatching import Engagement, IncidentEvent, ResponderKind
from schemas.vocabulary.natures import Nature, Priority
from services.dispatch.domain.recommending import Situation
from services.dispatch.domain.replaying import Obstacle, Reservation
from services.dispatch.domain.run_card import Need
from tests.unit.dispatch.builders import card, facts
from tests.unit.dispatch.recommending.any_situation import situations
from tests.unit.dispatch.recommending.scenes import coverage, idle, incident, situation
from tests.unit.dispatch.replaying.recorded import evaluated, offer, opening, told

TWO = {idle("near"): 100.0, idle("far"): 130.0}
KEEPS_NEAR = coverage((1.0, 1.0), {"near": "11", "far": "01"})
"""The near unit covers what nobody else does: for a P3 the far one goes."""


@given(situations())
def test_any_decision_evaluated_again_is_the_same(known: Situation) -> None:
    """Nothing changed, no difference: the promise of rule 15, over a thousand situations."""
    [finding] = evaluated(offer(known))
    assert (finding.differences, finding.obstacle, finding.reservations) == ((), None, ())


def test_another_unit_another_time_and_another_rule_are_named() -> None:
    """A record that says otherwise differs in just these aspects."""
    made = offer(situation(TWO))
    first, second = made.inputs["recommendation"]["ranked"]
    other = {"rule": "sent_blindly", "ranked": [second, first], "refused": [{"unit": "x", "reason": "off_duty"}]}
    [finding] = evaluated(
        replace(made, inputs={**made.inputs, "recommendation": other}, detail={"unit": "far", "slot": 0})
    )
    assert told(finding) == {
        "unit": ("far", "near"),
        "seconds": (130.0, 100.0),
        "rule": ("sent_blindly", "fastest"),
        "refused": ("x off_duty", ""),
    }


def test_the_order_behind_the_first_is_compared_too() -> None:
    """The operator saw three: if the second was another, that is a difference."""
    made = offer(situation({**TWO, idle("third"): 200.0}))
    first, second, third = made.inputs["recommendation"]["ranked"]
    other = {**made.inputs["recommendation"], "ranked": [first, third, second]}
    [finding] = evaluated(replace(made, inputs={**made.inputs, "recommendation": other}))
    assert list(told(finding)) == ["ranking"]


@pytest.mark.parametrize("reason", ["operator", "operator_override"])
def test_an_operators_choice_is_compared_with_the_recommendation(reason: str) -> None:
    """A person chose; what must be the same is what was recommended then."""
    made = replace(offer(situation(TWO)), reason=reason, detail={"unit": "far", "slot": 0})
    [finding] = evaluated(made)
    assert finding.differences == ()
    [other] = evaluated(replace(made, inputs={**made.inputs, "recommended": "far"}))
    assert told(other)["recommended"] == ("far", "near")


def test_nobody_there_is_a_decision_too() -> None:
    """Waiting for a unit is the same if nobody can be sent, and a difference if somebody can."""
    nobody = offer(situation({}))
    assert nobody.event == IncidentEvent.TASK_WAITING
    [same] = evaluated(nobody)
    assert (same.differences, same.obstacle) == ((), None)
    [other] = evaluated(replace(offer(situation(TWO)), event=IncidentEvent.NO_UNIT_LEFT, detail={}))
    assert told(other)["unit"] == (None, "near")


def routine(**more: Any) -> Situation:
    """A P3 for which coverage decides."""
    return situation(TWO, incident(Priority.P3), coverage=KEEPS_NEAR, **more)


DISTURBANCE = card("seen", Nature.DISTURBANCE, priority=Priority.P3, target_s=600)


def under(changed: Any, *offers: Any) -> list[Any]:
    """An incident opened under DISTURBANCE and its offers, evaluated with another card."""
    opened = opening(facts(Nature.DISTURBANCE), (DISTURBANCE,))
    return evaluated(opened, *offers, stored=(DISTURBANCE,), changed=(changed,))


def test_a_raised_priority_sends_the_nearest() -> None:
    """P3 becomes P1: not coverage but time decides, and the times were recorded for a quiet drive."""
    opened, offered = under(replace(DISTURBANCE, priority=Priority.P1), offer(routine()))
    assert told(opened) == {"priority": ("P3", "P1")}
    assert told(offered) == {
        "unit": ("far", "near"),
        "seconds": (130.0, 100.0),
        "rule": ("least_loss_of_coverage", "fastest"),
    }
    assert offered.reservations == (Reservation.OTHER_TRAVEL_PROFILE,)


def test_a_tighter_target_leaves_no_choice() -> None:
    """The far unit is no longer in time: the near one goes."""
    opened, offered = under(replace(DISTURBANCE, target_s=120), offer(routine()))
    assert told(opened) == {"target": (600, 120)}
    assert told(offered) == {"unit": ("far", "near"), "seconds": (130.0, 100.0)}


def test_other_capabilities_refuse_who_has_none() -> None:
    """Who lacks what the changed card asks for is refused with the usual reason."""
    needs = (Need(ResponderKind.PATROL, capabilities=frozenset({"dog"})),)
    opened, offered = under(replace(DISTURBANCE, needs=needs), offer(routine()))
    assert told(opened) == {"capabilities patrol": (None, "dog")}
    assert told(offered)["unit"] == ("far", None)
    assert told(offered)["refused"] == ("", "far lacks_capability, near lacks_capability")


def test_fewer_patrols_and_other_responders_are_told() -> None:
    """The second patrol's offer is one too many; the police are asked for in addition."""
    two = replace(DISTURBANCE, needs=(Need(ResponderKind.PATROL, 2),))
    one = replace(DISTURBANCE, needs=(Need(ResponderKind.PATROL), Need(ResponderKind.NATIONAL_POLICE, agency="pn")))
    opened = opening(facts(Nature.DISTURBANCE), (two,))
    found = evaluated(opened, offer(routine()), offer(routine(), slot=1), stored=(two,), changed=(one,))
    assert [told(finding) for finding in found] == [
        {"responders patrol": (2, 1), "responders national_police": (0, 1)},
        {},
        {"slot": (2, None)},
    ]


def test_a_life_in_danger_that_no_longer_is_one_lacks_its_coverage() -> None:
    """A P1 records no coverage; the decision is made without, and that is said."""
    life = replace(DISTURBANCE, priority=Priority.P1)
    opened = opening(facts(Nature.DISTURBANCE), (life,))
    _, offered = evaluated(opened, offer(situation(TWO)), stored=(life,), changed=(DISTURBANCE,))
    assert told(offered) == {"rule": ("fastest", "closest_without_coverage_model")}
    assert offered.reservations == (Reservation.COVERAGE_NOT_RECORDED, Reservation.OTHER_TRAVEL_PROFILE)


def test_an_incident_of_which_no_run_card_is_known_is_evaluated_as_recorded() -> None:
    """Its opening was recorded by an earlier version: no difference is claimed, and the lack is said."""
    [finding] = evaluated(offer(routine()), stored=(DISTURBANCE,), changed=(replace(DISTURBANCE, target_s=60),))
    assert (finding.differences, finding.reservations) == ((), (Reservation.CARD_UNKNOWN,))


def test_a_less_urgent_card_later_takes_nothing_back() -> None:
    """As dispatch does: after a P1 the P3 of a further alarm changes neither priority nor target."""
    raised = replace(DISTURBANCE, priority=Priority.P1, natures=frozenset({Nature.ASSAULT}), id="assault")
    cards = (DISTURBANCE, raised)
    changed = (replace(DISTURBANCE, target_s=120), raised)
    events = (
        opening(facts(Nature.ASSAULT), cards),
        replace(opening(facts(Nature.DISTURBANCE), cards), event=IncidentEvent.SIGNAL_LINKED),
        offer(situation(TWO)),
    )
    *_, offered = evaluated(*events, stored=cards, changed=changed)
    assert (offered.differences, offered.reservations) == ((), ())


def test_an_order_to_confirm_is_a_difference_of_engagement() -> None:
    """The same means, but an operator would have had to say so."""
    [opened] = under(replace(DISTURBANCE, engagement=Engagement.OPERATOR_CONFIRMED))
    assert told(opened) == {"engagement": (True, False), "ground": ("card_automatic", "card_operator")}


def test_a_pack_that_is_not_stored_is_an_obstacle() -> None:
    """The inputs are there, the run cards are not."""
    made = opening(facts(Nature.DISTURBANCE), (DISTURBANCE,))
    [finding] = evaluated(replace(made, inputs={**made.inputs, "pack_version": "gone"}))
    assert finding.obstacle is Obstacle.PACK_NOT_STORED
