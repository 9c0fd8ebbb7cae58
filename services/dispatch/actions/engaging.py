"""Sending: tasks are started in the way of their kind; patrols are offered to the recommended units."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from schemas.vocabulary.dispatching import (
    AssignmentState,
    IncidentEvent,
    IncidentState,
    ResponderKind,
    TaskState,
)
from services.chassis import exemplars
from services.dispatch.actions import handing_on
from services.dispatch.actions.choosing import after_binding, situation_of, without_diversion
from services.dispatch.actions.keeping import keep
from services.dispatch.domain import filling
from services.dispatch.domain.assignment import Assignment, moved
from services.dispatch.domain.recommending import Recommendation, Situation, recommend
from services.dispatch.domain.recommending.recording import as_inputs
from services.dispatch.domain.task import Task
from services.dispatch.domain.travelling import Basis
from services.dispatch.domain.unit import Unit
from services.dispatch.messages import derived_id
from services.dispatch.metrics import ALARM_TO_OFFER, OFFERS
from services.dispatch.store import case as cases
from services.dispatch.store import fleet
from services.dispatch.store.case import SYSTEM, Case
from services.dispatch.store.work import Work

NO_UNIT_FREE, NO_UNIT_LEFT = "no_unit_free", "no_unit_left"
DIVERTED = "diverted"
SENT_FOR = frozenset({TaskState.WAITING, TaskState.ENGAGED})
SHORTAGE = frozenset({NO_UNIT_FREE, NO_UNIT_LEFT})


async def engage(work: Work, case: Case, offer: timedelta, reason: str, actor: str = SYSTEM) -> None:
    """Starts every task of the case that is still pending or waits for a unit."""
    for task in list(case.tasks.values()):
        if task.state in {TaskState.PENDING, TaskState.WAITING}:
            await engage_task(work, case, task, offer, reason, actor)


async def engage_task(work: Work, case: Case, task: Task, offer: timedelta, reason: str, actor: str = SYSTEM) -> None:
    """Starts one task in the way of its kind."""
    if task.kind is ResponderKind.PATROL:
        await offer_units(work, case, task, offer, reason, actor)
    elif task.kind.is_partner:
        handing_on.send_hand_over(work, case, task, reason, actor)
    else:
        handing_on.order_work(work, case, task, reason, actor)


async def offer_units(work: Work, case: Case, task: Task, offer: timedelta, reason: str, actor: str = SYSTEM) -> None:
    """Offers each free slot of a patrol task to the recommended unit; without one the task waits, visibly.

    A unit that declined or let an offer lapse is asked again last, after a pause (`filling.resting`).
    """
    slots = free_slots(case, task)
    if not slots:
        return
    units = await fleet.lock_fleet(work, case.incident.centre, task.kind)
    situation, basis = await situation_of(work, case, task, units, offer)
    _, diverted = await fill(work, case, task, slots, units, situation, basis, offer, actor)
    # Only now: this situation does not know whom the others are given, and would give the same unit again.
    for incident in dict.fromkeys(diverted):
        await dispatch_again(work, incident, offer)


async def fill(
    work: Work,
    case: Case,
    task: Task,
    slots: list[int],
    units: Mapping[str, Unit],
    situation: Situation,
    basis: Basis,
    offer: timedelta,
    actor: str = SYSTEM,
) -> tuple[Situation, list[str]]:
    """Offers these slots one after the other; the situation after that, and the incidents that lost their units."""
    diverted: list[str] = []
    for slot in slots:
        situation, advice = await _decide(work, situation)
        inputs = decision_inputs(case, situation, advice, basis)
        chosen = advice.best
        if chosen is None:
            wait(case, task, len(situation.units), bool(situation.incident.asked_lately), inputs)
            return situation, diverted
        if chosen.diverts is not None:
            await divert(work, chosen.diverts, chosen.unit, case.incident.id)
            diverted.append(chosen.diverts)
        await assign(work, case, task, slot, units[chosen.unit], chosen.reason, offer, actor, inputs)
        situation = after_binding(situation, chosen.unit)
    settle(case, task)
    return situation, diverted


async def _decide(work: Work, situation: Situation) -> tuple[Situation, Recommendation]:
    """The recommendation. A diversion whose incident somebody holds just now is passed over."""
    while True:
        advice = recommend(situation)
        if advice.redispatch is None or await cases.load(work, advice.redispatch, wait=False) is not None:
            return situation, advice
        situation = without_diversion(situation, advice.redispatch)


async def divert(work: Work, incident_id: str, unit: str, to: str) -> Case:
    """Takes a unit off the way to something less urgent, whose case is returned: it must be dispatched again."""
    case = await cases.load(work, incident_id)
    if case is None:
        raise LookupError(f"incident {incident_id} is not stored")
    held = next(known for known in case.assignments.values() if known.unit == unit and known.state.active)
    case.put(moved(held, AssignmentState.DIVERTED, DIVERTED, work.now))
    detail = {"assignment_id": held.id, "unit": unit, "slot": held.slot, "state": AssignmentState.DIVERTED, "to": to}
    case.record(IncidentEvent.ASSIGNMENT_CHANGED, DIVERTED, detail=detail)
    keep(work, case)
    return case


async def dispatch_again(work: Work, incident_id: str, offer: timedelta) -> None:
    """The incident that lost its unit asks for another at once, in the same transaction."""
    case = await cases.load(work, incident_id)
    if case is not None and case.incident.unfinished:
        for task in sent_for(case, ResponderKind.PATROL):
            await offer_units(work, case, task, offer, DIVERTED)


def sent_for(case: Case, kind: ResponderKind) -> list[Task]:
    """The tasks of that kind that units are sought for: they wait, or are engaged and have just lost one."""
    known = [task for task in case.tasks.values() if task.kind is kind and task.state in SENT_FOR]
    return [task for task in known if free_slots(case, task)]


def settle(case: Case, task: Task) -> None:
    """The task waits while a slot of it is free, else it is engaged."""
    state = TaskState.WAITING if free_slots(case, task) else TaskState.ENGAGED
    case.put(replace(case.tasks[task.id], state=state))


async def assign(
    work: Work,
    case: Case,
    task: Task,
    slot: int,
    unit: Unit,
    reason: str,
    offer: timedelta,
    actor: str,
    inputs: dict[str, Any],
) -> Assignment:
    """Offers one slot to one unit, which must be locked and free."""
    epoch = unit.epoch + 1
    assignment = Assignment(
        id=derived_id("assignment", unit.id, epoch),
        incident_id=case.incident.id,
        task_id=task.id,
        slot=slot,
        unit=unit.id,
        epoch=epoch,
        state=AssignmentState.OFFERED,
        offered_at=work.now,
        reason=reason,
        due_at=work.now + offer,
    )
    first = not case.assignments
    case.put(assignment)
    fleet.bind(work, unit, epoch)
    detail = {"assignment_id": assignment.id, "unit": unit.id, "slot": slot, "epoch": epoch, "task_id": task.id}
    case.record(IncidentEvent.UNIT_OFFERED, reason, actor=actor, inputs=inputs, detail=detail)
    if work.trial:
        return assignment
    OFFERS.labels(reason).inc()
    if first:
        waited = max(0.0, (work.now - case.incident.opened_at).total_seconds())
        ALARM_TO_OFFER.labels(case.incident.priority).observe(waited, exemplars.of(case.incident.traceparent))
    return assignment


def free_slots(case: Case, task: Task) -> list[int]:
    """The slots that no active or cleared assignment holds."""
    return filling.free_slots(task, case.of_task(task))


def decision_inputs(case: Case, situation: Situation, advice: Recommendation, basis: Basis) -> dict[str, Any]:
    """What the choice of a unit was made from, in the form that replay reads, and what was recommended."""
    return {
        "clock": situation.now.isoformat(),
        "pack_version": case.incident.pack_version,
        "travel": basis,
        "situation": as_inputs(situation),
        "recommendation": advice.as_output(),
        "recommended": advice.best.unit if advice.best else None,
    }


def start(case: Case, reason: str, actor: str = SYSTEM) -> None:
    """Puts an open incident in progress: somebody has taken it on."""
    if case.incident.state is IncidentState.OPEN:
        case.amend(state=IncidentState.IN_PROGRESS)
        case.record(IncidentEvent.STARTED, reason, actor=actor)


def wait(case: Case, task: Task, candidates: int, asked: bool, inputs: dict[str, Any]) -> None:
    """Shows once that nobody is there; looked at again in vain, it neither repeats that nor hides another call.

    Nor does a later round, in which the same units were asked again: what it says is shown already.
    """
    waited = case.tasks[task.id].state is TaskState.WAITING
    again = filling.asked_again(case.of_task(task))
    attention, shown = NO_UNIT_LEFT if asked or again else NO_UNIT_FREE, case.incident.attention
    case.put(replace(case.tasks[task.id], state=TaskState.WAITING))
    if (waited or again) and shown is not None and (shown == attention or shown not in SHORTAGE):
        return
    case.ask_attention(attention)
    if waited and shown is None:
        return
    event = IncidentEvent.NO_UNIT_LEFT if asked else IncidentEvent.TASK_WAITING
    case.record(event, attention, inputs=inputs, detail={"task_id": task.id, "candidates": candidates})
