"""Which run card was taken, and what it asked for, asked again of the same or of changed run cards."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from schemas.vocabulary.natures import Nature
from services.dispatch.domain.replaying.findings import Aspect, Difference, differing
from services.dispatch.domain.replaying.record import Json
from services.dispatch.domain.run_card import Card, Need, Plan
from services.dispatch.domain.run_card_recording import question_of

Cards = Sequence[Card]


@dataclass(frozen=True, slots=True)
class Answers:
    """The decision under the recorded run cards and under those it is evaluated with."""

    nature: Nature
    before: Plan
    after: Plan


def answers(inputs: Json, stored: Cards, changed: Cards | None) -> Answers:
    """Raises as `run_card_recording.question_of`."""
    question = question_of(inputs)
    before = question.answer(stored)
    return Answers(question.facts.nature, before, before if changed is None else question.answer(changed))


def compare(inputs: Json, found: Answers) -> tuple[Difference, ...]:
    """Against what is recorded; what the record does not name, against the recorded run cards' answer."""
    after = found.after
    return (
        *differing(Aspect.PRIORITY, inputs["priority"], after.card.priority.value),
        *differing(Aspect.RUN_CARD, inputs["card"], after.card.id),
        *differing(Aspect.ENGAGEMENT, inputs["automatic"], after.automatic),
        *differing(Aspect.GROUND, inputs["ground"], after.ground.value),
        *needs(found.before.card.needs, after.card.needs),
        *differing(Aspect.TARGET, found.before.card.target_s, after.card.target_s),
        *differing(Aspect.ESCALATION, _levels(found.before.card), _levels(after.card)),
    )


def needs(before: Iterable[Need], after: Iterable[Need]) -> tuple[Difference, ...]:
    """Who must come, by kind of responder."""
    old, new = ({need.kind.value: need for need in asked} for asked in (before, after))
    found: list[Difference] = []
    for kind in sorted(old.keys() | new.keys()):
        found += _need(kind, old.get(kind), new.get(kind))
    return tuple(found)


def _need(kind: str, old: Need | None, new: Need | None) -> tuple[Difference, ...]:
    counts = differing(Aspect.RESPONDERS, old.count if old else 0, new.count if new else 0, kind)
    if old is None or new is None:
        return counts
    return (
        *counts,
        *differing(Aspect.CAPABILITIES, _skills(old), _skills(new), kind),
        *differing(Aspect.AGENCY, old.agency, new.agency, kind),
    )


def _skills(need: Need) -> str | None:
    return ", ".join(sorted(need.capabilities)) or None


def _levels(card: Card) -> str | None:
    each = (f"{level.name_fr} / {level.name_en}{_after(level.after_s)}" for level in card.levels)
    return ", ".join(each) or None


def _after(seconds: int | None) -> str:
    return f" ({seconds} s)" if seconds is not None else ""
