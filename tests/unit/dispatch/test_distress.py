"""An officer in distress gets two patrols as a P1, whatever card, silence or drill there is."""

from typing import Any

import pytest

from schemas.vocabulary.dispatching import Engagement, ResponderKind, UnitState
from schemas.vocabulary.natures import Nature, Priority
from services.dispatch.actions.choosing import after_binding
from services.dispatch.domain.distress import outranking, policy_for
from services.dispatch.domain.recommending import UnitView, Work, recommend
from services.dispatch.domain.run_card import Card, Facts, Ground, Need, choose, plan
from tests.unit.dispatch.builders import card
from tests.unit.dispatch.recommending.scenes import NOON, best, idle, incident, situation

DISTRESS = Nature.OFFICER_DISTRESS
POLICE = Need(ResponderKind.NATIONAL_POLICE, agency="police")
CARDS: list[dict[str, Any]] = [
    {},
    {"priority": Priority.P3, "engagement": Engagement.OPERATOR_CONFIRMED, "verify_first": True},
    {"needs": (POLICE,)},
]

FACTS = Facts(DISTRESS, 1, None, None, night=False, protected=False)


@pytest.mark.parametrize("silenced", [False, True])
@pytest.mark.parametrize("cards", [*([card("c", DISTRESS, **more)] for more in CARDS), []])
def test_no_card_and_no_silence_gives_an_officer_less(cards: list[Card], silenced: bool) -> None:
    """At least two patrols, at once, as a P1; what else the card asks for comes too."""
    decided = outranking(plan(choose(cards, FACTS), DISTRESS, silenced), DISTRESS)
    patrols = [need.count for need in decided.card.needs if need.kind is ResponderKind.PATROL]
    assert (decided.automatic, decided.card.priority, decided.card.verify_first, patrols) == (
        True,
        Priority.P1,
        False,
        [2],
    )
    assert (POLICE in decided.card.needs) is any(POLICE in known.needs for known in cards)
    assert decided.ground not in {Ground.SILENCED_URGENT, Ground.VERIFY_FIRST, Ground.CARD_OPERATOR}


def test_a_card_may_ask_for_more() -> None:
    """Three stay three, with their capabilities."""
    need = Need(ResponderKind.PATROL, 3, frozenset({"first_aid"}))
    decided = outranking(plan(card("c", DISTRESS, needs=(need,)), DISTRESS, False), DISTRESS)
    assert decided.card.needs == (need,)


def test_other_natures_keep_their_plan() -> None:
    """A silenced fire is confirmed by an operator, as before."""
    decided = plan(card("c", Nature.FIRE), Nature.FIRE, True)
    assert outranking(decided, Nature.FIRE) is decided


def moving(unit: str) -> UnitView:
    """On its way to the one intrusion."""
    return idle(unit, state=UnitState.EN_ROUTE, work=Work("w", Priority.P2, NOON))


@pytest.mark.parametrize(("nature", "second"), [(DISTRESS, "b"), (Nature.HOLD_UP, None)])
def test_both_units_of_one_incident_turn_round_for_an_officer_only(nature: Nature, second: str | None) -> None:
    """Else an incident loses one unit at most, also where two are taken in one decision."""
    scene = situation({moving("a"): 60.0, moving("b"): 90.0}, incident(), policy=policy_for(nature))
    assert best(scene).unit == "a"
    found = recommend(after_binding(scene, "a")).best
    assert (found.unit if found else None) == second
