"""Handing on: a task given to a partner agency, or ordered as work of a crew. What they report back: `partners`."""

from dataclasses import replace
from datetime import timedelta

from schemas.vocabulary.dispatching import HandOverState, IncidentEvent, TaskState, WorkOrderState
from services.dispatch.domain.task import HandOver, Task, WorkOrder
from services.dispatch.messages import derived_id
from services.dispatch.store.case import Case
from services.dispatch.store.work import Work


def send_hand_over(work: Work, case: Case, task: Task, reason: str, actor: str) -> None:
    """Hands the task over to its agency, which has so long to acknowledge as the pack says."""
    agency = case.book.agencies.get(task.agency or "")
    within = timedelta(seconds=agency.acknowledge_within_s if agency else 60)
    number = sum(1 for known in case.hand_overs.values() if known.task_id == task.id) + 1
    hand_over = HandOver(
        id=derived_id("hand_over", task.id, number),
        incident_id=case.incident.id,
        task_id=task.id,
        agency=task.agency or task.kind,
        kind=task.kind,
        state=HandOverState.SENT,
        sent_at=work.now,
        due_at=work.now + within,
    )
    case.put(hand_over)
    case.put(replace(task, state=TaskState.ENGAGED))
    detail = {
        "hand_over_id": hand_over.id,
        "task_id": task.id,
        "agency": hand_over.agency,
        "responder": task.kind,
        "site": case.incident.site,
        "run_card": case.incident.run_card,
    }
    case.record(IncidentEvent.HAND_OVER_SENT, reason, actor=actor, detail=detail)


def order_work(work: Work, case: Case, task: Task, reason: str, actor: str) -> None:
    """Orders the task as work of a crew."""
    # An order that was withdrawn stays as it was: the next is another one.
    number = sum(1 for known in case.orders.values() if known.task_id == task.id)
    order = WorkOrder(
        id=derived_id("work_order", task.id, *([number] if number else [])),
        incident_id=case.incident.id,
        task_id=task.id,
        centre=case.incident.centre,
        nature=case.incident.nature,
        state=WorkOrderState.ORDERED,
        ordered_at=work.now,
        due_at=case.incident.target_at,
        device=case.incident.device,
        site=case.incident.site,
    )
    case.put(order)
    case.put(replace(task, state=TaskState.ENGAGED))
    detail = {"order_id": order.id, "task_id": task.id, "responder": task.kind, "device": order.device}
    case.record(IncidentEvent.WORK_ORDER_CREATED, reason, actor=actor, detail=detail)
