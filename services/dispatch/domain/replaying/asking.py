"""What run cards ask of an incident: as recorded, and as changed run cards would. Never less than before."""

from dataclasses import dataclass, replace

from schemas.vocabulary.dispatching import ResponderKind
from schemas.vocabulary.natures import Nature, Priority
from services.dispatch.domain.recommending import Situation
from services.dispatch.domain.replaying.findings import Reservation
from services.dispatch.domain.run_card import Card, Need, Plan

URGENT = frozenset({Priority.P1, Priority.P2})
"""With lights and siren; the others drive in traffic."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the run cards have asked of one incident so far. Seconds are from its opening."""

    card: str
    nature: Nature
    priority: Priority
    automatic: bool
    target_s: int
    patrols: int
    capabilities: frozenset[str]

    @classmethod
    def by(cls, plan: Plan, nature: Nature) -> "Asked":
        """What one card asks for an alarm of `nature`."""
        card, need = plan.card, patrols(plan.card)
        count, capabilities = (need.count, need.capabilities) if need else (0, frozenset[str]())
        return cls(card.id, nature, card.priority, plan.automatic, card.target_s, count, capabilities)


@dataclass(frozen=True, slots=True)
class Both:
    """The same incident under the recorded and under the changed run cards."""

    before: Asked
    after: Asked


def patrols(card: Card) -> Need | None:
    """What the card asks of patrols."""
    return next((need for need in card.needs if need.kind is ResponderKind.PATROL), None)


def grown(held: Asked | None, plan: Plan, nature: Nature) -> Asked:
    """After another look at the cards, as `actions.reconsidering` follows it: nothing is taken back.

    A less urgent card changes nothing; one as urgent adds patrols, and holds only for the incident's own nature or
    where it starts what waited for the operator.
    """
    asked = Asked.by(plan, nature)
    if held is None:
        return asked
    if asked.priority.rank > held.priority.rank:
        return held
    raises = asked.priority.rank < held.priority.rank
    holds = raises or nature is held.nature or (plan.automatic and not held.automatic)
    return Asked(
        card=asked.card if holds else held.card,
        nature=nature if raises else held.nature,
        priority=asked.priority,
        automatic=held.automatic or asked.automatic,
        target_s=min(held.target_s, asked.target_s) if holds else held.target_s,
        patrols=max(held.patrols, asked.patrols),
        capabilities=held.capabilities if held.patrols else asked.capabilities,
    )


def under(situation: Situation, both: Both | None) -> tuple[Situation, tuple[Reservation, ...]]:
    """The situation as changed run cards would have made it, and what is missing to know it fully.

    Units, their places and what binds them stay as recorded: one decision is looked at, not another day.
    """
    if both is None or both.before == both.after:
        return situation, ()
    before, after, incident = both.before, both.after, situation.incident
    priority = after.priority if before.priority is not after.priority else incident.priority
    changed = replace(
        incident,
        priority=priority,
        target_s=float(after.target_s) if before.target_s != after.target_s else incident.target_s,
        # Another task of the incident, a level of escalation's, asks for its own.
        capabilities=after.capabilities if before.capabilities == incident.capabilities else incident.capabilities,
    )
    return replace(situation, incident=changed), _missing(situation, priority)


def _missing(situation: Situation, priority: Priority) -> tuple[Reservation, ...]:
    recorded = situation.incident.priority
    found = []
    if recorded is Priority.P1 and priority is not Priority.P1 and situation.coverage is None:
        found.append(Reservation.COVERAGE_NOT_RECORDED)
    if (recorded in URGENT) != (priority in URGENT):
        found.append(Reservation.OTHER_TRAVEL_PROFILE)
    return tuple(found)
