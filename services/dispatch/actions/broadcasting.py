"""Descriptions of wanted or missing persons to the patrols of chosen sectors, with an end.

The text is personal data. Only PostgreSQL holds it: the stream carries the id, and who is concerned asks for the text.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping

from schemas.pack.geometry import contains
from schemas.vocabulary.dispatching import ResponderKind, Wanted
from services.chassis import logs
from services.dispatch import views
from services.dispatch.domain.broadcasting import Concern, Ended, Hearer, Period, concern, period
from services.dispatch.metrics import BROADCASTS
from services.dispatch.packs import Book
from services.dispatch.store import broadcasts, mapping
from services.dispatch.store.case import SYSTEM
from services.dispatch.store.work import Work

log = logs.get(__name__)


@dataclass(frozen=True)
class Description:
    """What is broadcast. `sectors` none: all; `starts_at` none: now."""

    about: Wanted
    text: str
    sectors: tuple[str, ...]
    ends_at: datetime
    starts_at: datetime | None = None
    incident_id: str | None = None


class PeriodRefused(Exception):
    """It may not last as asked; `reason` says why."""

    def __init__(self, reason: Period) -> None:
        super().__init__(reason)
        self.reason = reason


class UnknownSectors(Exception):
    """The city pack in force has no sectors of these ids."""

    def __init__(self, sectors: list[str], known: list[str]) -> None:
        super().__init__("unknown sectors")
        self.sectors, self.known = sectors, known


async def broadcast(work: Work, book: Book | None, centre: str, said: Description, actor: str) -> dict[str, Any]:
    """Sets it, and shows it at once unless it begins later. Raises PeriodRefused or UnknownSectors."""
    starts = said.starts_at or work.now
    if (reason := period(starts, said.ends_at, work.now)) is not Period.ACCEPTED:
        raise PeriodRefused(reason)
    known = {sector.id for sector in book.pack.sectors} if book else set()
    if unknown := sorted(set(said.sectors) - known):
        raise UnknownSectors(unknown, sorted(known))
    row: dict[str, Any] = {
        "id": str(uuid.uuid4()),
        "centre": centre,
        "about": said.about,
        "sectors": sorted(set(said.sectors)),
        "text": said.text,
        "incident_id": said.incident_id,
        "set_by": actor,
        "starts_at": starts,
        "ends_at": said.ends_at,
    }
    await broadcasts.put(work, row)
    BROADCASTS.labels(said.about, "set").inc()
    log.info("broadcast_set", broadcast_id=row["id"], about=said.about, count=len(row["sectors"]))
    if starts <= work.now:
        return await _show(work, row["id"])
    return view(row | {"ended_at": None, "ended_by": None})


async def turn(work: Work, broadcast_id: str) -> None:
    """What its time asks for: shown once it begins, ended once its end has passed."""
    row = await broadcasts.lock(work, broadcast_id)
    if row is None or row["ended_at"] is not None:
        return
    if row["ends_at"] <= work.now:
        await _end(work, row, row["ends_at"], SYSTEM, Ended.TIME_OVER)
    elif row["shown_at"] is None and row["starts_at"] <= work.now:
        await _show(work, broadcast_id)


async def end(work: Work, broadcast_id: str, actor: str) -> bool:
    """Ends it now; False if there is none with that id, or it has ended."""
    row = await broadcasts.lock(work, broadcast_id)
    if row is None or row["ended_at"] is not None:
        return False
    await _end(work, row, work.now, actor, Ended.BY_OPERATOR)
    return True


async def read(work: Work, row: RowMapping, unit: str) -> dict[str, Any]:
    """A unit has read it: the first time counts, and is shown to the room."""
    at, fresh = await broadcasts.mark_read(work, row["id"], unit)
    told = {"broadcast_id": row["id"], "unit": unit, "read_at": at.isoformat()}
    if fresh:
        BROADCASTS.labels(row["about"], "read").inc()
        work.show("broadcast_read", told | {"centre": row["centre"]})
    return told


def heard(rows: list[RowMapping], unit: RowMapping, book: Book | None) -> list[tuple[RowMapping, Concern]]:
    """Those among the broadcasts `rows` that concern a unit now, with the reason."""
    hearer = hearer_of(unit, book)
    same = [row for row in rows if row["centre"] == unit["centre"]]
    judged = [(row, concern(row["sectors"], hearer, row["now"])) for row in same]
    return [(row, why) for row, why in judged if why.heard]


def hearer_of(row: RowMapping, book: Book | None) -> Hearer:
    """A unit as a broadcast sees it, in the sectors of the pack in force."""
    unit = mapping.unit_of(row)
    here = None
    if unit.place is not None and book is not None:
        point = (unit.place.lat, unit.place.lon)
        here = next((sector.id for sector in book.pack.sectors if contains(sector.polygon, point)), None)
    return Hearer(unit.id, unit.kind, unit.state, row["sector"], here, unit.position_at)


async def _show(work: Work, broadcast_id: str) -> dict[str, Any]:
    """To the consoles, and to the tablets of all patrols whom it concerns now."""
    row = await broadcasts.change(work, broadcast_id, shown_at=work.now)
    book = await work.book(row["centre"])
    hearers = [hearer_of(unit, book) for unit in await broadcasts.units_of(work.conn, row["centre"])]
    audience = [known.unit for known in hearers if concern(row["sectors"], known, work.now).heard]
    shown = view(row)
    work.show("broadcast", shown, audience=audience)
    return shown


async def _end(work: Work, row: RowMapping, at: datetime, actor: str, reason: Ended) -> None:
    """To every patrol of the centre: whoever was in one of its sectors meanwhile may hold it."""
    after = await broadcasts.change(work, row["id"], ended_at=at, ended_by=actor)
    BROADCASTS.labels(after["about"], "ended").inc()
    log.info("broadcast_ended", broadcast_id=after["id"], reason=reason)
    found = await broadcasts.units_of(work.conn, after["centre"])
    patrols = [unit["id"] for unit in found if unit["kind"] == ResponderKind.PATROL]
    work.show("broadcast_ended", view(after) | {"reason": reason}, audience=patrols)


def view(row: Any) -> dict[str, Any]:
    """A broadcast as JSON, without its text: so it may be stored and shown."""
    french, english = views.WANTED[Wanted(row["about"])]
    return {
        "broadcast_id": row["id"],
        "centre": row["centre"],
        "about": row["about"],
        "about_fr": french,
        "about_en": english,
        "sectors": list(row["sectors"]),
        "incident_id": row["incident_id"],
        "set_by": row["set_by"],
        "starts_at": row["starts_at"].isoformat(),
        "ends_at": row["ends_at"].isoformat(),
        "ended_at": views.moment(row["ended_at"]),
        "ended_by": row["ended_by"],
    }
