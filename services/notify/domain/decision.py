"""Who is told about an event, and why: (news, directory) → decisions, each with its reason."""

from dataclasses import dataclass
from enum import StrEnum

from schemas.vocabulary.dispatching import HandOverState, IncidentEvent, WorkOrderState
from schemas.vocabulary.natures import Priority
from services.notify.domain.directory import Directory
from services.notify.domain.news import News
from services.notify.domain.reasons import NotifyReason

SHIFT_LEAD = "shift_lead"
NOBODY = "nobody"


class Verdict(StrEnum):
    """What follows from a decision."""

    TELL = "tell"
    FAIL = "fail"
    SKIP = "skip"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Decision:
    """One recipient of one event. FAIL is reported as failed at once; WITHDRAW stops what is not yet sent."""

    recipient: str
    verdict: Verdict
    reason: NotifyReason


def decide(news: News, directory: Directory | None, *, shift_lead: bool) -> tuple[Decision, ...]:
    """The decisions for one event, at least one. `shift_lead`: whether the centre gave an address for one."""
    match news.event:
        case IncidentEvent.HAND_OVER_SENT:
            return (_to_agency(news.agency, news, directory, NotifyReason.HAND_OVER_TO_AGENCY),)
        case IncidentEvent.WORK_ORDER_CREATED:
            return (_to_contractor(news, directory),)
        case IncidentEvent.HAND_OVER_CHANGED:
            return _hand_over_changed(news, directory, shift_lead)
        case IncidentEvent.WORK_ORDER_CHANGED:
            return (_work_order_changed(news),)
    return (_for_the_room(news, shift_lead),)


def _to_agency(agency: str | None, news: News, directory: Directory | None, why: NotifyReason) -> Decision:
    """Fails at once only where our pack is the event's own; an older or missing one may not know the agency yet."""
    if agency is None:
        return Decision(NOBODY, Verdict.FAIL, NotifyReason.AGENCY_NOT_NAMED)
    entry = directory.agencies.get(agency) if directory else None
    if entry is not None:
        known = entry.channel is not None
        return Decision(agency, Verdict.TELL, why) if known else _failed(agency, NotifyReason.NO_CHANNEL)
    if directory is not None and directory.version == news.pack_version:
        return _failed(agency, NotifyReason.UNKNOWN_AGENCY)
    return Decision(agency, Verdict.TELL, why)


def _to_contractor(news: News, directory: Directory | None) -> Decision:
    card = directory.cards.get(news.run_card) if directory and news.run_card else None
    contractor = news.agency or (card.contractor if card else None)
    if contractor is None:
        return Decision(NOBODY, Verdict.SKIP, NotifyReason.OWN_CREW)
    return _to_agency(contractor, news, directory, NotifyReason.WORK_ORDER_TO_CONTRACTOR)


def _hand_over_changed(news: News, directory: Directory | None, shift_lead: bool) -> tuple[Decision, ...]:
    if news.hand_over_state is HandOverState.SENT:
        # Still sent means that dispatch waited for an answer in vain; what is not yet delivered may still be.
        return (_to_shift_lead(NotifyReason.HAND_OVER_UNANSWERED, shift_lead),)
    if news.hand_over_state is None:
        return (_not_for_anyone(),)
    withdrawn = Decision(NOBODY, Verdict.WITHDRAW, NotifyReason.NO_LONGER_NEEDED)
    if news.hand_over_state is HandOverState.REFUSED:
        return withdrawn, _to_shift_lead(NotifyReason.HAND_OVER_REFUSED, shift_lead)
    if news.hand_over_state is HandOverState.WITHDRAWN:
        # Also where the request was not confirmed as delivered: it may have arrived all the same.
        return withdrawn, _to_agency(news.agency, news, directory, NotifyReason.HAND_OVER_WITHDRAWN)
    return (withdrawn,)


def _work_order_changed(news: News) -> Decision:
    over = news.work_order_state in {WorkOrderState.COMPLETED, WorkOrderState.ALREADY_FIXED}
    return Decision(NOBODY, Verdict.WITHDRAW, NotifyReason.NO_LONGER_NEEDED) if over else _not_for_anyone()


def _for_the_room(news: News, shift_lead: bool) -> Decision:
    match news.event:
        case IncidentEvent.NO_UNIT_LEFT:
            return _to_shift_lead(NotifyReason.NO_UNIT_LEFT, shift_lead)
        case IncidentEvent.ATTENTION_ASKED if news.priority is Priority.P1:
            return _to_shift_lead(NotifyReason.URGENT_UNACKNOWLEDGED, shift_lead)
        case IncidentEvent.TASK_WAITING if news.priority is Priority.P1:
            return _to_shift_lead(NotifyReason.URGENT_TASK_WAITS, shift_lead)
        case IncidentEvent.NOTIFICATION_FAILED if news.failed_recipient in {SHIFT_LEAD, None}:
            # Telling an unreached shift lead that they were not reached would go on for ever.
            return Decision(SHIFT_LEAD, Verdict.SKIP, NotifyReason.SHIFT_LEAD_UNREACHED)
        case IncidentEvent.NOTIFICATION_FAILED:
            return _to_shift_lead(NotifyReason.NOTIFICATION_FAILED, shift_lead)
    return _not_for_anyone()


def _to_shift_lead(why: NotifyReason, shift_lead: bool) -> Decision:
    if shift_lead:
        return Decision(SHIFT_LEAD, Verdict.TELL, why)
    return Decision(SHIFT_LEAD, Verdict.SKIP, NotifyReason.NO_SHIFT_LEAD)


def _failed(recipient: str, reason: NotifyReason) -> Decision:
    return Decision(recipient, Verdict.FAIL, reason)


def _not_for_anyone() -> Decision:
    return Decision(NOBODY, Verdict.SKIP, NotifyReason.NOT_FOR_ANYONE)
