"""Officers' reports: accepted, gone, there, clear; and the calls for help that no rule may hold up."""

import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select

from schemas.vocabulary.dispatching import AssignmentState, DeclineReason, IncidentEvent, TaskState, UnitState
from services.chassis import exemplars, logs
from services.dispatch.actions import engaging, welfare
from services.dispatch.actions.keeping import keep
from services.dispatch.domain.assignment import REACHES, UNIT_STATE, Assignment, Step, Verdict, judge, moved
from services.dispatch.domain.filling import BY_OPERATOR, done, lapsed
from services.dispatch.domain.incident import resolved
from services.dispatch.domain.task import Task, all_finished
from services.dispatch.domain.welfare import Sign
from services.dispatch.metrics import OFFER_TO_SCENE, REPORTS
from services.dispatch.store import case as cases
from services.dispatch.store import fleet
from services.dispatch.store.case import SYSTEM, Case
from services.dispatch.store.tables import assignments, late_reports
from services.dispatch.store.work import Work

log = logs.get(__name__)


async def report(
    work: Work,
    assignment_id: str,
    step: Step,
    epoch: int,
    at: datetime | None,
    offer: timedelta,
    welfare_after: timedelta,
    why: DeclineReason | None = None,
) -> tuple[Verdict, Assignment] | None:
    """What a tablet's report does; None if there is no such assignment.

    `at`, the device's time, stands beside ours in the event: they differ where the tablet was offline. A report that
    changes nothing is kept with it and shown on the incident. `why`: of a declined offer. On scene, a unit that
    then says nothing for its run card's time, else `welfare_after`, is asked whether it is well.
    """
    query = select(assignments.c.incident_id).where(assignments.c.id == assignment_id)
    incident_id = await work.conn.scalar(query)
    case = await cases.load(work, incident_id) if incident_id else None
    if case is None:
        return None
    assignment = case.assignments[assignment_id]
    verdict = judge(assignment, step, epoch)
    REPORTS.labels(step, verdict).inc()
    if verdict is Verdict.APPLIED:
        welfare.hear(work, case, assignment.unit, Sign.STEP, at, welfare_after)
        said = {"device_at": at.isoformat() if at else None} | ({"why": why.value} if why else {})
        await _apply(work, case, case.assignments[assignment_id], step, offer, said)
        welfare.arm(work, case, assignment_id, at, welfare_after)
    else:
        log.info("report_not_applied", incident_id=incident_id, unit=assignment.unit, step=step, reason=verdict)
    if verdict in {Verdict.STALE_EPOCH, Verdict.ASSIGNMENT_ENDED}:
        await _keep_late(work, case, assignment, step, epoch, at, verdict)
    keep(work, case)
    return verdict, case.assignments[assignment_id]


async def _apply(
    work: Work, case: Case, assignment: Assignment, step: Step, offer: timedelta, said: dict[str, str | None]
) -> None:
    await fleet.lock_units(work, {assignment.unit})
    after = moved(assignment, REACHES[step], step, work.now)
    case.put(after)
    await fleet.set_state(work, after.unit, UNIT_STATE.get(after.state, UnitState.AVAILABLE))
    detail = {"assignment_id": after.id, "unit": after.unit, "slot": after.slot, "state": after.state}
    case.record(IncidentEvent.ASSIGNMENT_CHANGED, step, actor=after.unit, detail=detail | said)
    if after.state is AssignmentState.ACCEPTED and case.incident.attention in engaging.SHORTAGE:
        case.amend(attention=None)
    if after.state in {AssignmentState.ACCEPTED, AssignmentState.EN_ROUTE}:
        engaging.start(case, "unit_on_its_way", after.unit)
    if after.state is AssignmentState.ON_SCENE:
        case.amend(escalate_at=None)
        took, traced = (work.now - after.offered_at).total_seconds(), exemplars.of(case.incident.traceparent)
        OFFER_TO_SCENE.labels(case.incident.priority).observe(took, traced)
    if after.state is AssignmentState.DECLINED:
        await offer_again(work, case, case.tasks[after.task_id], offer)
    if after.state is AssignmentState.CLEARED:
        close_task_if_cleared(work, case, case.tasks[after.task_id], after.unit)


async def offer_again(work: Work, case: Case, task: Task, offer: timedelta) -> None:
    """Offers the slots that became free to the next units, while the incident needs them."""
    if case.incident.unfinished and not task.state.finished:
        await engaging.offer_units(work, case, task, offer, "next_unit")


def close_task_if_cleared(work: Work, case: Case, task: Task, actor: str) -> None:
    """A patrol task is done once every unit on it is clear; slots for which no unit was found then need none."""
    reason = done(task, case.of_task(task))
    if reason is None:
        return
    if case.incident.attention in engaging.SHORTAGE:
        case.amend(attention=None)
    close_task(work, case, task, TaskState.DONE, reason, actor)


def close_task(work: Work, case: Case, task: Task, state: TaskState, reason: str, actor: str = SYSTEM) -> None:
    """Ends a task, once; when it was the last, the incident is resolved."""
    if task.state is state:
        return
    case.put(replace(task, state=state, closed_at=work.now))
    case.record(IncidentEvent.TASK_CLOSED, reason, actor=actor, detail={"task_id": task.id, "responder": task.kind})
    if case.incident.unfinished and all_finished(case.tasks.values()):
        case.incident = resolved(case.incident, work.now)
        case.touched = True
        case.record(IncidentEvent.RESOLVED, "all_tasks_finished", actor=actor)


async def stand_down(work: Work, case: Case, reason: str, actor: str) -> None:
    """Cancels all active assignments of a case and frees their units."""
    active = [known for known in case.assignments.values() if known.state.active]
    await fleet.lock_units(work, {known.unit for known in active})
    for known in active:
        case.put(moved(known, AssignmentState.CANCELLED, reason, work.now))
        await fleet.set_state(work, known.unit, UnitState.AVAILABLE)
        detail = {"assignment_id": known.id, "unit": known.unit, "state": AssignmentState.CANCELLED}
        case.record(IncidentEvent.ASSIGNMENT_CHANGED, reason, actor=actor, detail=detail)


async def expire(work: Work, incident_id: str, assignment_id: str, offer: timedelta) -> bool:
    """Ends an offer that nobody answered in time and offers the slot to the next unit; False if it was answered."""
    case = await cases.load(work, incident_id)
    assignment = case.assignments.get(assignment_id) if case else None
    if case is None or assignment is None or assignment.state is not AssignmentState.OFFERED:
        return False
    if assignment.due_at is None or assignment.due_at > work.now:
        return False
    await fleet.lock_units(work, {assignment.unit})
    case.put(moved(assignment, AssignmentState.EXPIRED, "unanswered", work.now))
    await fleet.set_state(work, assignment.unit, UnitState.AVAILABLE)
    if not _repeats(case, assignment):
        detail = {"assignment_id": assignment.id, "unit": assignment.unit, "state": AssignmentState.EXPIRED}
        case.record(IncidentEvent.ASSIGNMENT_CHANGED, "unanswered", detail=detail)
    await offer_again(work, case, case.tasks[assignment.task_id], offer)
    keep(work, case)
    return True


def _repeats(case: Case, assignment: Assignment) -> bool:
    """True for an offer to a unit that let one of this task lapse before: its line in the log is that of the offer.

    That it lapsed too is on the card, the stream and the topic, and in the state of the next event. What an operator
    ordered always has its line.
    """
    of_task = case.of_task(case.tasks[assignment.task_id])
    before = lapsed([known for known in of_task if known.id != assignment.id])
    return assignment.unit in before and assignment.reason not in BY_OPERATOR


async def _keep_late(
    work: Work,
    case: Case,
    assignment: Assignment,
    step: Step,
    epoch: int,
    at: datetime | None,
    verdict: Verdict,
) -> None:
    row: dict[str, Any] = {
        "id": str(uuid.uuid4()),
        "assignment_id": assignment.id,
        "incident_id": case.incident.id,
        "unit_id": assignment.unit,
        "step": step,
        "epoch": epoch,
        "reason": verdict,
        "device_at": at,
        "received_at": work.now,
    }
    await work.conn.execute(insert(late_reports).values(row))
    detail = {"assignment_id": assignment.id, "unit": assignment.unit, "step": step, "epoch": epoch}
    detail["device_at"] = at.isoformat() if at else None
    case.record(IncidentEvent.LATE_REPORT, verdict, actor=assignment.unit, detail=detail)
