"""An officer in distress outranks everything: card, silence and drill may add to what is done here, never take away."""

from dataclasses import replace

from schemas.vocabulary.dispatching import Engagement, ResponderKind
from schemas.vocabulary.natures import Nature, Priority
from services.dispatch.domain.recommending import Policy
from services.dispatch.domain.run_card import Card, Ground, Need, Plan

PATROLS = 2
"""The nearest two come: one is not enough where an officer could not hold his own."""
POLICY = Policy(diversions_per_incident=1_000)
"""Both may be taken from the same incident, which else loses one at most."""


def outranking(plan: Plan, nature: Nature) -> Plan:
    """The plan for an alarm of `nature`; an officer's distress is P1, at least two patrols, and waits for nobody."""
    if nature is not Nature.OFFICER_DISTRESS:
        return plan
    card = replace(
        plan.card,
        priority=Priority.P1,
        verify_first=False,
        engagement=Engagement.AUTOMATIC,
        needs=(_patrols(plan.card), *(need for need in plan.card.needs if need.kind is not ResponderKind.PATROL)),
    )
    return Plan(card, True, plan.ground if plan.automatic else Ground.URGENT_NEVER_WAITS)


def policy_for(nature: Nature) -> Policy:
    """The thresholds of the recommendation for an incident of `nature`."""
    return POLICY if nature is Nature.OFFICER_DISTRESS else Policy()


def _patrols(card: Card) -> Need:
    asked = next((need for need in card.needs if need.kind is ResponderKind.PATROL), Need(ResponderKind.PATROL))
    return replace(asked, count=max(PATROLS, asked.count))
