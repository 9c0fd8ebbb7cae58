"""The recommendation as an operator asks for it: as things stand now, without a lock and without a consequence."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from schemas.vocabulary.dispatching import ResponderKind
from services.dispatch.actions import engaging
from services.dispatch.actions.choosing import BY_A_PERSON, situation_of
from services.dispatch.domain.recommending import Recommendation, recommend
from services.dispatch.domain.task import Task
from services.dispatch.domain.travelling import Basis
from services.dispatch.store import case as cases
from services.dispatch.store import fleet
from services.dispatch.store.case import Case
from services.dispatch.store.work import Work


class NoSlot(StrEnum):
    """Why there is nothing to recommend a unit for."""

    NOT_BY_UNIT = "not_by_unit"
    FINISHED = "incident_finished"
    NOT_ASKED_FOR = "not_asked_for"
    SLOTS_TAKEN = "slots_taken"


class NothingToFill(Exception):
    """The incident has no free slot for that kind of responder; `reason` says why."""

    def __init__(self, reason: NoSlot) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Advice:
    """The recommendation for one of the `free_slots` of a task, what its times rest on, and units by call sign."""

    recommendation: Recommendation
    task: Task
    free_slots: int
    basis: Basis
    computed_at: datetime
    call_signs: dict[str, str]


async def advise(work: Work, incident_id: str, kind: ResponderKind) -> Advice | None:
    """Who should go to the incident now; None if it is not known. Raises NothingToFill."""
    case = await cases.load(work, incident_id, lock=False)
    if case is None:
        return None
    task = _task(case, kind)
    units = await fleet.look_at(work, case.incident.centre, kind)
    situation, basis = await situation_of(work, case, task, units, BY_A_PERSON)
    signs = {unit.id: unit.call_sign for unit in units.values()}
    slots = len(engaging.free_slots(case, task))
    return Advice(recommend(situation), task, slots, basis, work.now, signs)


def _task(case: Case, kind: ResponderKind) -> Task:
    if kind is not ResponderKind.PATROL:
        raise NothingToFill(NoSlot.NOT_BY_UNIT)
    if not case.incident.unfinished:
        raise NothingToFill(NoSlot.FINISHED)
    asked = [task for task in case.tasks.values() if task.kind is kind and not task.state.finished]
    if not asked:
        raise NothingToFill(NoSlot.NOT_ASKED_FOR)
    task = next((task for task in asked if engaging.free_slots(case, task)), None)
    if task is None:
        raise NothingToFill(NoSlot.SLOTS_TAKEN)
    return task
