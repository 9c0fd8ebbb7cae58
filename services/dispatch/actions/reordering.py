"""What an operator orders beyond the run card: a unit stood down or replaced, a partner told, a crew sent."""

from dataclasses import replace
from datetime import timedelta

from schemas.vocabulary.dispatching import AssignmentState, IncidentEvent, ResponderKind, TaskState, UnitState
from services.dispatch.actions import engaging, handing_on, operating, reporting
from services.dispatch.domain.assignment import Assignment, moved
from services.dispatch.domain.filling import REASSIGNED
from services.dispatch.domain.incident import Action, NotAllowed
from services.dispatch.domain.task import Task
from services.dispatch.messages import derived_id
from services.dispatch.store import fleet
from services.dispatch.store.case import Case
from services.dispatch.store.work import Work

STOOD_DOWN = "stood_down"


class UnknownAgency(Exception):
    """The pack names no such agency of this kind; `known` are those that it names."""

    def __init__(self, known: list[str]) -> None:
        super().__init__("unknown agency")
        self.known = known


async def stand_down(work: Work, case: Case, unit: str, why: str, actor: str) -> None:
    """*Libérer*: one unit less. Its slot goes with it; the last one's stays, for the operator to fill."""
    operating.begin(case, Action.ASSIGN)
    task = case.tasks[(await _release(work, case, unit, STOOD_DOWN, why, actor)).task_id]
    others = [known for known in case.of_task(task) if known.state.active or known.state is AssignmentState.CLEARED]
    if not others:
        case.put(replace(task, state=TaskState.PENDING))
        return
    _close_gap(case, task)
    reporting.close_task_if_cleared(work, case, case.tasks[task.id], actor)


async def reassign(
    work: Work, case: Case, unit: str, instead: str | None, why: str, actor: str, offer: timedelta
) -> None:
    """*Réaffecter*: another unit in the place of `unit`: `instead`, or the one that is recommended without it.

    Raises operating.UnitRefused where `instead` cannot be sent; then nothing has changed.
    """
    operating.begin(case, Action.ASSIGN)
    released = await _release(work, case, unit, REASSIGNED, why, actor)
    task = replace(case.tasks[released.task_id], state=TaskState.WAITING)
    case.put(task)
    if instead is None:
        await engaging.offer_units(work, case, task, offer, REASSIGNED, actor)
    else:
        await operating.send(work, case, task, instead, why, actor, offer)


def hand_over(work: Work, case: Case, kind: ResponderKind, agency: str | None, actor: str) -> None:
    """*Passer la main* to a partner, also a second time after a refusal. NotAllowed while it holds the task."""
    operating.begin(case, Action.ASSIGN)
    known = sorted(each.id for each in case.book.agencies.values() if each.kind is kind)
    chosen = agency or next(iter(known), None)
    if chosen not in known:
        raise UnknownAgency(known)
    held = _task_of(case, kind)
    if held is not None and held.state is TaskState.ENGAGED:
        raise NotAllowed(held.state, "hand-over", [])
    task = replace(held, agency=chosen, closed_at=None) if held else _task(work, case, kind, chosen)
    case.put(task)
    handing_on.send_hand_over(work, case, task, "operator", actor)
    engaging.start(case, "handed_over", actor)


def order_work(work: Work, case: Case, capabilities: frozenset[str], actor: str) -> None:
    """*Bon d'intervention*: one at a time an incident; a second one is a NotAllowed."""
    operating.begin(case, Action.ASSIGN)
    held = _task_of(case, ResponderKind.MAINTENANCE)
    open_orders = [order for order in case.orders.values() if order.state.open]
    if held is not None and any(order.task_id == held.id for order in open_orders):
        raise NotAllowed(held.state, "work-order", [])
    fresh = _task(work, case, ResponderKind.MAINTENANCE, None)
    task = replace(held, closed_at=None) if held else replace(fresh, capabilities=capabilities)
    case.put(task)
    handing_on.order_work(work, case, task, "operator", actor)


async def _release(work: Work, case: Case, unit: str, reason: str, why: str, actor: str) -> Assignment:
    held = next((a for a in case.assignments.values() if a.unit == unit and a.state.active), None)
    if held is None:
        raise NotAllowed("not_engaged", reason, [Action.ASSIGN])
    await fleet.lock_units(work, {unit})
    after = moved(held, AssignmentState.CANCELLED, reason, work.now)
    case.put(after)
    await fleet.set_state(work, unit, UnitState.AVAILABLE)
    detail = {"assignment_id": held.id, "unit": unit, "slot": held.slot, "state": after.state, "why": why}
    case.record(IncidentEvent.ASSIGNMENT_CHANGED, reason, actor=actor, detail=detail)
    return after


def _close_gap(case: Case, task: Task) -> None:
    """One slot less; whoever holds the last one takes the place that became free."""
    free = engaging.free_slots(case, task)
    last = task.slots - 1
    for known in case.of_task(task):
        holds = known.state.active or known.state is AssignmentState.CLEARED
        if known.slot == last and holds and free:
            case.put(replace(known, slot=free[0]))
    left = replace(task, slots=last)
    state = TaskState.WAITING if engaging.free_slots(case, left) else TaskState.ENGAGED
    case.put(replace(left, state=task.state if task.state is TaskState.PENDING else state))


def _task_of(case: Case, kind: ResponderKind) -> Task | None:
    return next((task for task in case.tasks.values() if task.kind is kind), None)


def _task(work: Work, case: Case, kind: ResponderKind, agency: str | None) -> Task:
    return Task(
        id=derived_id(case.incident.id, kind),
        incident_id=case.incident.id,
        kind=kind,
        state=TaskState.PENDING,
        agency=agency,
        created_at=work.now,
    )
