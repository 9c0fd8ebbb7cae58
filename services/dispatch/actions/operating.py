"""What an operator orders: checked against the state, recorded with its actor, and counted in the ETag."""

import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert

from schemas.vocabulary.dispatching import IncidentEvent, IncidentState, ResponderKind, TaskState
from schemas.vocabulary.natures import Priority
from services.dispatch.actions import engaging, escalating, partners, reporting
from services.dispatch.actions.choosing import BY_A_PERSON, situation_of
from services.dispatch.domain.escalating import Trigger
from services.dispatch.domain.incident import Action, NotAllowed, check
from services.dispatch.domain.recommending import Recommendation, Refusal, recommend
from services.dispatch.domain.task import Task
from services.dispatch.messages import derived_id
from services.dispatch.store import case as cases
from services.dispatch.store import fleet, tables
from services.dispatch.store.case import Case
from services.dispatch.store.work import Work

BINDING = frozenset(
    {Refusal.OCCUPIED, Refusal.OFF_DUTY, Refusal.UNAVAILABLE, Refusal.RETIRING, Refusal.DIVERTED_BEFORE}
    | {Refusal.GAIN_TOO_SMALL, Refusal.LACKS_CAPABILITY, Refusal.CALLS_FOR_HELP}
)
"""Refusals that an operator's reason does not lift: the unit is bound, away, or could not do it."""
UNTOUCHED = frozenset({Action.NOTE, Action.BACKUP})
"""Orders that do not count in the ETag: two operators may give them side by side."""


class UnitRefused(Exception):
    """The unit cannot be sent; `reason` is the recommendation's, None for an unknown unit."""

    def __init__(self, reason: str | None) -> None:
        super().__init__("unit refused")
        self.reason = reason


class OverrideNeedsReason(Exception):
    """Another unit than the recommended one was chosen without saying why."""

    def __init__(self, recommended: str) -> None:
        super().__init__("override needs a reason")
        self.recommended = recommended


def begin(case: Case, action: Action) -> None:
    """Checks that the order is possible and counts it. Raises NotAllowed."""
    check(case.incident, action)
    if action not in UNTOUCHED:
        case.amend(revision=case.incident.revision + 1)


def acknowledge(work: Work, case: Case, actor: str) -> None:
    """Somebody has seen it: a fact, not a state. The first stays."""
    check(case.incident, Action.ACKNOWLEDGE)
    if case.incident.acknowledged_at is None:
        begin(case, Action.ACKNOWLEDGE)
        attention = None if case.incident.attention == "unacknowledged_p1" else case.incident.attention
        case.amend(acknowledged_at=work.now, acknowledged_by=actor, attention=attention)
        case.record(IncidentEvent.ACKNOWLEDGED, "operator", actor=actor)


async def verify(work: Work, case: Case, result: str, actor: str, offer: timedelta) -> None:
    """`confirmed` engages what waited for it, `false_alarm` dismisses, `inconclusive` does neither."""
    begin(case, Action.VERIFY)
    case.amend(verified_at=work.now, verified_by=actor, verification=result, verify_first=False)
    case.record(IncidentEvent.VERIFIED, result, actor=actor)
    if result == "confirmed":
        await engaging.engage(work, case, offer, "verified", actor)
        escalating.arm(work, case)
    elif result == "false_alarm":
        await end_as_dismissed(work, case, "false_alarm", actor)


async def dismiss(work: Work, case: Case, reason: str, actor: str) -> None:
    """Ends the incident as a false alarm and stands everybody down."""
    begin(case, Action.DISMISS)
    await end_as_dismissed(work, case, reason, actor)


async def end_as_dismissed(work: Work, case: Case, reason: str, actor: str) -> None:
    """Dismissed: active assignments and unfinished tasks are cancelled, crews and partners have nothing left to do."""
    await reporting.stand_down(work, case, "dismissed", actor)
    for order in list(case.orders.values()):
        if order.state.open:
            partners.withdraw(work, case, order, actor)
    partners.withdraw_hand_overs(work, case, "dismissed", actor)
    for task in list(case.tasks.values()):
        if not task.state.finished:
            case.put(replace(task, state=TaskState.CANCELLED, closed_at=work.now))
    case.amend(state=IncidentState.DISMISSED, attention=None, escalate_at=None)
    case.record(IncidentEvent.DISMISSED, "operator", actor=actor, detail={"why": reason})


def reopen(work: Work, case: Case, actor: str) -> None:
    """Back to work: cancelled tasks wait for the operator again; with none, one patrol more does."""
    begin(case, Action.REOPEN)
    cancelled = [task for task in case.tasks.values() if task.state is TaskState.CANCELLED]
    for task in cancelled:
        case.put(replace(task, state=TaskState.PENDING, closed_at=None))
    if not cancelled:
        held = next((task for task in case.tasks.values() if task.kind is ResponderKind.PATROL), None)
        task = replace(held, slots=held.slots + 1) if held else _patrol_task(work, case)
        case.put(replace(task, state=TaskState.PENDING, closed_at=None))
    # What was seen was over. A life in danger that waits again is somebody's to take, or the shift lead is told.
    seen: dict[str, Any] = {"acknowledged_at": None, "acknowledged_by": None}
    case.amend(state=IncidentState.OPEN, resolved_at=None, **seen if case.incident.priority is Priority.P1 else {})
    case.record(IncidentEvent.REOPENED, "operator", actor=actor)


async def close(work: Work, case: Case, report: str | None, actor: str) -> None:
    """Closes a resolved or dismissed incident; the report is kept as a note."""
    begin(case, Action.CLOSE)
    if report:
        await note(work, case, report, actor, counted=True)
    case.amend(state=IncidentState.CLOSED, closed_at=work.now, attention=None)
    case.record(IncidentEvent.CLOSED, "operator", actor=actor)


async def note(
    work: Work, case: Case, text: str, actor: str, *, counted: bool = False, at: datetime | None = None
) -> str:
    """Adds a line to the log and returns its id. The text stays in PostgreSQL; the event carries only that id.

    `at`: when it was written, by a tablet that was offline; a clock that runs ahead counts as now.
    """
    if not counted:
        begin(case, Action.NOTE)
    note_id = str(uuid.uuid4())
    row = {
        "id": note_id,
        "incident_id": case.incident.id,
        "author": actor,
        "text": text,
        "at": min(at or work.now, work.now),
    }
    await work.conn.execute(insert(tables.notes).values(row))
    case.record(IncidentEvent.NOTED, "operator", actor=actor, detail={"note_id": note_id})
    return note_id


async def assign(work: Work, case: Case, unit_id: str | None, why: str | None, actor: str, offer: timedelta) -> None:
    """Engages: with `unit_id` that unit, else every waiting task by its ranking.

    Raises UnitRefused with the ranking's reason, NotAllowed if no slot is free.
    """
    begin(case, Action.ASSIGN)
    escalating.arm(work, case)
    if unit_id is None:
        await engaging.engage(work, case, offer, "operator", actor)
        return
    await send(work, case, _patrol_task(work, case), unit_id, why, actor, offer)


async def send(work: Work, case: Case, task: Task, unit_id: str, why: str | None, actor: str, offer: timedelta) -> None:
    """Offers a free slot of the task to the unit that the operator names; raises as `assign`.

    One on its way to something less urgent turns round; the incident that loses it is dispatched again at once.
    """
    slots = engaging.free_slots(case, task)
    if not slots:
        raise NotAllowed("slot taken", Action.ASSIGN, [Action.BACKUP])
    units = await fleet.lock_fleet(work, case.incident.centre, ResponderKind.PATROL)
    situation, basis = await situation_of(work, case, task, units, BY_A_PERSON)
    advice = recommend(situation)
    chosen = next((known for known in advice.ranked if known.unit == unit_id), None)
    if chosen is None and not _may_override(advice, unit_id):
        refused = next((known for known in advice.refused if known.unit == unit_id), None)
        raise UnitRefused(refused.reason.value if refused else None)
    best = advice.best.unit if advice.best else unit_id
    if (best != unit_id or chosen is None) and not why:
        raise OverrideNeedsReason(best)
    bereft = chosen.diverts if chosen else None
    if bereft is not None:
        # Against the usual order of locks, so without waiting: whoever decides about that incident now is first.
        if await cases.load(work, bereft, wait=False) is None:
            raise UnitRefused(Refusal.OCCUPIED)
        await engaging.divert(work, bereft, unit_id, case.incident.id)
    inputs: dict[str, Any] = engaging.decision_inputs(case, situation, advice, basis) | {"why": why}
    reason = "operator" if best == unit_id else "operator_override"
    await engaging.assign(work, case, task, slots[0], units[unit_id], reason, offer, actor, inputs)
    state = TaskState.ENGAGED if len(slots) == 1 else TaskState.WAITING
    case.put(replace(case.tasks[task.id], state=state))
    if bereft is not None:
        await engaging.dispatch_again(work, bereft, offer)


async def backup(work: Work, case: Case, count: int, actor: str, offer: timedelta, at: datetime | None = None) -> None:
    """Asks for `count` more patrols on the incident; `at`: when, by the clock of the tablet that asks."""
    begin(case, Action.BACKUP)
    held = next((task for task in case.tasks.values() if task.kind is ResponderKind.PATROL), None)
    task = _patrol_task(work, case, slots=count)
    if held is not None:
        state = TaskState.WAITING if held.state.finished else held.state
        task = replace(held, slots=held.slots + count, state=state, closed_at=None)
        case.put(task)
    detail = {"count": count} | ({"device_at": at.isoformat()} if at else {})
    case.record(IncidentEvent.BACKUP_REQUESTED, "operator", actor=actor, detail=detail)
    await engaging.offer_units(work, case, task, offer, "backup", actor)


async def escalate(work: Work, case: Case, why: str | None, actor: str, offer: timedelta) -> None:
    """The next level of the run card comes on top, and what still waited for a confirmation is engaged with it.

    The reason becomes a line of the log. Raises NoFurtherLevel.
    """
    begin(case, Action.ESCALATE)
    if why:
        await note(work, case, why, actor, counted=True)
    escalating.add_level(work, case, Trigger.OPERATOR, actor)
    await engaging.engage(work, case, offer, Trigger.OPERATOR, actor)


def _may_override(advice: Recommendation, unit_id: str) -> bool:
    return any(known.unit == unit_id and known.reason not in BINDING for known in advice.refused)


def _patrol_task(work: Work, case: Case, slots: int = 1) -> Task:
    held = [task for task in case.tasks.values() if task.kind is ResponderKind.PATROL]
    if held:
        return next((task for task in held if engaging.free_slots(case, task)), held[0])
    task = Task(
        id=derived_id(case.incident.id, ResponderKind.PATROL),
        incident_id=case.incident.id,
        kind=ResponderKind.PATROL,
        state=TaskState.PENDING,
        slots=slots,
        created_at=work.now,
    )
    case.put(task)
    return task
