"""What the recommendation looks at, gathered within the transaction that will follow it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache

from schemas.vocabulary.dispatching import UnitState
from schemas.vocabulary.natures import Nature, Priority
from services.dispatch.domain.distress import policy_for
from services.dispatch.domain.recommending import Coverage, IncidentView, Situation, UnitView
from services.dispatch.domain.recommending import Work as Bound
from services.dispatch.domain.recommending.coverage import reached
from services.dispatch.domain.report import Place
from services.dispatch.domain.roster import standing
from services.dispatch.domain.task import Task
from services.dispatch.domain.travelling import Answer, Basis, Profile, Reached, TravelTimes, Unreachable
from services.dispatch.domain.unit import Unit
from services.dispatch.packs import Book
from services.dispatch.store import fleet
from services.dispatch.store.case import Case
from services.dispatch.store.work import Work
from services.dispatch.travel.straight_line import StraightLineTravel

UTILISATION_OVER = timedelta(minutes=30)
COVERED_WITHIN_S = 480.0
URGENT = frozenset({Priority.P1, Priority.P2})
STRAIGHT = StraightLineTravel()


async def situation_of(
    work: Work, case: Case, task: Task, units: Mapping[str, Unit], declined: frozenset[str]
) -> tuple[Situation, Basis]:
    """All inputs of a decision about one slot of `task`; `units` are locked. Also what its times rest on.

    Coverage is counted for P2 to P4 only: for a P1 the fastest goes.
    """
    incident = case.incident
    life = incident.priority is Priority.P1
    travel = work.library.travel(case.book)
    seconds, unreachable, basis = _times(travel, units, incident.place, incident.priority)
    busy = {unit.id for unit in units.values() if unit.busy}
    bound = await fleet.bound(work, busy) if busy else {}
    situation = Situation(
        incident=_incident_view(case, task, declined, work.now, units),
        units=tuple(_unit_view(unit, bound.get(unit.id), work.now) for unit in units.values()),
        seconds=seconds,
        now=work.now,
        utilisation=0.0 if life else await fleet.utilisation(work, incident.centre, task.kind, UTILISATION_OVER),
        coverage=None if life else _coverage(case.book, travel, units),
        unreachable=unreachable,
        policy=policy_for(incident.nature),
    )
    return situation, basis


def after_binding(situation: Situation, unit: str) -> Situation:
    """The situation for the next slot of the same incident, once `unit` was bound to this one.

    Where it was diverted, its incident has lost a unit: another on its way there counts that.
    """
    taken = Bound(situation.incident.id, situation.incident.priority, situation.now)
    before = next((known.work for known in situation.units if known.id == unit), None)

    def after(known: UnitView) -> UnitView:
        if known.id == unit:
            return replace(known, state=UnitState.ASSIGNED, work=taken)
        if before is not None and known.work is not None and known.work.incident == before.incident:
            return replace(known, work=replace(known.work, diversions=known.work.diversions + 1))
        return known

    return replace(situation, units=tuple(after(known) for known in situation.units))


def without_diversion(situation: Situation, incident: str) -> Situation:
    """The situation where the unit on its way to `incident` cannot be had: somebody decides about that one now."""
    units = tuple(
        replace(known, work=replace(known.work, on_scene=True))
        if known.work is not None and known.work.incident == incident
        else known
        for known in situation.units
    )
    return replace(situation, units=units)


def _incident_view(
    case: Case, task: Task, declined: frozenset[str], now: datetime, units: Mapping[str, Unit]
) -> IncidentView:
    """`callers`: who calls for help is sent nowhere, neither to that call nor to any other."""
    incident = case.incident
    target = incident.target_at or now
    callers = {unit.id for unit in units.values() if unit.in_distress}
    if incident.nature is Nature.OFFICER_DISTRESS and incident.device:
        callers.add(incident.device)
    return IncidentView(
        id=incident.id,
        priority=incident.priority,
        opened_at=incident.opened_at,
        target_s=(target - incident.opened_at).total_seconds(),
        capabilities=task.capabilities,
        declined=declined,
        callers=frozenset(callers),
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


def _times(
    travel: TravelTimes, units: Mapping[str, Unit], place: Place | None, priority: Priority
) -> tuple[dict[str, float], dict[str, str], Basis]:
    """Seconds by unit, why there are none for others, and what they rest on.

    An incident whose place nobody knows is as near to one unit as to another. Where no street leads to it the
    straight line is taken: help is rather sent on an estimate than not at all.
    """
    located = [(unit.id, unit.place) for unit in units.values() if unit.place is not None]
    if place is None:
        return {unit: 0.0 for unit, _ in located}, {}, Basis.STRAIGHT_LINE
    profile = Profile.LIGHTS if priority in URGENT else Profile.NORMAL
    answers = travel.to_one([where for _, where in located], place, profile)
    basis = travel.basis
    if not any(isinstance(answer, Reached) for answer in answers):
        answers, basis = STRAIGHT.to_one([where for _, where in located], place, profile), Basis.STRAIGHT_LINE
    named: list[tuple[str, Answer]] = [(unit, answer) for (unit, _), answer in zip(located, answers, strict=True)]
    seconds = {unit: round(answer.seconds, 1) for unit, answer in named if isinstance(answer, Reached)}
    missing = {unit: answer.reason.value for unit, answer in named if isinstance(answer, Unreachable)}
    return seconds, missing, basis


def _coverage(book: Book, travel: TravelTimes, units: Mapping[str, Unit]) -> Coverage | None:
    """Which demand points each unit reaches in time; the points are the sectors' middles, weighed by what is there."""
    points, weights = _demand(book)
    located = [(unit.id, unit.place) for unit in units.values() if unit.place is not None]
    if not points or not located:
        return None
    table = travel.table([where for _, where in located], points, Profile.NORMAL)
    by_unit = {unit: reached(row, COVERED_WITHIN_S) for (unit, _), row in zip(located, table.seconds, strict=True)}
    return Coverage(weights, by_unit)


@lru_cache(maxsize=32)
def _demand(book: Book) -> tuple[tuple[Place, ...], tuple[float, ...]]:
    count = {sector.id: 1.0 for sector in book.pack.sectors}
    for sector in [site.sector for site in book.pack.sites] + [device.sector for device in book.pack.devices]:
        if sector in count:
            count[sector] += 1.0
    middles = tuple(
        Place(
            sum(lat for lat, _ in sector.polygon) / len(sector.polygon),
            sum(lon for _, lon in sector.polygon) / len(sector.polygon),
        )
        for sector in book.pack.sectors
    )
    return middles, tuple(count[sector.id] for sector in book.pack.sectors)
