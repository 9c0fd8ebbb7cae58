"""Hand-overs to partner agencies and work orders for crews: what they report back."""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from schemas.vocabulary.dispatching import HandOverState, IncidentEvent, TaskState, WorkOrderState
from services.dispatch.actions import engaging, reporting
from services.dispatch.domain.incident import NotAllowed
from services.dispatch.domain.task import HandOver, Task, WorkOrder
from services.dispatch.store.case import Case
from services.dispatch.store.work import Work


class Reply(StrEnum):
    """What a partner answers."""

    ACKNOWLEDGE = "acknowledge"
    REFUSE = "refuse"
    COMPLETE = "complete"


class OrderStep(StrEnum):
    """What a crew reports."""

    TAKE = "take"
    START = "start"
    COMPLETE = "complete"
    ALREADY_FIXED = "already-fixed"


REPLIES: dict[HandOverState, dict[Reply, HandOverState]] = {
    HandOverState.SENT: {
        Reply.ACKNOWLEDGE: HandOverState.ACKNOWLEDGED,
        Reply.REFUSE: HandOverState.REFUSED,
    },
    HandOverState.ACKNOWLEDGED: {Reply.COMPLETE: HandOverState.COMPLETED, Reply.REFUSE: HandOverState.REFUSED},
}
STEPS: dict[WorkOrderState, dict[OrderStep, WorkOrderState]] = {
    WorkOrderState.ORDERED: {
        OrderStep.TAKE: WorkOrderState.TAKEN,
        OrderStep.START: WorkOrderState.STARTED,
        OrderStep.ALREADY_FIXED: WorkOrderState.ALREADY_FIXED,
    },
    WorkOrderState.TAKEN: {
        OrderStep.START: WorkOrderState.STARTED,
        OrderStep.ALREADY_FIXED: WorkOrderState.ALREADY_FIXED,
    },
    WorkOrderState.STARTED: {
        OrderStep.COMPLETE: WorkOrderState.COMPLETED,
        OrderStep.ALREADY_FIXED: WorkOrderState.ALREADY_FIXED,
    },
}


class Withdrawn(Exception):
    """The hand-over was taken back before the partner answered; it says when and why."""

    def __init__(self, hand_over: HandOver) -> None:
        super().__init__("hand-over withdrawn")
        self.hand_over = hand_over


def reply(work: Work, case: Case, hand_over: HandOver, answer: Reply, actor: str, reason: str | None) -> HandOver:
    """What a partner's answer does. The same answer again changes nothing. Raises NotAllowed, or Withdrawn."""
    if hand_over.state is HandOverState.WITHDRAWN:
        raise Withdrawn(hand_over)
    possible = REPLIES.get(hand_over.state, {})
    if answer not in possible:
        if hand_over.state in {states[answer] for states in REPLIES.values() if answer in states}:
            return hand_over
        raise NotAllowed(hand_over.state, answer, sorted(possible))
    state = possible[answer]
    after = replace(hand_over, state=state, due_at=None, reason=reason)
    if state is HandOverState.ACKNOWLEDGED:
        after = replace(after, acknowledged_at=work.now)
    else:
        after = replace(after, ended_at=work.now)
    case.put(after)
    detail = {"hand_over_id": after.id, "agency": after.agency, "state": state}
    case.record(IncidentEvent.HAND_OVER_CHANGED, answer, actor=actor, detail=detail)
    task = case.tasks[after.task_id]
    if state is HandOverState.ACKNOWLEDGED:
        if not task.state.finished:
            case.put(replace(task, state=TaskState.ENGAGED))
        case.amend(attention=None if case.incident.attention == "hand_over_unanswered" else case.incident.attention)
        engaging.start(case, "partner_acknowledged", actor)
    elif state is HandOverState.COMPLETED:
        reporting.close_task(work, case, task, TaskState.DONE, "hand_over_completed", actor)
    else:
        _reopen_task(case, after, "hand_over_refused")
    return after


def withdraw_hand_overs(work: Work, case: Case, reason: str, actor: str) -> None:
    """Nobody need come any more: takes back what agencies hold or have not answered, so that notify tells them."""
    for held in list(case.hand_overs.values()):
        if not held.state.open:
            continue
        after = replace(held, state=HandOverState.WITHDRAWN, due_at=None, ended_at=work.now, reason=reason)
        case.put(after)
        detail = {"hand_over_id": after.id, "agency": after.agency, "state": after.state, "from": held.state}
        case.record(IncidentEvent.HAND_OVER_CHANGED, reason, actor=actor, detail=detail)


def overdue(work: Work, case: Case, hand_over: HandOver) -> bool:
    """An unacknowledged hand-over reopens its task and asks for an operator; False if it was answered in time."""
    if hand_over.state is not HandOverState.SENT or hand_over.due_at is None or hand_over.due_at > work.now:
        return False
    case.put(replace(hand_over, due_at=None))
    if not case.incident.unfinished or case.tasks[hand_over.task_id].state.finished:
        return True
    _reopen_task(case, hand_over, "hand_over_unanswered")
    detail = {"hand_over_id": hand_over.id, "agency": hand_over.agency, "state": hand_over.state}
    case.record(IncidentEvent.HAND_OVER_CHANGED, "unacknowledged", detail=detail)
    return True


def progress(
    work: Work,
    case: Case,
    order: WorkOrder,
    step: OrderStep,
    actor: str,
    note: str | None,
    material: tuple[str, ...] = (),
    at: datetime | None = None,
) -> WorkOrder:
    """What a crew's report does to its work order. The same report again changes nothing. Raises NotAllowed.

    Whoever takes or starts it is its crew; `material`: what was used; `at`: the device's time.
    """
    possible = STEPS.get(order.state, {})
    if step not in possible:
        if order.state in {states[step] for states in STEPS.values() if step in states}:
            return order
        raise NotAllowed(order.state, step, sorted(possible))
    after = replace(
        order,
        state=possible[step],
        note=note or order.note,
        material=(*order.material, *material),
        taken_by=order.taken_by or actor,
    )
    if not after.state.open:
        after = replace(after, ended_at=work.now)
    elif after.state is WorkOrderState.STARTED:
        after = replace(after, started_at=work.now)
    case.put(after)
    detail = {"order_id": after.id, "state": after.state} | ({"device_at": at.isoformat()} if at else {})
    case.record(IncidentEvent.WORK_ORDER_CHANGED, step, actor=actor, detail=detail)
    if not after.state.open:
        reporting.close_task(work, case, case.tasks[after.task_id], TaskState.DONE, after.state, actor)
    elif after.state is WorkOrderState.STARTED:
        engaging.start(case, "crew_started", actor)
    return after


def withdraw(work: Work, case: Case, order: WorkOrder, actor: str) -> None:
    """The incident was dismissed: the crew finds its order ended as `already_fixed`."""
    case.put(replace(order, state=WorkOrderState.ALREADY_FIXED, ended_at=work.now))
    detail = {"order_id": order.id, "state": WorkOrderState.ALREADY_FIXED}
    case.record(IncidentEvent.WORK_ORDER_CHANGED, "dismissed", actor=actor, detail=detail)


def _reopen_task(case: Case, hand_over: HandOver, attention: str) -> None:
    task = case.tasks[hand_over.task_id]
    if not task.state.finished and not _is_under_way(case, task):
        case.put(replace(task, state=TaskState.PENDING))
        case.ask_attention(attention)


def _is_under_way(case: Case, task: Task) -> bool:
    """True if the agency has taken the task on, or may still answer another hand-over of it in time."""
    mine = [known for known in case.hand_overs.values() if known.task_id == task.id]
    return any(
        known.state is HandOverState.ACKNOWLEDGED or (known.state is HandOverState.SENT and known.due_at is not None)
        for known in mine
    )
