"""What falls due, as questions to PostgreSQL by its own clock; built once, asked five times a second."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Exists, Select, bindparam, exists, func, or_, select

from schemas.vocabulary.dispatching import AssignmentState, Engagement, HandOverState, IncidentEvent, TaskState
from schemas.vocabulary.natures import Nature, Priority
from services.dispatch.domain.attention import HINTS
from services.dispatch.store import broadcasts, fleet, signals, tables

FREED_LATELY = timedelta(seconds=2)


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
    return query.where(task.c.state == TaskState.WAITING, signals.IS_UNFINISHED)


def _unclaimed() -> Select[Any]:
    table = tables.signal_outcomes
    return select(table.c.signal_id).where(table.c.unclaimed, table.c.decided_at < _before("unclaimed_s"))


def _unseen() -> Select[Any]:
    table = tables.incidents
    return select(table.c.id).where(
        table.c.priority == Priority.P1,
        signals.IS_UNFINISHED,
        table.c.acknowledged_at.is_(None),
    )


def _escalations_due() -> Select[Any]:
    table = tables.incidents
    due = table.c.escalate_at <= func.clock_timestamp()
    return select(table.c.id).where(due, table.c.state.in_(signals.UNFINISHED))


def _relievable() -> Select[Any]:
    """Lives that a unit is on its way to, in whose centre another has become free since, a moment ago.

    For that moment only: what is near enough is seen in it, and afterwards nobody is asked five times a second.
    """
    incident, task, held = tables.incidents, tables.tasks, tables.assignments
    coming = (AssignmentState.OFFERED, AssignmentState.ACCEPTED, AssignmentState.EN_ROUTE)
    lately = func.clock_timestamp() - FREED_LATELY
    newly = tables.units.c.state_since > func.greatest(lately, held.c.offered_at)
    query = select(incident.c.id).distinct().join(held, held.c.incident_id == incident.c.id)
    return query.join(task, task.c.id == held.c.task_id).where(
        incident.c.priority == Priority.P1,
        incident.c.state.in_(signals.UNFINISHED),
        incident.c.engagement == Engagement.AUTOMATIC,
        held.c.active,
        held.c.state.in_(coming),
        fleet.someone_free(incident.c.centre, task.c.kind, newly),
    )


RELIEVABLE = _relievable()


BROADCASTS_DUE = broadcasts.due()
OFFERS_DUE, HAND_OVERS_DUE, UNCLAIMED = _offers_due(), _hand_overs_due(), _unclaimed()
ESCALATIONS_DUE = _escalations_due()


def _roster_due() -> Select[Any]:
    """Lines that begin or end. By the statement's own time: it is asked of an index, past the year's lines to come."""
    table, now = tables.roster, func.now()
    open_ones = (table.c.removed_at.is_(None), table.c.done_at.is_(None), table.c.starts_at <= now)
    return select(table.c.id).where(*open_ones, or_(table.c.begun_at.is_(None), table.c.ends_at <= now))


def _welfare_due() -> Select[Any]:
    """Units on scene that are to be asked, or whose answer is missed."""
    table = tables.assignments
    due = (table.c.state == AssignmentState.ON_SCENE, table.c.welfare_at <= func.clock_timestamp())
    return select(table.c.incident_id, table.c.id).where(*due)


OFFERS_DUE, HAND_OVERS_DUE, UNCLAIMED = _offers_due(), _hand_overs_due(), _unclaimed()
ROSTER_DUE, WELFARE_DUE = _roster_due(), _welfare_due()
# Only where a unit is free: a look at each waiting task would lock the whole fleet five times a second.
ENGAGEABLE = _waiting().where(fleet.someone_free(tables.incidents.c.centre, tables.tasks.c.kind))
WAITING_LONGEST = 1000
OUTRANKED = tables.incidents.c.nature != Nature.OFFICER_DISTRESS
"""For ordering: false, which comes first, for an officer in distress."""
SERVABLE = (
    ENGAGEABLE.with_only_columns(
        *(tables.incidents.c[name] for name in ("centre", "id", "version")),
        tables.tasks.c.kind,
        maintain_column_froms=True,
    )
    .order_by(OUTRANKED, tables.incidents.c.priority, tables.tasks.c.created_at)
    .limit(WAITING_LONGEST)
)
"""The same tasks with what they are told apart by, the most urgent first."""


def _reopened_lately() -> Exists:
    """True where an operator has reopened the incident so lately that nobody need have taken it on again."""
    table = tables.events
    lately = (table.c.event == IncidentEvent.REOPENED, table.c.at >= _before("unseen_s"))
    return exists().where(table.c.incident_id == tables.incidents.c.id, *lately)


UNSEEN_LATE = _unseen().where(
    ~_reopened_lately(),
    tables.incidents.c.opened_at < _before("unseen_s"),
    or_(tables.incidents.c.attention.is_(None), tables.incidents.c.attention.in_(HINTS)),
)


def _count(query: Select[Any]) -> ColumnElement[int]:
    return select(func.count()).select_from(query.subquery()).scalar_subquery()


GLANCE = select(
    OFFERS_DUE.exists().label("offers"),
    ROSTER_DUE.exists().label("roster"),
    HAND_OVERS_DUE.exists().label("hand_overs"),
    WELFARE_DUE.exists().label("welfare"),
    ENGAGEABLE.exists().label("engageable"),
    UNCLAIMED.exists().label("unclaimed"),
    UNSEEN_LATE.exists().label("unseen_late"),
    ESCALATIONS_DUE.exists().label("escalations"),
    select(tables.move_ups.c.id).where(tables.move_ups.c.ended_at.is_(None)).exists().label("move_ups"),
    RELIEVABLE.exists().label("relievable"),
    BROADCASTS_DUE.exists().label("broadcasts"),
    _count(_waiting()).label("waiting"),
    _count(_unseen()).label("unseen"),
)
