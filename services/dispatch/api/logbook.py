"""The *main courante*: read by pages, searched, taken away as CSV."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from sqlalchemy import RowMapping

from schemas.vocabulary.dispatching import IncidentEvent
from schemas.vocabulary.natures import NATURES, Nature, Priority
from schemas.wire import Instant
from services.chassis.problems import Problem
from services.dispatch.api.answers.log import LogPage
from services.dispatch.api.describing import answers
from services.dispatch.api.door import Doors
from services.dispatch.store import log as store
from services.dispatch.wording_of_events import EVENTS
from services.dispatch.wording_of_reasons import in_words

router = APIRouter(prefix="/v1", tags=["log"])
DAY = timedelta(days=1)
COLUMNS = {
    "at": "Date et heure",
    "incident_id": "Fiche",
    "priority": "Priorité",
    "nature_fr": "Nature",
    "address": "Adresse",
    "sector": "Secteur",
    "event_fr": "Événement",
    "reason_fr": "Motif",
    "actor": "Par",
    "text": "Texte",
}
CSV: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "the log as CSV: semicolons, UTF-8 with BOM",
        "content": {"text/csv": {"schema": {"type": "string"}}},
    }
}


def asked(
    since: Annotated[Instant | None, Query(description="from this moment; default: 24 hours ago")] = None,
    until: Annotated[Instant | None, Query(description="before this moment; default: now")] = None,
    centre: str | None = None,
    incident: str | None = None,
    actor: str | None = None,
    q: Annotated[str | None, Query(max_length=200, description="words in notes or addresses")] = None,
    event: Annotated[list[IncidentEvent] | None, Query()] = None,
    priority: Annotated[list[Priority] | None, Query()] = None,
    nature: Annotated[list[Nature] | None, Query()] = None,
) -> store.Filter:
    """What a request asks for; 422 where the period ends before it begins."""
    end = until or datetime.now(UTC) + timedelta(seconds=1)
    begin = since or end - DAY
    if begin >= end:
        raise Problem(422, "ends-before-start", "Fin avant début / ends before it starts", "Give a later `until`.")
    lists = (tuple(event or ()), tuple(priority or ()), tuple(nature or ()))
    return store.Filter(begin, end, centre, incident, actor, q, *lists)


Asked = Annotated[store.Filter, Depends(asked)]


@router.get("/log", **answers(LogPage))
async def read_log(
    door: Doors,
    wanted: Asked,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    after: Annotated[str | None, Query(description="`next` of the page before")] = None,
) -> dict[str, Any]:
    """Lines of the log, newest first."""
    found = await store.page(door.engine, wanted, _place(after), limit)
    following = _cursor(store.place_of(found[-1])) if len(found) == limit else None
    return {"lines": [_line(row) for row in found], "next": following}


@router.get("/log.csv", response_class=StreamingResponse, responses=CSV)
async def take_log(door: Doors, wanted: Asked, timezone: str = "Europe/Paris") -> StreamingResponse:
    """The whole log of the period, in the centre's local time."""
    try:
        zone = ZoneInfo(timezone)
    except (KeyError, ValueError) as error:
        raise Problem(422, "unknown-timezone", "Fuseau inconnu / unknown time zone", timezone[:64]) from error
    name = f"main-courante-{wanted.since.astimezone(zone):%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    content = _csv(store.lines(door.engine, wanted), zone)
    return StreamingResponse(content, media_type="text/csv; charset=utf-8", headers=headers)


async def _csv(lines: AsyncIterator[RowMapping], zone: ZoneInfo) -> AsyncIterator[str]:
    """Semicolons and a byte order mark, as French spreadsheets expect them."""
    yield "\ufeff" + _row(list(COLUMNS.values()))
    async for row in lines:
        line = _line(row) | {"at": f"{row['at'].astimezone(zone):%Y-%m-%d %H:%M:%S %z}"}
        yield _row([_harmless(line[name]) for name in COLUMNS])


def _row(cells: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerow(cells)
    return text.getvalue()


def _harmless(value: object) -> str:
    """A cell that a spreadsheet would take for a formula is marked as text."""
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def _line(row: RowMapping) -> dict[str, Any]:
    french, english = EVENTS[IncidentEvent(row["event"])]
    words, why = NATURES[Nature(row["nature"])], in_words(row["reason"])
    told = {"event_fr": french, "event_en": english, "nature_fr": words.fr, "nature_en": words.en}
    told |= {"reason_fr": why.fr, "reason_en": why.en}
    return dict(row) | told | {"at": row["at"].isoformat()}


def _cursor(place: store.Place) -> str:
    return f"{place.at.isoformat()}~{place.version}~{place.incident}"


def _place(cursor: str | None) -> store.Place | None:
    if cursor is None:
        return None
    try:
        at, version, incident = cursor.split("~", 2)
        return store.Place(datetime.fromisoformat(at), incident, int(version))
    except ValueError as error:
        raise Problem(422, "bad-cursor", "Page inconnue / unknown page", "Give `next` of the page before.") from error
