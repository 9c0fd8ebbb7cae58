"""Which run card holds: the facts gathered within the transaction, the decision, and the inputs that replay reads."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from schemas.vocabulary.dispatching import Engagement
from schemas.vocabulary.natures import Nature
from services.dispatch.domain.run_card import Facts, Ground, Plan
from services.dispatch.domain.run_card_recording import Question, as_inputs
from services.dispatch.store import protection
from services.dispatch.store.case import Case
from services.dispatch.store.work import Work

PROTECTED = "protected_address"
"""Flag of an incident at a protected person's address."""
SILENCED = "silenced"
"""Flag of an incident whose urgent alarm stood under a silence or test."""


@dataclass(frozen=True)
class Decided:
    """A decision by run card, and its inputs as every event that follows from it carries them."""

    plan: Plan
    inputs: dict[str, Any]


async def decide(work: Work, case: Case, nature: Nature, *, silenced: bool, by_operator: bool = False) -> Decided:
    """The run card for an alarm of `nature` on the incident as it now stands, and whether it starts by itself."""
    await protect(work, case)
    question = Question(facts_of(work, case, nature), silenced, by_operator)
    decided = question.answer(case.book.cards)
    return Decided(decided, as_inputs(question, decided, work.now, case.book.version))


def facts_of(work: Work, case: Case, nature: Nature) -> Facts:
    """What is known now of an incident, for an alarm of `nature` on it."""
    book, incident = case.book, case.incident
    return Facts(
        nature=nature,
        sources=incident.sources,
        site_kind=book.site_kind(incident.site),
        site_open=book.site_open(incident.site, work.now),
        night=book.is_night(work.now),
        protected=incident.protected_address is not None,
    )


async def protect(work: Work, case: Case) -> None:
    """Marks an incident that lies at a protected address in force; once marked it stays so."""
    incident = case.incident
    if incident.protected_address is None and incident.place is not None:
        mark(case, await protection.nearest(work.conn, incident.centre, incident.place, work.now))


def mark(case: Case, address: str | None) -> None:
    """Puts a protected address on an incident that has none."""
    if address is not None and case.incident.protected_address is None:
        case.amend(protected_address=address, flags=tuple(dict.fromkeys((*case.incident.flags, PROTECTED))))


def apply(case: Case, decided: Plan) -> None:
    """Puts a card on the incident. Its levels of escalation begin anew where it is another card."""
    card, incident = decided.card, case.incident
    flags = incident.flags
    if decided.ground is Ground.SILENCED_URGENT and SILENCED not in flags:
        flags = (*flags, SILENCED)
    target = incident.opened_at + timedelta(seconds=card.target_s)
    if card.id != incident.run_card:
        case.amend(escalation=0, escalate_at=None)
    case.amend(
        priority=card.priority,
        run_card=card.id,
        verify_first=card.verify_first and not decided.automatic,
        engagement=Engagement.AUTOMATIC if decided.automatic else Engagement.OPERATOR_CONFIRMED,
        target_at=min(target, incident.target_at or target),
        flags=flags,
    )


def held(case: Case) -> bool:
    """True if an operator was to confirm because of a silence or test; more alarms under it do not lift that."""
    return SILENCED in case.incident.flags
