"""A decision by run card is recorded, and decided again to the same."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.vocabulary.dispatching import Engagement
from schemas.vocabulary.natures import Nature, Priority
from services.dispatch.domain.recommending.recording import UnknownForm
from services.dispatch.domain.run_card import Card, Facts
from services.dispatch.domain.run_card_recording import Question, as_inputs, as_output, is_decision_by_card, question_of
from tests.unit.dispatch.builders import card, facts

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
EITHER = st.sampled_from([None, True, False])
KINDS = st.sampled_from([None, "school", "shop"])
FACTS = st.builds(Facts, st.sampled_from(Nature), st.integers(1, 4), KINDS, EITHER, st.booleans(), st.booleans())
QUESTIONS = st.builds(Question, FACTS, st.booleans(), st.booleans())


@st.composite
def cards(draw: st.DrawFn) -> tuple[Card, ...]:
    """A few cards with any conditions."""
    return tuple(
        card(
            f"c{number}",
            *draw(st.sets(st.sampled_from(Nature), min_size=1)),
            priority=draw(st.sampled_from(Priority)),
            engagement=draw(st.sampled_from(Engagement)),
            verify_first=draw(st.booleans()),
            site_kinds=draw(st.sampled_from([frozenset(), frozenset({"school"})])),
            min_sources=draw(st.integers(1, 3)),
            site_open=draw(EITHER),
            night=draw(EITHER),
            protected=draw(EITHER),
        )
        for number in range(draw(st.integers(0, 4)))
    )


@given(cards(), QUESTIONS)
def test_inputs_go_through_json_and_give_the_same_decision(known: tuple[Card, ...], question: Question) -> None:
    """Rule 15: what the event carries is all that the decision was made from, and what came out stands beside it."""
    decided = question.answer(known)
    inputs = json.loads(json.dumps(as_inputs(question, decided, NOW, "v1")))
    again = question_of(inputs)
    assert again == question
    assert again.answer(known) == decided
    assert {name: inputs[name] for name in as_output(decided)} == as_output(again.answer(known))
    assert is_decision_by_card(inputs)


def test_other_cards_give_another_decision() -> None:
    """Replay with changed cards: the same facts under another card differ in what is compared, and nothing else."""
    question = Question(facts(Nature.FIRE), silenced=False)
    one = as_inputs(question, question.answer([card("old", Nature.FIRE)]), NOW, "v1")
    other = as_output(question_of(one).answer([card("new", Nature.FIRE, priority=Priority.P2)]))
    assert (one["card"], other["card"], one["priority"], other["priority"]) == ("old", "new", "P1", "P2")


def test_another_form_is_refused_by_name() -> None:
    """A record of another time is not misread, nor is another decision's."""
    inputs = as_inputs(Question(facts(), False), Question(facts(), False).answer(()), NOW, "v1")
    with pytest.raises(UnknownForm, match="form 99"):
        question_of({**inputs, "form": 99})
    assert not is_decision_by_card({"form": 1, "situation": {}})
