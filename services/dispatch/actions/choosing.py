"""What the recommendation looks at, gathered within the transaction that will follow it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from schemas.vocabulary.dispatching import AssignmentState, UnitState
from schemas.vocabulary.natures import Nature, Priority
from services.dispatch.actions.covering import coverage_of
from services.dispatch.actions.reaching import reach
from services.dispatch.domain.distress import policy_for
from services.dispatch.domain.filling import lapsed, resting
from services.dispatch.domain.recommending import IncidentView, Situation, UnitView
from services.dispatch.domain.recommending import Work as Bound
from services.dispatch.domain.roster import standing
from services.dispatch.domain.task import Task
from services.dispatch.domain.travelling import Basis
from services.dispatch.domain.unit import Unit
from services.dispatch.store import fleet
from services.dispatch.store.case import Case
from services.dispatch.store.work import Work

BY_A_PERSON = timedelta(0)
"""In place of an offer's time: a person may ask a unit again at once that declined or let an offer lapse."""
RELIEVED = "relieved"
"""Why an assignment was cancelled whose unit was relieved by a sooner one; an incident's reliefs are counted by it."""


async def situation_of(
    work: Work, case: Case, task: Task, units: Mapping[str, Unit], offer: timedelta
) -> tuple[Situation, Basis]:
    """All inputs of a decision about one slot of `task`; `units` are locked. Also what its times rest on.

    A unit that declined or let an offer lapse is asked again last, after a pause: an `offer`, then twice that …
    """
    incident = case.incident
    [way] = reach(work.library.travel(case.book), units, [(incident.place, incident.priority)])
    situation = Situation(
        incident=incident_view(case, task, work.now, offer, units),
        units=await unit_views(work, units),
        seconds=way.seconds,
        now=work.now,
        unreachable=way.unreachable,
        policy=policy_for(incident.nature),
    )
    return await with_reserve(work, case, task, units, situation), way.basis


async def with_reserve(
    work: Work, case: Case, task: Task, units: Mapping[str, Unit], situation: Situation
) -> Situation:
    """The situation with utilisation and coverage. Both count for P2 to P4 only: for a P1 the fastest goes."""
    if case.incident.priority is Priority.P1:
        return situation
    return replace(
        situation,
        utilisation=await fleet.utilisation(work, case.incident.centre, task.kind),
        coverage=coverage_of(case.book, work.library.travel(case.book), units),
    )


async def unit_views(work: Work, units: Mapping[str, Unit]) -> tuple[UnitView, ...]:
    """The units as the recommendation sees them, with what binds them."""
    busy = {unit.id for unit in units.values() if unit.busy}
    bound = await fleet.bound(work, busy) if busy else {}
    return tuple(_unit_view(unit, bound.get(unit.id), work.now) for unit in units.values())


def incident_view(case: Case, task: Task, now: datetime, offer: timedelta, units: Mapping[str, Unit]) -> IncidentView:
    """The incident as the recommendation sees it; `offer` as in `situation_of`.

    `callers`: who calls for help is sent nowhere, neither to that call nor to any other.
    """
    incident = case.incident
    target = incident.target_at or now
    callers = {unit.id for unit in units.values() if unit.in_distress}
    if incident.nature is Nature.OFFICER_DISTRESS and incident.device:
        callers.add(incident.device)
    held = case.assignments.values()
    return IncidentView(
        id=incident.id,
        priority=incident.priority,
        opened_at=incident.opened_at,
        target_s=(target - incident.opened_at).total_seconds(),
        capabilities=task.capabilities,
        declined=lapsed(case.of_task(task)),
        asked_lately=resting(case.of_task(task), now, offer),
        callers=frozenset(callers),
        diversions=sum(1 for known in held if known.state is AssignmentState.DIVERTED),
        reliefs=sum(1 for known in held if known.state is AssignmentState.CANCELLED and known.reason == RELIEVED),
    )


def after_binding(situation: Situation, unit: str) -> Situation:
    """The situation for the next slot of the same incident, once `unit` was bound to this one."""
    return replace(situation, units=bound_to(situation.units, unit, situation.incident, situation.now))


def bound_to(units: tuple[UnitView, ...], unit: str, incident: IncidentView, now: datetime) -> tuple[UnitView, ...]:
    """The units once one of them was bound to an incident.

    Where it was diverted, its incident has lost a unit: another on its way there counts that.
    """
    taken = Bound(incident.id, incident.priority, now, diversions=incident.diversions)
    before = next((known.work for known in units if known.id == unit), None)

    def after(known: UnitView) -> UnitView:
        if known.id == unit:
            return replace(known, state=UnitState.ASSIGNED, work=taken)
        if before is not None and known.work is not None and known.work.incident == before.incident:
            return replace(known, work=replace(known.work, diversions=known.work.diversions + 1))
        return known

    return tuple(after(known) for known in units)


def without_diversion(situation: Situation, incident: str) -> Situation:
    """The situation where the unit on its way to `incident` cannot be had: somebody decides about that one now."""
    return replace(situation, units=kept_on(situation.units, incident))


def kept_on(units: tuple[UnitView, ...], incident: str) -> tuple[UnitView, ...]:
    """The units, those on their way to `incident` as if they were there already."""
    return tuple(
        replace(known, work=replace(known.work, on_scene=True))
        if known.work is not None and known.work.incident == incident
        else known
        for known in units
    )


def _unit_view(unit: Unit, bound: Bound | None, now: datetime) -> UnitView:
    rostered = standing(unit.lines, now)
    return UnitView(
        id=unit.id,
        state=unit.state,
        capabilities=unit.capabilities if rostered.capabilities is None else rostered.capabilities,
        position_at=unit.position_at,
        work=bound,
        rest_until=rostered.rest_until,
        duty_until=rostered.duty_until,
        retiring=unit.retiring,
        on_call=rostered.on_call,
    )
