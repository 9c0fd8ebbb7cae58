"""The *main courante*: every recorded decision with what was written beside it, filtered, newest first, by pages."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, and_, func, literal_column, select, tuple_, union
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas.vocabulary.dispatching import IncidentEvent
from schemas.vocabulary.natures import Nature, Priority
from services.dispatch.store.reading import rows
from services.dispatch.store.tables import events, incidents, notes

PAGE = 1000


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: the next one begins behind it."""

    at: datetime
    incident: str
    version: int


@dataclass(frozen=True, slots=True)
class Filter:
    """What is asked for. `since` included, `until` excluded; `text`: words in notes and addresses."""

    since: datetime
    until: datetime
    centre: str | None = None
    incident: str | None = None
    actor: str | None = None
    text: str | None = None
    events: tuple[IncidentEvent, ...] = ()
    priorities: tuple[Priority, ...] = ()
    natures: tuple[Nature, ...] = ()


async def page(engine: AsyncEngine, asked: Filter, after: Place | None, limit: int) -> list[RowMapping]:
    """At most `limit` lines behind `after`, newest first."""
    query = _query(asked)
    if after is not None:
        behind = tuple_(events.c.at, events.c.incident_id, events.c.version)
        query = query.where(behind < tuple_(after.at, after.incident, after.version))
    order = (events.c.at.desc(), events.c.incident_id.desc(), events.c.version.desc())
    return await rows(engine, query.order_by(*order).limit(limit))


async def lines(engine: AsyncEngine, asked: Filter) -> AsyncIterator[RowMapping]:
    """All lines, a page at a time: memory does not grow with the period."""
    after: Place | None = None
    while True:
        found = await page(engine, asked, after, PAGE)
        for row in found:
            yield row
        if len(found) < PAGE:
            return
        after = place_of(found[-1])


def place_of(row: RowMapping) -> Place:
    """The place of a line."""
    return Place(row["at"], row["incident_id"], row["version"])


def _query(asked: Filter) -> Select[Any]:
    told = (incidents.c.centre, incidents.c.nature, incidents.c.priority, incidents.c.sector, incidents.c.site)
    columns = (events.c.incident_id, events.c.version, events.c.at, events.c.event, events.c.reason, events.c.actor)
    text = func.coalesce(notes.c.text, events.c.detail["why"].astext).label("text")
    written = and_(notes.c.id == events.c.detail["note_id"].astext, notes.c.incident_id == events.c.incident_id)
    joined = events.join(incidents, incidents.c.id == events.c.incident_id).outerjoin(notes, written)
    query = select(*columns, *told, incidents.c.address, text).select_from(joined)
    return query.where(events.c.at >= asked.since, events.c.at < asked.until, *_conditions(asked))


def _conditions(asked: Filter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.centre:
        found.append(incidents.c.centre == asked.centre)
    if asked.incident:
        found.append(events.c.incident_id == asked.incident)
    if asked.actor:
        found.append(events.c.actor == asked.actor)
    if asked.events:
        found.append(events.c.event.in_(asked.events))
    if asked.priorities:
        found.append(incidents.c.priority.in_(asked.priorities))
    if asked.natures:
        found.append(incidents.c.nature.in_(asked.natures))
    if asked.text:
        found.append(events.c.incident_id.in_(_about(asked.text)))
    return found


def _about(text: str) -> Any:
    """The incidents whose notes or address hold these words, in any inflection, or whose id this is."""
    words = func.websearch_to_tsquery(literal_column("'french'::regconfig"), text)
    noted = select(notes.c.incident_id).where(notes.c.words.op("@@")(words))
    named = select(incidents.c.id).where(incidents.c.address_words.op("@@")(words))
    return union(noted, named, select(incidents.c.id).where(incidents.c.id == text))
