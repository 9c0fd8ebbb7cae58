"""Tasks and assignments of many incidents at once, in short: what a list shows of each without opening its card."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.dispatch.store import tables

Parts = dict[str, list[dict[str, Any]]]


async def parts_of(conn: AsyncConnection, incidents: Collection[str]) -> dict[str, Parts]:
    """By incident: `tasks` and `assignments`, as `TaskBrief` and `AssignmentBrief` name their members. Two queries."""
    found: dict[str, Parts] = defaultdict(lambda: {"tasks": [], "assignments": []})
    if not incidents:
        return found
    task, one = tables.tasks, tables.assignments
    columns = (task.c.incident_id, task.c.id.label("task_id"), task.c.kind, task.c.state, task.c.slots, task.c.agency)
    tasks = select(*columns).where(task.c.incident_id.in_(incidents)).order_by(task.c.created_at, task.c.id)
    names = (one.c.incident_id, one.c.id.label("assignment_id"), one.c.unit_id.label("unit"))
    sent = select(*names, one.c.slot, one.c.epoch, one.c.state).where(one.c.incident_id.in_(incidents))
    told = (await conn.execute(tasks)).mappings().all()
    gone = (await conn.execute(sent.order_by(one.c.offered_at, one.c.id))).mappings().all()
    for name, rows in (("tasks", told), ("assignments", gone)):
        for row in rows:
            part = dict(row)
            found[part.pop("incident_id")][name].append(part)
    return found
