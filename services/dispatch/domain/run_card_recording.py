"""The inputs of a decision by run card as JSON values and back: rule 15, so that replay decides the same thing again.

Only ids, enums, counts and times: no place, no person, no text.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from schemas.vocabulary.natures import Nature
from services.dispatch.domain.distress import outranking
from services.dispatch.domain.recommending.recording import UnknownForm
from services.dispatch.domain.run_card import Card, Facts, Plan, choose, plan

FORM = 1
"""Number of this form; raised when a field changes its meaning."""


@dataclass(frozen=True, slots=True)
class Question:
    """All that a decision is made from, beside the cards.

    `silenced`: under a silence or test, so that an operator confirms. `by_operator`: an operator took it apart.
    """

    facts: Facts
    silenced: bool
    by_operator: bool = False

    def answer(self, cards: Iterable[Card]) -> Plan:
        """The decision under these cards."""
        nature = self.facts.nature
        return outranking(plan(choose(cards, self.facts), nature, self.silenced, self.by_operator), nature)


def as_inputs(question: Question, decided: Plan, at: datetime, pack_version: str) -> dict[str, Any]:
    """JSON values only; `question_of` gives the question back, `as_output` is the part that is compared."""
    return {
        "form": FORM,
        "clock": at.isoformat(),
        "pack_version": pack_version,
        "facts": asdict(question.facts),
        "silenced": question.silenced,
        "by_operator": question.by_operator,
        **as_output(decided),
    }


def as_output(decided: Plan) -> dict[str, Any]:
    """What was decided, as it stands among the inputs."""
    return {
        "card": decided.card.id,
        "priority": decided.card.priority,
        "automatic": decided.automatic,
        "ground": decided.ground,
    }


def question_of(inputs: Mapping[str, Any]) -> Question:
    """The question as it was. Raises UnknownForm, and KeyError or ValueError where the record is damaged."""
    if inputs.get("form") != FORM:
        raise UnknownForm(f"inputs have form {inputs.get('form')!r}, this version reads {FORM}")
    return Question(facts_from_inputs(inputs), inputs["silenced"], inputs["by_operator"])


def facts_from_inputs(inputs: Mapping[str, Any]) -> Facts:
    """The facts as they were."""
    facts = dict(inputs["facts"])
    return Facts(**facts | {"nature": Nature(facts["nature"])})


def is_decision_by_card(inputs: Mapping[str, Any]) -> bool:
    """True if an event's inputs are of this kind; those of other decisions have no `facts`."""
    return "facts" in inputs
