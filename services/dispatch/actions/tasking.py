"""Tasks of an incident: what a run card, a level or a merge asks for that is not there yet."""

from collections.abc import Iterable
from dataclasses import replace

from schemas.vocabulary.dispatching import IncidentEvent, ResponderKind, TaskState
from services.dispatch.domain.adding import Addition, missing
from services.dispatch.domain.run_card import Card, Ground
from services.dispatch.domain.task import Task
from services.dispatch.messages import derived_id
from services.dispatch.store.case import Case
from services.dispatch.store.work import Work


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
