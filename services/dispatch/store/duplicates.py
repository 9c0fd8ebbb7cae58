"""Unfinished incidents near another one: one question over the index of unfinished incidents by time."""

from datetime import timedelta
from math import cos, radians
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, exists, func, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.pack.geometry import distance_m
from schemas.vocabulary.dispatching import IncidentEvent
from schemas.vocabulary.natures import Nature
from services.dispatch.domain.duplicates import Candidate, DuplicatePolicy
from services.dispatch.domain.incident import Incident
from services.dispatch.domain.report import Place
from services.dispatch.store.pipeline import Row, Sent, Statement
from services.dispatch.store.signals import IS_UNFINISHED
from services.dispatch.store.tables import events, incidents

AT_MOST = 20
"""The nearest in time; in a flood that is enough to see that it is one."""
METRES_PER_DEGREE = 111_195.0
FINAL = (IncidentEvent.DUPLICATE_REJECTED, IncidentEvent.SPLIT, IncidentEvent.UNMERGED)
FINAL_WORDS: list[ColumnElement[Any]] = [literal_column(f"'{word}'") for word in FINAL]
"""A statement that is compiled once takes no list of parameters."""
NAMES = ("with", "from", "into", "released")
"""Under which names these events tell the other incident."""


def _told_apart(incident: ColumnElement[str], other: ColumnElement[str]) -> ColumnElement[bool]:
    """True where an operator said, on `incident`, that it is not `other`."""
    named = or_(*(events.c.detail[name].astext == other for name in NAMES))
    return exists().where(events.c.incident_id == incident, events.c.event.in_(FINAL_WORDS), named)


def _nearby() -> Select[Any]:
    table = incidents
    within = (
        table.c.centre == bindparam("centre"),
        IS_UNFINISHED,
        table.c.opened_at.between(bindparam("opened_from"), bindparam("opened_until")),
        table.c.id != bindparam("incident"),
        table.c.lat.between(bindparam("south"), bindparam("north")),
        table.c.lon.between(bindparam("west"), bindparam("east")),
        ~_told_apart(bindparam("incident"), table.c.id),
    )
    apart = func.abs(func.extract("epoch", table.c.opened_at - bindparam("opened_at")))
    return select(table).where(*within).order_by(apart, table.c.id).limit(AT_MOST)


_NEARBY = Statement(_nearby())


def nearby(incident: Incident, place: Place, policy: DuplicatePolicy) -> Sent:
    """The unfinished incidents of its centre that could score above 0 by place and time, without those told apart."""
    reach = (policy.too_far_m + policy.accuracy_counts_m) / METRES_PER_DEGREE
    wide = reach / max(0.01, cos(radians(place.lat)))
    late = timedelta(seconds=policy.too_late_s)
    values = {
        "centre": incident.centre,
        "incident": incident.id,
        "opened_at": incident.opened_at,
        "opened_from": incident.opened_at - late,
        "opened_until": incident.opened_at + late,
        "south": place.lat - reach,
        "north": place.lat + reach,
        "west": place.lon - wide,
        "east": place.lon + wide,
    }
    return _NEARBY, values


def candidate_of(row: Row, incident: Incident, place: Place) -> Candidate:
    """A found incident as it is compared. Rounded here, so that what is recorded is what was compared."""
    return Candidate(
        incident=row["id"],
        distance_m=round(distance_m((place.lat, place.lon), (row["lat"], row["lon"])), 1),
        accuracy_m=round((place.accuracy_m or 0.0) + (row["accuracy_m"] or 0.0), 1),
        seconds=round((incident.opened_at - row["opened_at"]).total_seconds(), 1),
        nature=Nature(row["nature"]),
    )


async def told_apart(conn: AsyncConnection, one: str, other: str) -> bool:
    """True if an operator rejected, split or unmerged this pair: final, also for what would merge by itself."""
    query = select(_told_apart(bindparam("one"), bindparam("other")))
    return bool(await conn.scalar(query, {"one": one, "other": other}))
