"""Escalation: the next level of an incident's run card comes on top, by order or because nobody is on scene in time."""

from datetime import timedelta
from typing import Any

from schemas.vocabulary.dispatching import IncidentEvent
from services.dispatch.actions import engaging, tasking
from services.dispatch.domain.adding import on_top
from services.dispatch.domain.escalating import Standing, Trigger, due_at, judge, next_level, on_scene
from services.dispatch.domain.run_card import Card
from services.dispatch.domain.task import Task
from services.dispatch.store.case import SYSTEM, Case
from services.dispatch.store.work import Work


class NoFurtherLevel(Exception):
    """All `levels` of the run card were added; 0 where it has none."""

    def __init__(self, levels: int) -> None:
        super().__init__("no further level")
        self.levels = levels


def arm(work: Work, case: Case) -> None:
    """Sets when the next level comes by itself, where that is not set yet and nobody is on scene."""
    incident = case.incident
    if incident.escalate_at is not None or not incident.unfinished or on_scene(case.assignments.values()):
        return
    due = due_at(_card(case), incident.escalation, incident.opened_at, work.now)
    if due is not None:
        case.amend(escalate_at=due)


def add_level(work: Work, case: Case, trigger: Trigger, actor: str) -> list[Task]:
    """Puts the next level's tasks on the case, and sets when the one after it is due. Raises NoFurtherLevel."""
    card, reached = _card(case), case.incident.escalation
    level = next_level(card, reached)
    if card is None or level is None:
        raise NoFurtherLevel(len(card.levels) if card else 0)
    inputs = _inputs(work, case, card)
    case.amend(escalation=reached + 1, escalate_at=None)
    arm(work, case)
    detail = {"level": reached + 1, "name_fr": level.name_fr, "name_en": level.name_en, "run_card": card.id}
    case.record(IncidentEvent.ESCALATED, trigger, actor=actor, inputs=inputs, detail=detail)
    return tasking.put_tasks(work, case, on_top(case.tasks.values(), level.needs), card.id, trigger)


async def if_due(work: Work, case: Case, offer: timedelta) -> Standing:
    """Adds the level whose time has come, if that still holds under the incident's lock."""
    standing = judge(case.incident, _card(case), case.assignments.values(), work.now)
    if standing is Standing.DUE:
        for task in add_level(work, case, Trigger.NOBODY_ON_SCENE, SYSTEM):
            await engaging.engage_task(work, case, case.tasks[task.id], offer, Trigger.NOBODY_ON_SCENE)
    elif standing is not Standing.NOT_YET:
        case.amend(escalate_at=None)
    return standing


def _inputs(work: Work, case: Case, card: Card) -> dict[str, Any]:
    """What `judge` looked at."""
    due = case.incident.escalate_at
    return {
        "clock": work.now.isoformat(),
        "pack_version": case.book.version,
        "card": card.id,
        "reached": case.incident.escalation,
        "escalate_at": due.isoformat() if due else None,
        "on_scene": on_scene(case.assignments.values()),
    }


def _card(case: Case) -> Card | None:
    return case.book.card(case.incident.run_card)
