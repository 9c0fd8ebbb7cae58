"""What must still be added to the tasks of an incident so that it has what a run card, or a level more, asks for."""

from collections.abc import Iterable
from dataclasses import dataclass

from schemas.vocabulary.dispatching import ResponderKind, TaskState
from services.dispatch.domain.run_card import Need
from services.dispatch.domain.task import Task

UNSTARTED = frozenset({TaskState.PENDING, TaskState.WAITING})


@dataclass(frozen=True, slots=True)
class Addition:
    """`need` is met by `task` with `slots` in all, or by a new task where `task` is None."""

    need: Need
    task: Task | None
    slots: int


def missing(tasks: Iterable[Task], needs: Iterable[Need]) -> list[Addition]:
    """What a card asks for beyond what is there: kinds of responder without a task, and more units of a kind.

    A task that has ended is not begun again: what it was for has been done. Of several lines of a kind the one that
    asks for most units counts: a card has one task a kind.
    """
    held = _first_by_kind(tasks)
    most: dict[ResponderKind, Need] = {}
    for need in needs:
        if need.kind not in most or need.count > most[need.kind].count:
            most[need.kind] = need
    found = []
    for need in most.values():
        task = held.get(need.kind)
        if task is None or (task.slots < need.count and not task.state.finished):
            found.append(Addition(need, task, need.count))
    return found


def on_top(tasks: Iterable[Task], needs: Iterable[Need]) -> list[Addition]:
    """What a level adds to what is there, whatever that is.

    Units of the same capabilities become more slots of their task, also of one that has ended. A partner or a crew that
    was asked already is asked again by a task of its own; one that was not yet is only asked now.
    """
    held = list(tasks)
    found = []
    for need in needs:
        task = next((known for known in held if _same(known, need)), None)
        if task is None:
            found.append(Addition(need, None, need.count))
        elif not _of_units(need):
            found.append(Addition(need, task if task.state in UNSTARTED else None, 1))
        else:
            found.append(Addition(need, task, task.slots + need.count))
    return found


def _first_by_kind(tasks: Iterable[Task]) -> dict[str, Task]:
    found: dict[str, Task] = {}
    for task in tasks:
        found.setdefault(task.kind, task)
    return found


def _same(task: Task, need: Need) -> bool:
    return (task.kind, task.agency, task.capabilities) == (need.kind, need.agency, need.capabilities)


def _of_units(need: Need) -> bool:
    """Only patrols are sent in numbers: the others are told once a task."""
    return need.kind is ResponderKind.PATROL
