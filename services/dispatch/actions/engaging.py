"""Sending: from a run card to tasks, from tasks to offers, hand-overs and work orders."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from schemas.vocabulary.dispatching import (
    AssignmentState,
    HandOverState,
    IncidentEvent,
    IncidentState,
    ResponderKind,
    TaskState,
    UnitState,
    WorkOrderState,
)
from services.dispatch.actions.choosing import after_binding, situation_of, without_diversion
from services.dispatch.actions.keeping import keep
from services.dispatch.domain.adding import Addition, missing
from services.dispatch.domain.assignment import Assignment, moved
from services.dispatch.domain.recommending import Ranked, Recommendation, Situation, recommend
from services.dispatch.domain.recommending.recording import as_inputs
from services.dispatch.domain.run_card import Card, Ground
from services.dispatch.domain.task import HandOver, Task, WorkOrder
from services.dispatch.domain.travelling import Basis
from services.dispatch.domain.unit import Unit
from services.dispatch.messages import derived_id
from services.dispatch.metrics import ALARM_TO_OFFER, OFFERS
from services.dispatch.store import case as cases
from services.dispatch.store import fleet
from services.dispatch.store.case import SYSTEM, Case
from services.dispatch.store.work import Work

LAPSED = frozenset({AssignmentState.DECLINED, AssignmentState.EXPIRED})
NO_UNIT_FREE, NO_UNIT_LEFT = "no_unit_free", "no_unit_left"
DIVERTED = "diverted"
SHORTAGE = frozenset({NO_UNIT_FREE, NO_UNIT_LEFT})


def add_tasks(work: Work, case: Case, card: Card, ground: Ground) -> list[Task]:
    """Adds the tasks of `card` that the case does not have yet, pending; more slots where more units are asked."""
    return put_tasks(work, case, missing(case.tasks.values(), card.needs), card.id, ground)


def put_tasks(work: Work, case: Case, additions: Iterable[Addition], card: str, reason: str) -> list[Task]:
    """Puts what is to be added on the case, not engaged yet; returns the tasks that are new or have grown."""
    added = []
    for addition in additions:
        held, need = addition.task, addition.need
        state = _with_free_slots(held.state) if held else TaskState.PENDING
        task = (
            replace(held, slots=addition.slots, state=state, closed_at=None)
            if held
            else Task(
                id=_task_id(case, need.kind),
                incident_id=case.incident.id,
                kind=need.kind,
                state=state,
                slots=addition.slots,
                capabilities=need.capabilities,
                agency=need.agency,
                created_at=work.now,
            )
        )
        case.put(task)
        added.append(task)
        detail = {"task_id": task.id, "responder": task.kind, "slots": task.slots, "run_card": card}
        case.record(IncidentEvent.TASK_ADDED, reason, detail=detail)
    return added


def _task_id(case: Case, kind: ResponderKind) -> str:
    """One task a kind as a rule; a level of escalation may ask the same kind for another."""
    number = sum(1 for task in case.tasks.values() if task.kind is kind)
    return derived_id(case.incident.id, kind, *([number] if number else []))


def _with_free_slots(state: TaskState) -> TaskState:
    """A task that is engaged, or ended, and gets more slots waits for units again; a pending one for the operator."""
    return TaskState.WAITING if state is TaskState.ENGAGED or state.finished else state


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
        _hand_over(work, case, task, reason, actor)
    else:
        _order(work, case, task, reason, actor)


async def offer_units(
    work: Work,
    case: Case,
    task: Task,
    offer: timedelta,
    reason: str,
    actor: str = SYSTEM,
) -> None:
    """Offers each free slot of a patrol task to the recommended unit; without one the task waits, visibly.

    A unit that declined or let an offer lapse is asked again only after as long as an offer stands, and last.
    """
    slots = free_slots(case, task)
    if not slots:
        return
    units = await fleet.lock_fleet(work, case.incident.centre, task.kind)
    resting = _lapsed(case, task, since=work.now - offer)
    situation, basis = await situation_of(work, case, task, units, _lapsed(case, task))
    diverted: list[tuple[str, str]] = []
    for slot in slots:
        situation, advice, chosen = await _decide(work, situation, resting)
        inputs = decision_inputs(case, situation, advice, basis) | {"resting": sorted(resting)}
        if chosen is None:
            _wait(case, task, len(situation.units), bool(resting), inputs)
            break
        if chosen.diverts is not None:
            diverted.append((chosen.diverts, await _divert(work, chosen.diverts, chosen.unit, case.incident.id)))
        await assign(work, case, task, slot, units[chosen.unit], chosen.reason, offer, actor, inputs)
        situation = after_binding(situation, chosen.unit)
    else:
        case.put(replace(case.tasks[task.id], state=TaskState.ENGAGED))
    # Only now: this situation does not know whom the others are given, and would give the same unit again.
    for incident, left in dict.fromkeys(diverted):
        await _dispatch_again(work, incident, left, offer)


async def _decide(
    work: Work, situation: Situation, resting: frozenset[str]
) -> tuple[Situation, Recommendation, Ranked | None]:
    """The recommendation and who is sent by it. A diversion whose incident somebody holds just now is passed over."""
    while True:
        advice = recommend(situation)
        chosen = next((known for known in advice.ranked if known.unit not in resting), None)
        if chosen is None or chosen.diverts is None:
            return situation, advice, chosen
        if await cases.load(work, chosen.diverts, wait=False) is not None:
            return situation, advice, chosen
        situation = without_diversion(situation, chosen.diverts)


async def _divert(work: Work, incident_id: str, unit: str, to: str) -> str:
    """Takes a unit off the way to something less urgent; returns the task that it leaves."""
    case = await cases.load(work, incident_id)
    if case is None:
        raise LookupError(f"incident {incident_id} is not stored")
    held = next(known for known in case.assignments.values() if known.unit == unit and known.state.active)
    case.put(moved(held, AssignmentState.DIVERTED, DIVERTED, work.now))
    detail = {"assignment_id": held.id, "unit": unit, "slot": held.slot, "state": AssignmentState.DIVERTED, "to": to}
    case.record(IncidentEvent.ASSIGNMENT_CHANGED, DIVERTED, detail=detail)
    keep(work, case)
    return held.task_id


async def _dispatch_again(work: Work, incident_id: str, task_id: str, offer: timedelta) -> None:
    """The incident that lost its unit asks for another at once, in the same transaction."""
    case = await cases.load(work, incident_id)
    task = case.tasks.get(task_id) if case else None
    if case is not None and task is not None and case.incident.unfinished:
        case.put(replace(task, state=TaskState.WAITING))
        await offer_units(work, case, case.tasks[task.id], offer, DIVERTED)


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
    await fleet.set_state(work, unit.id, UnitState.ASSIGNED, epoch)
    detail = {"assignment_id": assignment.id, "unit": unit.id, "slot": slot, "epoch": epoch, "task_id": task.id}
    case.record(IncidentEvent.UNIT_OFFERED, reason, actor=actor, inputs=inputs, detail=detail)
    OFFERS.labels(reason).inc()
    if first:
        waited = max(0.0, (work.now - case.incident.opened_at).total_seconds())
        ALARM_TO_OFFER.labels(case.incident.priority).observe(waited)
    return assignment


def free_slots(case: Case, task: Task) -> list[int]:
    """The slots that no active or cleared assignment holds."""
    taken = {known.slot for known in case.of_task(task) if known.state.active or known.state is AssignmentState.CLEARED}
    return [slot for slot in range(task.slots) if slot not in taken]


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


def _lapsed(case: Case, task: Task, since: datetime | None = None) -> frozenset[str]:
    return frozenset(
        known.unit
        for known in case.of_task(task)
        if known.state in LAPSED and (since is None or (known.ended_at is not None and known.ended_at > since))
    )


def _wait(case: Case, task: Task, candidates: int, asked: bool, inputs: dict[str, Any]) -> None:
    """Shows once that nobody is there; looked at again in vain, it neither repeats that nor hides another call."""
    waited = case.tasks[task.id].state is TaskState.WAITING
    attention, shown = NO_UNIT_LEFT if asked else NO_UNIT_FREE, case.incident.attention
    if waited and shown is not None and (shown == attention or shown not in SHORTAGE):
        return
    case.put(replace(case.tasks[task.id], state=TaskState.WAITING))
    case.amend(attention=attention)
    if waited and shown is None:
        return
    event = IncidentEvent.NO_UNIT_LEFT if asked else IncidentEvent.TASK_WAITING
    case.record(event, attention, inputs=inputs, detail={"task_id": task.id, "candidates": candidates})


def _hand_over(work: Work, case: Case, task: Task, reason: str, actor: str) -> None:
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


def _order(work: Work, case: Case, task: Task, reason: str, actor: str) -> None:
    order = WorkOrder(
        id=derived_id("work_order", task.id),
        incident_id=case.incident.id,
        task_id=task.id,
        centre=case.incident.centre,
        nature=case.incident.nature,
        state=WorkOrderState.ORDERED,
        ordered_at=work.now,
        device=case.incident.device,
        site=case.incident.site,
    )
    case.put(order)
    case.put(replace(task, state=TaskState.ENGAGED))
    detail = {"order_id": order.id, "task_id": task.id, "responder": task.kind, "device": order.device}
    case.record(IncidentEvent.WORK_ORDER_CREATED, reason, actor=actor, detail=detail)
