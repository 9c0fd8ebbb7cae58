"""Rows to domain values and back. Enums travel as their words, capability sets as sorted arrays."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping

from schemas.vocabulary.dispatching import (
    AssignmentState,
    Engagement,
    HandOverState,
    IncidentState,
    ResponderKind,
    RosterKind,
    TaskState,
    UnitState,
    WorkOrderState,
)
from schemas.vocabulary.natures import Nature, Priority
from services.dispatch.domain.assignment import Assignment
from services.dispatch.domain.incident import Incident
from services.dispatch.domain.report import Place
from services.dispatch.domain.roster import Line
from services.dispatch.domain.task import HandOver, Task, WorkOrder
from services.dispatch.domain.unit import Unit

Stored = Mapping[str, Any] | RowMapping
"""A row as SQLAlchemy or psycopg gives it."""


def place_of(row: Stored) -> Place | None:
    """The place in a row's lat, lon and accuracy_m, if it has one."""
    if row["lat"] is None or row["lon"] is None:
        return None
    return Place(row["lat"], row["lon"], row.get("accuracy_m"))


def place_values(place: Place | None) -> dict[str, Any]:
    """The three columns of a place."""
    if place is None:
        return {"lat": None, "lon": None, "accuracy_m": None}
    return {"lat": place.lat, "lon": place.lon, "accuracy_m": place.accuracy_m}


def incident_of(row: Stored) -> Incident:
    """The incident in a row of `incidents`."""
    before = row["state_before_merge"]
    plain = {name: row[name] for name in _plain_fields(Incident) if name in row}
    plain |= {
        "nature": Nature(row["nature"]),
        "priority": Priority(row["priority"]),
        "state": IncidentState(row["state"]),
        "engagement": Engagement(row["engagement"]),
        "state_before_merge": IncidentState(before) if before else None,
        "flags": tuple(row["flags"]),
        "duplicates": tuple(row["duplicates"]),
    }
    return Incident(place=place_of(row), **plain)


def incident_values(incident: Incident) -> dict[str, Any]:
    """The columns of an incident."""
    values = {name: getattr(incident, name) for name in _plain_fields(Incident)}
    lists = {"flags": list(incident.flags), "duplicates": list(incident.duplicates)}
    return values | place_values(incident.place) | lists


def task_of(row: Stored) -> Task:
    """The task in a row of `tasks`."""
    return Task(
        id=row["id"],
        incident_id=row["incident_id"],
        kind=ResponderKind(row["kind"]),
        state=TaskState(row["state"]),
        slots=row["slots"],
        capabilities=frozenset(row["capabilities"]),
        agency=row["agency"],
        created_at=row["created_at"],
        closed_at=row["closed_at"],
    )


def task_values(task: Task) -> dict[str, Any]:
    """The columns of a task."""
    values = {field.name: getattr(task, field.name) for field in fields(Task)}
    return values | {"capabilities": sorted(task.capabilities)}


def assignment_of(row: Stored) -> Assignment:
    """The assignment in a row of `assignments`."""
    names = [field.name for field in fields(Assignment) if field.name not in {"unit", "state"}]
    return Assignment(unit=row["unit_id"], state=AssignmentState(row["state"]), **{name: row[name] for name in names})


def assignment_values(assignment: Assignment) -> dict[str, Any]:
    """The columns of an assignment."""
    values = {field.name: getattr(assignment, field.name) for field in fields(Assignment)}
    values["unit_id"] = values.pop("unit")
    return values


def hand_over_of(row: Stored) -> HandOver:
    """The hand-over in a row of `hand_overs`."""
    plain = {field.name: row[field.name] for field in fields(HandOver)}
    return HandOver(**plain | {"kind": ResponderKind(row["kind"]), "state": HandOverState(row["state"])})


def work_order_of(row: Stored) -> WorkOrder:
    """The work order in a row of `work_orders`."""
    plain = {field.name: row[field.name] for field in fields(WorkOrder)}
    told = {"nature": Nature(row["nature"]), "state": WorkOrderState(row["state"]), "material": tuple(row["material"])}
    return WorkOrder(**plain | told)


def plain_values(value: HandOver | WorkOrder) -> dict[str, Any]:
    """The columns of a value whose fields are its columns."""
    values = {field.name: getattr(value, field.name) for field in fields(value)}
    return {name: list(held) if isinstance(held, tuple) else held for name, held in values.items()}


def unit_of(row: Stored) -> Unit:
    """The unit in a row of `units` joined with its position and whether it is busy."""
    return Unit(
        id=row["id"],
        centre=row["centre"],
        call_sign=row["call_sign"],
        kind=ResponderKind(row["kind"]),
        state=UnitState(row["state"]),
        capabilities=frozenset(row["capabilities"]),
        epoch=row["epoch"],
        busy=row["busy"],
        retiring=row["retiring"],
        place=place_of(row),
        position_at=row["position_at"],
        move_up=row["move_up"],
        moving_to=row["moving_to"],
        lines=tuple(line_of(line) for line in row["lines"]),
        in_distress=row["in_distress"],
    )


def line_of(row: Stored) -> Line:
    """The line in a row of `roster`, or in one made into JSON by PostgreSQL, where times are text."""
    means = row["capabilities"]
    return Line(
        kind=RosterKind(row["kind"]),
        starts_at=_moment(row["starts_at"]),
        ends_at=_moment(row["ends_at"]),
        capabilities=frozenset(means) if means is not None else None,
        id=row["id"],
    )


def _moment(value: datetime | str) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _plain_fields(kind: type) -> list[str]:
    return [field.name for field in fields(kind) if field.name not in {"place", "flags", "duplicates"}]
