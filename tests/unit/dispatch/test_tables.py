"""The tables of hand-overs, work orders, kiosk calls and tasks: each state and step, written down a second time."""

import pytest

from schemas.vocabulary.dispatching import HandOverState, KioskCallState, ResponderKind, TaskState, WorkOrderState
from services.dispatch.actions import kiosks
from services.dispatch.actions.partners import REPLIES, STEPS, OrderStep, Reply
from services.dispatch.domain.task import Task, all_finished

HAND_OVERS = {
    (HandOverState.SENT, Reply.ACKNOWLEDGE): HandOverState.ACKNOWLEDGED,
    (HandOverState.SENT, Reply.REFUSE): HandOverState.REFUSED,
    (HandOverState.ACKNOWLEDGED, Reply.COMPLETE): HandOverState.COMPLETED,
    (HandOverState.ACKNOWLEDGED, Reply.REFUSE): HandOverState.REFUSED,
}
ORDERS = {
    (WorkOrderState.ORDERED, OrderStep.TAKE): WorkOrderState.TAKEN,
    (WorkOrderState.TAKEN, OrderStep.START): WorkOrderState.STARTED,
    (WorkOrderState.TAKEN, OrderStep.ALREADY_FIXED): WorkOrderState.ALREADY_FIXED,
    (WorkOrderState.ORDERED, OrderStep.START): WorkOrderState.STARTED,
    (WorkOrderState.ORDERED, OrderStep.ALREADY_FIXED): WorkOrderState.ALREADY_FIXED,
    (WorkOrderState.STARTED, OrderStep.COMPLETE): WorkOrderState.COMPLETED,
    (WorkOrderState.STARTED, OrderStep.ALREADY_FIXED): WorkOrderState.ALREADY_FIXED,
}
CALLS = {
    KioskCallState.WAITING: "answered opened refused sos",
    KioskCallState.ANSWERED: "opened refused sos",
}


@pytest.mark.parametrize("state", HandOverState)
@pytest.mark.parametrize("answer", Reply)
def test_hand_overs(state: HandOverState, answer: Reply) -> None:
    """Sent, acknowledged, completed, or refused; the rest does not exist."""
    assert REPLIES.get(state, {}).get(answer) == HAND_OVERS.get((state, answer))


@pytest.mark.parametrize("state", WorkOrderState)
@pytest.mark.parametrize("step", OrderStep)
def test_work_orders(state: WorkOrderState, step: OrderStep) -> None:
    """Ordered, started, completed, or already fixed; the rest does not exist."""
    assert STEPS.get(state, {}).get(step) == ORDERS.get((state, step))


@pytest.mark.parametrize("state", KioskCallState)
def test_kiosk_calls(state: KioskCallState) -> None:
    """A waiting call may be answered, opened, refused or become an SOS; an ended one is ended."""
    assert sorted(kiosks.ALLOWED.get(state, ())) == CALLS.get(state, "").split()
    assert (state in kiosks.ENDED) == (state not in kiosks.ALLOWED)


@pytest.mark.parametrize(
    ("states", "finished"),
    [
        ([], False),
        (["pending"], False),
        (["done", "waiting"], False),
        (["done", "cancelled"], True),
        (["cancelled"], False),
        (["done", "done"], True),
        (["engaged", "done"], False),
    ],
)
def test_an_incident_is_resolved_when_all_is_finished_and_something_was_done(states: list[str], finished: bool) -> None:
    """Nothing to do, or only cancelled tasks, resolve nothing."""
    tasks = [Task(str(n), "i1", ResponderKind.PATROL, TaskState(state)) for n, state in enumerate(states)]
    assert all_finished(tasks) is finished
