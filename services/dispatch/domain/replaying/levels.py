"""Whether a level of escalation was due, and whom it added, asked again."""

from datetime import datetime

from schemas.vocabulary.dispatching import AssignmentState, IncidentState
from schemas.vocabulary.natures import Nature, Priority
from services.dispatch.domain.assignment import Assignment
from services.dispatch.domain.escalating import Standing, Trigger, judge, next_level
from services.dispatch.domain.incident import Incident
from services.dispatch.domain.replaying.asking import Both
from services.dispatch.domain.replaying.cards import Cards, needs
from services.dispatch.domain.replaying.findings import Aspect, Difference, differing
from services.dispatch.domain.replaying.record import Record
from services.dispatch.domain.run_card import Card, Level


def compare(record: Record, stored: Cards, changed: Cards | None, both: Both | None) -> tuple[Difference, ...]:
    """By the card that held; under changed run cards by the one that would have held, at the same moment."""
    held: str = record.inputs["card"]
    before = _level(record, _card(stored, held))
    after_card = _card(stored, held) if changed is None else _card(changed, both.after.card if both else held)
    after = _level(record, after_card)
    return (
        *differing(Aspect.ESCALATION, record.detail["name_fr"], after.name_fr if after else None),
        *needs(before.needs if before else (), after.needs if after else ()),
    )


def _level(record: Record, card: Card | None) -> Level | None:
    """The level that comes then; None if there is none, or if it does not come by itself."""
    due = record.reason != Trigger.NOBODY_ON_SCENE or _standing(record, card) is Standing.DUE
    return next_level(card, record.inputs["reached"]) if due else None


def _standing(record: Record, card: Card | None) -> Standing:
    """Asks `judge`, which looks at nothing but what is recorded."""
    inputs = record.inputs
    clock, due = datetime.fromisoformat(inputs["clock"]), datetime.fromisoformat(inputs["escalate_at"])
    incident = Incident(
        id=record.incident,
        centre="",
        nature=Nature.SYSTEM,
        priority=Priority.P1,
        state=IncidentState.OPEN,
        opened_at=clock,
        pack_version=inputs["pack_version"],
        escalation=inputs["reached"],
        escalate_at=due,
    )
    there = Assignment("", record.incident, "", 0, "", 0, AssignmentState.ON_SCENE, clock)
    return judge(incident, card, [there] if inputs["on_scene"] else [], clock)


def _card(cards: Cards, name: str) -> Card | None:
    return next((card for card in cards if card.id == name), None)
