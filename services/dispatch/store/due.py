"""What falls due, as questions to PostgreSQL by its own clock; built once, asked five times a second."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, select

from schemas.vocabulary.dispatching import AssignmentState, HandOverState, TaskState
from schemas.vocabulary.natures import Priority
from services.dispatch.store import fleet, signals, tables


def _before(seconds: str) -> ColumnElement[datetime]:
    """The moment that lies so many seconds, given as a parameter, before now."""
    return func.clock_timestamp() - func.make_interval(0, 0, 0, 0, 0, 0, bindparam(seconds))


def _offers_due() -> Select[Any]:
    table = tables.assignments
    due = (table.c.state == AssignmentState.OFFERED, table.c.due_at <= func.clock_timestamp())
    return select(table.c.incident_id, table.c.id).where(*due)


def _hand_overs_due() -> Select[Any]:
    table = tables.hand_overs
    due = (table.c.state == HandOverState.SENT, table.c.due_at <= func.clock_timestamp())
    return select(table.c.incident_id, table.c.id).where(*due)


def _waiting() -> Select[Any]:
    task, incident = tables.tasks, tables.incidents
    query = select(task.c.incident_id, task.c.id).join(incident, incident.c.id == task.c.incident_id)
    return query.where(task.c.state == TaskState.WAITING, incident.c.state.in_(signals.UNFINISHED))


def _unclaimed() -> Select[Any]:
    table = tables.signal_outcomes
    return select(table.c.signal_id).where(table.c.unclaimed, table.c.decided_at < _before("unclaimed_s"))


def _unseen() -> Select[Any]:
    table = tables.incidents
    return select(table.c.id).where(
        table.c.priority == Priority.P1,
        table.c.state.in_(signals.UNFINISHED),
        table.c.acknowledged_at.is_(None),
    )


def _escalations_due() -> Select[Any]:
    table = tables.incidents
    due = table.c.escalate_at <= func.clock_timestamp()
    return select(table.c.id).where(due, table.c.state.in_(signals.UNFINISHED))


OFFERS_DUE, HAND_OVERS_DUE, UNCLAIMED = _offers_due(), _hand_overs_due(), _unclaimed()
ESCALATIONS_DUE = _escalations_due()
# Only where a unit is free: a look at each waiting task would lock the whole fleet five times a second.
ENGAGEABLE = _waiting().where(fleet.someone_free(tables.incidents.c.centre, tables.tasks.c.kind))
UNSEEN_LATE = _unseen().where(
    tables.incidents.c.opened_at < _before("unseen_s"), tables.incidents.c.attention.is_(None)
)


def _count(query: Select[Any]) -> ColumnElement[int]:
    return select(func.count()).select_from(query.subquery()).scalar_subquery()


GLANCE = select(
    OFFERS_DUE.exists().label("offers"),
    HAND_OVERS_DUE.exists().label("hand_overs"),
    ENGAGEABLE.exists().label("engageable"),
    UNCLAIMED.exists().label("unclaimed"),
    UNSEEN_LATE.exists().label("unseen_late"),
    ESCALATIONS_DUE.exists().label("escalations"),
    _count(_waiting()).label("waiting"),
    _count(_unseen()).label("unseen"),
)
