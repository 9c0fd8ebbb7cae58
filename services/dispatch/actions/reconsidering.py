"""The run cards are looked at again: an alarm more, or a merge, may raise, start or add; nothing is taken back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from schemas.vocabulary.dispatching import Engagement, IncidentEvent, TaskState
from schemas.vocabulary.natures import Nature
from services.dispatch.actions import deciding, engaging, escalating, tasking
from services.dispatch.actions.deciding import Decided
from services.dispatch.domain.reviewing import Review, review
from services.dispatch.domain.task import Task
from services.dispatch.store.case import Case
from services.dispatch.store.work import Work


@dataclass(frozen=True)
class Seen:
    """What another look found: the card for an alarm of `nature`, and what it does to the incident."""

    nature: Nature
    decided: Decided
    review: Review

    @property
    def inputs_if_nothing_follows(self) -> dict[str, Any]:
        """For the event that led to the look: each decision's inputs are recorded exactly once."""
        return self.decided.inputs if self.review is Review.NOTHING else {}


async def look_again(work: Work, case: Case, nature: Nature, *, confirmed: bool, lifts: bool = False) -> Seen:
    """Decides by the cards again, and changes nothing yet.

    `confirmed`: the new alarm stands under a silence or test, so that an operator must confirm what it asks for.
    `lifts`: it is urgent and stands under none, though earlier ones did: alone it would have called somebody.
    """
    held = deciding.held(case) and not lifts
    waits = case.incident.engagement is Engagement.OPERATOR_CONFIRMED
    decided = await deciding.decide(work, case, nature, silenced=confirmed or (held and waits))
    return Seen(nature, decided, review(case.incident, case.tasks.values(), decided.plan, held))


async def follow(work: Work, case: Case, seen: Seen, offer: timedelta) -> None:
    """Does what was found. An incident that is engaged by itself stays so."""
    plan, found = seen.decided.plan, seen.review
    if found is Review.NOTHING:
        return
    before, was_automatic = case.incident, case.incident.engagement is Engagement.AUTOMATIC
    # What another kind of alarm, or a less urgent card, adds leaves the card of the incident and its instructions.
    same = seen.nature is before.nature and plan.card.priority is before.priority
    if found is not Review.ADDS or same:
        deciding.apply(case, plan)
    if was_automatic:
        case.amend(engagement=Engagement.AUTOMATIC)
    detail = {"from": before.priority, "to": plan.card.priority, "run_card": plan.card.id, "review": found}
    if found is Review.RAISES:
        case.amend(nature=seen.nature)
    event = IncidentEvent.PRIORITY_RAISED if found is Review.RAISES else IncidentEvent.CARD_APPLIED
    case.record(event, plan.ground, detail=detail, inputs=seen.decided.inputs)
    added = tasking.add_tasks(work, case, plan.card, plan.ground)
    if case.incident.engagement is Engagement.AUTOMATIC:
        escalating.arm(work, case)
    leave_to_operator(case, () if plan.automatic else added)
    if not plan.automatic:
        return
    if found is Review.ADDS:
        for task in added:
            await engaging.engage_task(work, case, case.tasks[task.id], offer, plan.ground)
    else:
        await engaging.engage(work, case, offer, plan.ground)


def leave_to_operator(case: Case, added: Iterable[Task]) -> None:
    """An incident that engages by itself says so no longer where something was added that waits for the operator."""
    if any(case.tasks[task.id].state is TaskState.PENDING for task in added):
        case.amend(engagement=Engagement.OPERATOR_CONFIRMED)
    elif case.incident.engagement is Engagement.AUTOMATIC:
        case.amend(verify_first=False)
