"""Who is told, and why."""

from dataclasses import replace

import pytest

from schemas.vocabulary.dispatching import HandOverState, IncidentEvent, WorkOrderState
from schemas.vocabulary.natures import Priority
from services.notify.domain.decision import NOBODY, SHIFT_LEAD, Decision, Verdict, decide
from services.notify.domain.news import News
from services.notify.domain.reasons import NotifyReason
from tests.unit.notify.samples import DIRECTORY, FIRE, news

TOLD_BY_NAME = {
    IncidentEvent.HAND_OVER_SENT,
    IncidentEvent.HAND_OVER_CHANGED,
    IncidentEvent.WORK_ORDER_CREATED,
    IncidentEvent.WORK_ORDER_CHANGED,
}
FOR_THE_SHIFT_LEAD = {
    IncidentEvent.NO_UNIT_LEFT,
    IncidentEvent.TASK_WAITING,
    IncidentEvent.ATTENTION_ASKED,
    IncidentEvent.NOTIFICATION_FAILED,
}


def only(item: News, *, shift_lead: bool = True) -> Decision:
    """The single decision about an event."""
    (decision,) = decide(item, DIRECTORY, shift_lead=shift_lead)
    return decision


def test_a_hand_over_is_told_to_its_agency() -> None:
    """The agency that the event names is the recipient."""
    assert only(FIRE) == Decision("sdis", Verdict.TELL, NotifyReason.HAND_OVER_TO_AGENCY)


@pytest.mark.parametrize(
    ("agency", "reason", "recipient"),
    [
        (None, NotifyReason.AGENCY_NOT_NAMED, NOBODY),
        ("mute", NotifyReason.NO_CHANNEL, "mute"),
        ("strange", NotifyReason.UNKNOWN_AGENCY, "strange"),
    ],
)
def test_a_hand_over_that_cannot_be_told_fails_at_once(
    agency: str | None, reason: NotifyReason, recipient: str
) -> None:
    """The room learns at once that nobody will be told, instead of after ten minutes of attempts."""
    assert only(replace(FIRE, agency=agency)) == Decision(recipient, Verdict.FAIL, reason)


def test_an_agency_of_a_newer_pack_is_tried_until_the_pack_is_here() -> None:
    """An agency that our older pack does not know is no failure yet."""
    assert only(replace(FIRE, agency="new", pack_version="v2")).verdict is Verdict.TELL
    assert decide(replace(FIRE, agency="new"), None, shift_lead=False)[0].verdict is Verdict.TELL


def test_a_work_order_goes_to_the_contractor_of_its_card_and_else_to_our_own_crew() -> None:
    """Only a run card that names a contractor sends a work order outside."""
    outside = news(IncidentEvent.WORK_ORDER_CREATED, agency=None, run_card="eclairage")
    inside = news(IncidentEvent.WORK_ORDER_CREATED, agency=None, run_card="propre")
    assert only(outside) == Decision("mail", Verdict.TELL, NotifyReason.WORK_ORDER_TO_CONTRACTOR)
    assert only(inside) == Decision(NOBODY, Verdict.SKIP, NotifyReason.OWN_CREW)


@pytest.mark.parametrize("state", [HandOverState.ACKNOWLEDGED, HandOverState.COMPLETED])
def test_an_answered_hand_over_withdraws_what_is_not_sent_yet(state: HandOverState) -> None:
    """A partner who answered by another way is not told again."""
    decision = only(news(IncidentEvent.HAND_OVER_CHANGED, hand_over_state=state))
    assert decision == Decision(NOBODY, Verdict.WITHDRAW, NotifyReason.NO_LONGER_NEEDED)


def test_a_refused_hand_over_is_withdrawn_and_told_to_the_shift_lead() -> None:
    """A refusal ends the telling and alerts the room's lead."""
    refused = news(IncidentEvent.HAND_OVER_CHANGED, hand_over_state=HandOverState.REFUSED)
    withdrawn, told = decide(refused, DIRECTORY, shift_lead=True)
    assert withdrawn.verdict is Verdict.WITHDRAW
    assert told == Decision(SHIFT_LEAD, Verdict.TELL, NotifyReason.HAND_OVER_REFUSED)


def test_a_withdrawn_hand_over_is_told_to_its_agency() -> None:
    """What is not sent yet is stopped, and who may have it already learns that nobody need come."""
    taken_back = news(IncidentEvent.HAND_OVER_CHANGED, hand_over_state=HandOverState.WITHDRAWN)
    withdrawn, told = decide(taken_back, DIRECTORY, shift_lead=True)
    assert withdrawn.verdict is Verdict.WITHDRAW
    assert told == Decision("sdis", Verdict.TELL, NotifyReason.HAND_OVER_WITHDRAWN)
    _, unreached = decide(replace(taken_back, agency="mute"), DIRECTORY, shift_lead=True)
    assert unreached == Decision("mute", Verdict.FAIL, NotifyReason.NO_CHANNEL)


def test_an_unanswered_hand_over_is_told_to_the_shift_lead_and_stays_to_be_sent() -> None:
    """Dispatch's waiting in vain alerts the lead; the partner's own message is not withdrawn."""
    late = news(IncidentEvent.HAND_OVER_CHANGED, hand_over_state=HandOverState.SENT)
    assert only(late) == Decision(SHIFT_LEAD, Verdict.TELL, NotifyReason.HAND_OVER_UNANSWERED)


@pytest.mark.parametrize(
    ("state", "verdict"),
    [(WorkOrderState.ALREADY_FIXED, Verdict.WITHDRAW), (WorkOrderState.STARTED, Verdict.SKIP)],
)
def test_a_work_order_for_something_already_fixed_is_withdrawn(state: WorkOrderState, verdict: Verdict) -> None:
    """A contractor is not sent to what is fixed."""
    assert only(news(IncidentEvent.WORK_ORDER_CHANGED, work_order="w", work_order_state=state)).verdict is verdict


def test_only_a_waiting_p1_task_is_told_to_the_shift_lead() -> None:
    """A waiting routine task alarms nobody outside the room."""
    urgent, routine = (news(IncidentEvent.TASK_WAITING, priority=rank) for rank in (Priority.P1, Priority.P3))
    assert only(urgent) == Decision(SHIFT_LEAD, Verdict.TELL, NotifyReason.URGENT_TASK_WAITS)
    assert only(routine).reason is NotifyReason.NOT_FOR_ANYONE


def test_only_an_unacknowledged_p1_is_told_to_the_shift_lead() -> None:
    """A P1 that nobody acknowledges leaves the room; a routine request for attention stays in it."""
    urgent, routine = (news(IncidentEvent.ATTENTION_ASKED, priority=rank) for rank in (Priority.P1, Priority.P3))
    assert only(urgent) == Decision(SHIFT_LEAD, Verdict.TELL, NotifyReason.URGENT_UNACKNOWLEDGED)
    assert only(routine).reason is NotifyReason.NOT_FOR_ANYONE


def test_without_a_shift_leads_address_the_skip_says_so() -> None:
    """A missing address is a reason of its own."""
    decision = only(news(IncidentEvent.NO_UNIT_LEFT), shift_lead=False)
    assert decision == Decision(SHIFT_LEAD, Verdict.SKIP, NotifyReason.NO_SHIFT_LEAD)


@pytest.mark.parametrize("unreached", [SHIFT_LEAD, None])
def test_an_unreached_shift_lead_is_not_told_of_it(unreached: str | None) -> None:
    """The failure to reach the shift lead never makes another message to the shift lead: no endless loop."""
    assert only(news(IncidentEvent.NOTIFICATION_FAILED, failed_recipient=unreached)).verdict is Verdict.SKIP
    other = news(IncidentEvent.NOTIFICATION_FAILED, failed_recipient="sdis")
    assert only(other).reason is NotifyReason.NOTIFICATION_FAILED


@pytest.mark.parametrize("event", sorted(set(IncidentEvent) - TOLD_BY_NAME - FOR_THE_SHIFT_LEAD))
def test_every_other_event_is_skipped_with_its_reason(event: IncidentEvent) -> None:
    """Each event of the vocabulary has a decision, and those of no one's concern say so."""
    assert only(news(event)) == Decision(NOBODY, Verdict.SKIP, NotifyReason.NOT_FOR_ANYONE)
