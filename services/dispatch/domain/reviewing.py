"""Whether a run card that is looked at again changes an incident: it may add and hasten, never take back."""

from collections.abc import Iterable
from enum import StrEnum

from schemas.vocabulary.dispatching import Engagement
from services.dispatch.domain.adding import missing
from services.dispatch.domain.incident import Incident
from services.dispatch.domain.run_card import Plan
from services.dispatch.domain.task import Task


class Review(StrEnum):
    """What another look at the cards leads to."""

    RAISES = "raises"
    """A better priority, with all that its card asks for."""
    STARTS = "starts"
    """What waited for the operator starts by itself."""
    ADDS = "adds"
    """No better priority, but responders that were not asked for."""
    NOTHING = "nothing"


def review(incident: Incident, tasks: Iterable[Task], decided: Plan, held: bool) -> Review:
    """What `decided` does to the incident. `held`: an operator was to confirm it because of a silence or a test."""
    before, after = incident.priority.rank, decided.card.priority.rank
    if after < before:
        return Review.RAISES
    if after == before and decided.automatic and incident.engagement is Engagement.OPERATOR_CONFIRMED and not held:
        return Review.STARTS
    return Review.ADDS if missing(tasks, decided.card.needs) else Review.NOTHING
