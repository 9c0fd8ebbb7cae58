"""What a shift hands on to the next, and how heavy its load of alarms is. All in one look at PostgreSQL each."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Double, Select, Text, and_, case, cast, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.vocabulary.dispatching import IncidentState, TaskState
from schemas.vocabulary.signals import Outcome, ScreeningReason
from services.dispatch.store.signals import UNFINISHED
from services.dispatch.store.tables import (
    assignments,
    broadcasts,
    hand_overs,
    incidents,
    notes,
    presence,
    signal_outcomes,
    tasks,
    units,
)

EMPTY = cast([], ARRAY(Text))
STEP = timedelta(minutes=10)
PRESENT = timedelta(seconds=60)


def _chattering() -> Select[Any]:
    table, since = signal_outcomes, func.now() - func.make_interval(0, 0, 0, 0, 0, 10)
    chatters = (table.c.outcome == Outcome.FOLDED, table.c.reason == ScreeningReason.CHATTER)
    return select(func.count(table.c.device.distinct())).where(*chatters, table.c.decided_at > since)


def _false_alarms() -> Select[Any]:
    table = incidents
    ended = (IncidentState.DISMISSED, IncidentState.RESOLVED, IncidentState.CLOSED)
    dismissed, all_of_it = func.count(case((table.c.state == IncidentState.DISMISSED, 1))), func.count()
    query = select(table.c.centre, table.c.site, (cast(dismissed, Double) / all_of_it).label("share"))
    query = query.where(table.c.opened_at > func.now() - func.make_interval(0, 0, 0, 30), table.c.state.in_(ended))
    query = query.where(table.c.site.is_not(None)).group_by(table.c.centre, table.c.site)
    return query.having(all_of_it >= 5, dismissed > 0).order_by(dismissed.desc(), table.c.site).limit(20)


CHATTERING = _chattering()
"""Number of devices folded for chatter within ten minutes."""
FALSE_ALARMS = _false_alarms()
"""`centre`, `site`, `share` of its ended incidents of 30 days that were dismissed: the 20 sites with most of them."""


def counted(centre: str | None, since: datetime, until: datetime) -> Select[Any]:
    """Incidents opened in the period, by nature and priority."""
    table = incidents
    query = select(
        table.c.nature,
        table.c.priority,
        func.count().label("opened"),
        func.count(case((table.c.state == IncidentState.DISMISSED, 1))).label("dismissed"),
        func.count(case((table.c.state.in_(UNFINISHED), 1))).label("unfinished"),
    )
    query = query.where(table.c.opened_at >= since, table.c.opened_at < until).group_by(
        table.c.nature, table.c.priority
    )
    return _of(query, table, centre).order_by(table.c.priority, func.count().desc(), table.c.nature)


def still_open(centre: str | None) -> Select[Any]:
    """Unfinished incidents with what they wait for, the most urgent and oldest first."""
    held = select(func.coalesce(func.array_agg(assignments.c.unit_id), EMPTY))
    held = held.where(assignments.c.incident_id == incidents.c.id, assignments.c.active)
    waits = select(func.coalesce(func.array_agg(tasks.c.kind), EMPTY))
    waits = waits.where(
        tasks.c.incident_id == incidents.c.id, tasks.c.state.in_((TaskState.PENDING, TaskState.WAITING))
    )
    named = hand_overs.c.agency + literal(" ") + hand_overs.c.state
    told = select(func.coalesce(func.array_agg(named), EMPTY))
    told = told.where(hand_overs.c.incident_id == incidents.c.id)
    last = select(notes.c.text).where(notes.c.incident_id == incidents.c.id).order_by(notes.c.at.desc()).limit(1)
    query = select(
        incidents,
        held.scalar_subquery().label("units"),
        waits.scalar_subquery().label("waiting_tasks"),
        told.scalar_subquery().label("partners"),
        last.scalar_subquery().label("last_note"),
    ).where(incidents.c.state.in_(UNFINISHED))
    return _of(query, incidents, centre).order_by(incidents.c.priority, incidents.c.opened_at)


def broadcasts_in_force(centre: str | None) -> Select[Any]:
    """Number of broadcasts in force now."""
    table, now = broadcasts, func.clock_timestamp()
    query = select(func.count()).where(table.c.ended_at.is_(None), table.c.starts_at <= now, table.c.ends_at > now)
    return _of(query, table, centre)


def units_by_state(centre: str | None) -> Select[Any]:
    """Number of units by state."""
    return _of(select(units.c.state, func.count().label("number")).group_by(units.c.state), units, centre)


def delays(centre: str | None, since: datetime, until: datetime) -> Select[Any]:
    """Seconds from opening to the first offer and to the first unit on scene, P90 by priority."""
    first = select(
        incidents.c.priority,
        incidents.c.opened_at,
        func.min(assignments.c.offered_at).label("offered"),
        func.min(assignments.c.on_scene_at).label("there"),
    ).join(assignments, assignments.c.incident_id == incidents.c.id)
    # The period first: the assignments of a year are not gone through for those of a day.
    first = _of(first.where(incidents.c.opened_at >= since, incidents.c.opened_at < until), incidents, centre)
    began = first.group_by(incidents.c.id).subquery()
    seconds = [func.extract("epoch", began.c[name] - began.c.opened_at) for name in ("offered", "there")]
    p90 = [func.percentile_cont(0.9).within_group(each) for each in seconds]
    query = select(began.c.priority, p90[0].label("offer_s"), p90[1].label("scene_s"))
    return query.group_by(began.c.priority)


async def load(conn: AsyncConnection, centre: str | None, minutes: int) -> dict[str, Any]:
    """Alarms shown during the last `minutes`: number, the most in ten minutes, by priority, and operators present."""
    # An index answers for `now`, and not for a clock that goes on meanwhile.
    begin = func.now() - func.make_interval(0, 0, 0, 0, 0, minutes)
    recent = _of(
        select(incidents.c.opened_at, incidents.c.priority).where(incidents.c.opened_at >= begin), incidents, centre
    )
    shown = list((await conn.execute(_of(recent, incidents, centre).order_by(incidents.c.opened_at))).mappings())
    who = select(func.count(func.distinct(presence.c.actor))).where(
        presence.c.seen_at > func.clock_timestamp() - PRESENT,
        and_(presence.c.centre == centre) if centre else literal(True),
    )
    at = [row["opened_at"] for row in shown]
    return {
        "alarms": len(at),
        "peak": busiest(at),
        "priorities": [row["priority"] for row in shown],
        "operators": await conn.scalar(who) or 0,
    }


def busiest(moments: list[datetime]) -> int:
    """The most moments within any ten minutes; they come in order."""
    most = first = 0
    for last, at in enumerate(moments):
        while at - moments[first] >= STEP:
            first += 1
        most = max(most, last - first + 1)
    return most


def _of(query: Select[Any], table: Any, centre: str | None) -> Select[Any]:
    return query.where(table.c.centre == centre) if centre else query
