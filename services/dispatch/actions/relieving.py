"""Relief: a unit has become free that would be with a life in danger clearly sooner than the one on its way."""

from dataclasses import dataclass
from datetime import timedelta

from schemas.vocabulary.dispatching import AssignmentState, Engagement, IncidentEvent, ResponderKind, UnitState
from services.dispatch.actions import engaging
from services.dispatch.actions.choosing import RELIEVED, situation_of
from services.dispatch.actions.keeping import keep
from services.dispatch.domain.assignment import Assignment, moved
from services.dispatch.domain.filling import BY_OPERATOR
from services.dispatch.domain.recommending import Reason, Relief, Situation, relief
from services.dispatch.domain.recommending.recording import as_inputs
from services.dispatch.domain.task import Task
from services.dispatch.domain.travelling import Basis
from services.dispatch.domain.unit import Unit
from services.dispatch.store import case as cases
from services.dispatch.store import fleet
from services.dispatch.store.case import Case
from services.dispatch.store.work import Work

SOONER_UNIT_FREE = "sooner_unit_free"
ON_ITS_WAY = frozenset({AssignmentState.OFFERED, AssignmentState.ACCEPTED, AssignmentState.EN_ROUTE})


@dataclass(frozen=True)
class Proposal:
    """A relief with what it was found in: `held` is the assignment that it ends."""

    relief: Relief
    situation: Situation
    basis: Basis
    task: Task
    held: Assignment
    units: dict[str, Unit]


async def is_due(work: Work, incident_id: str, offer: timedelta) -> bool:
    """True if somebody should be relieved as things stand now; locks nothing."""
    case = await cases.load(work, incident_id, lock=False)
    return case is not None and await _proposal(work, case, offer, lock=False) is not None


async def relieve(work: Work, incident_id: str, offer: timedelta) -> bool:
    """Sends the sooner unit instead of the one on its way, in one transaction; False if that is no longer right."""
    case = await cases.load(work, incident_id)
    found = await _proposal(work, case, offer, lock=True) if case else None
    if case is None or found is None:
        return False
    held, send = found.held, found.relief.send
    inputs = _inputs(case, found)
    detail = {"unit": held.unit, "by": send, "seconds": found.relief.seconds, "gain_s": found.relief.gain_s}
    case.record(IncidentEvent.RELIEVED, SOONER_UNIT_FREE, inputs=inputs, detail=detail)
    decided = case.incident.version
    await _stand_down(work, case, held)
    referring = {name: inputs[name] for name in ("clock", "pack_version", "travel")}
    referring |= {"relieved_in_version": decided, "recommended": send}
    unit = found.units[send]
    await engaging.assign(work, case, found.task, held.slot, unit, Reason.RELIEVES, offer, cases.SYSTEM, referring)
    keep(work, case)
    return True


async def _proposal(work: Work, case: Case, offer: timedelta, *, lock: bool) -> Proposal | None:
    """The relief that gains most; engaged automatically, nobody there yet. Whom a person chose is kept."""
    incident = case.incident
    if not incident.unfinished or incident.engagement is not Engagement.AUTOMATIC:
        return None
    due: list[Proposal] = []
    for task in [known for known in case.tasks.values() if known.kind is ResponderKind.PATROL]:
        coming = [held for held in case.of_task(task) if held.state in ON_ITS_WAY and held.reason not in BY_OPERATOR]
        if coming:
            units = await (fleet.lock_fleet if lock else fleet.look_at)(work, incident.centre, task.kind)
            situation, basis = await situation_of(work, case, task, units, offer)
            found = [(relief(situation, held.unit), held) for held in coming]
            due += [Proposal(known, situation, basis, task, held, units) for known, held in found if known is not None]
    return min(due, key=lambda each: (-each.relief.gain_s, each.task.id, each.held.slot), default=None)


async def _stand_down(work: Work, case: Case, held: Assignment) -> None:
    case.put(moved(held, AssignmentState.CANCELLED, RELIEVED, work.now))
    await fleet.set_state(work, held.unit, UnitState.AVAILABLE)
    detail = {
        "assignment_id": held.id,
        "unit": held.unit,
        "slot": held.slot,
        "state": AssignmentState.CANCELLED,
    }
    case.record(IncidentEvent.ASSIGNMENT_CHANGED, RELIEVED, detail=detail)


def _inputs(case: Case, found: Proposal) -> dict[str, object]:
    """What the relief was decided from; `relief` evaluated again with them says the same."""
    return {
        "clock": found.situation.now.isoformat(),
        "pack_version": case.incident.pack_version,
        "travel": found.basis,
        "situation": as_inputs(found.situation),
        "on_its_way": found.held.unit,
        "recommended": found.relief.send,
    }
