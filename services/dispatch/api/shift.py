"""The shift: what it hands on, how heavy its load is, who looks at which card, and which cameras are near."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.pack.geometry import distance_m
from schemas.vocabulary.natures import NATURES, Nature, Priority
from schemas.vocabulary.signals import DeviceKind
from schemas.wire import Instant
from services.chassis.problems import Problem
from services.dispatch.actions import silencing
from services.dispatch.api.answers.log import AlarmLoad, NearCamera, ShiftSummary
from services.dispatch.api.describing import answers
from services.dispatch.api.door import Doors, not_found
from services.dispatch.domain.report import Place
from services.dispatch.packs import Book
from services.dispatch.store import mapping, shift, tables
from services.dispatch.store.reading import read
from services.dispatch.store.work import Work, look

router = APIRouter(prefix="/v1", tags=["shift"])
SHIFT = timedelta(hours=8)
FLOOD, STEADY = 10.0, 1.0
"""EEMUA 191: alarms an operator and ten minutes."""
CAMERAS, NEAR_M = 6, 400.0


@router.get("/shift-summary", **answers(ShiftSummary))
async def summary(
    door: Doors,
    since: Annotated[Instant | None, Query(description="default: eight hours ago")] = None,
    until: Annotated[Instant | None, Query(description="default: now")] = None,
    centre: str | None = None,
) -> dict[str, Any]:
    """*Relève*: counts of the period, open incidents with what they wait for, response times, what is in force."""
    end = until or datetime.now(UTC)
    begin = since or end - SHIFT
    if begin >= end:
        raise Problem(422, "ends-before-start", "Fin avant début / ends before it starts", "Give a later `until`.")

    async def act(work: Work) -> dict[str, Any]:
        conn = work.conn
        counted = (await conn.execute(shift.counted(centre, begin, end))).mappings().all()
        opened = (await conn.execute(shift.still_open(centre))).mappings().all()
        states = (await conn.execute(shift.units_by_state(centre))).mappings().all()
        delays = (await conn.execute(shift.delays(centre, begin, end))).mappings().all()
        return {
            "since": begin.isoformat(),
            "until": end.isoformat(),
            "counted": [dict(row) | _words(row["nature"]) for row in counted],
            "still_open": [_open(row) for row in opened],
            "silences": await silencing.number_in_force(work, centre),
            "broadcasts": await conn.scalar(shift.broadcasts_in_force(centre)),
            "units": {row["state"]: row["number"] for row in states},
            "first_unit_p90_s": _known(delays, "offer_s"),
            "on_scene_p90_s": _known(delays, "scene_s"),
        }

    return await look(door.engine, door.library, act)


@router.get("/alarm-load", **answers(AlarmLoad))
async def alarm_load(
    door: Doors,
    minutes: Annotated[int, Query(ge=10, le=1440)] = 60,
    centre: str | None = None,
    operators: Annotated[int | None, Query(ge=1, le=100, description="default: those who are signed in")] = None,
) -> dict[str, Any]:
    """How many alarms an operator was shown, beside EEMUA 191: 1 in ten minutes is steady, 10 a flood."""
    found = await read(door.engine, lambda conn: shift.load(conn, centre, minutes))
    people = operators or max(1, found["operators"])
    each, peak = found["alarms"] / people / (minutes / 10), found["peak"] / people
    level = "flood" if peak >= FLOOD else "busy" if each > STEADY or peak > STEADY else "steady"
    total = max(1, found["alarms"])
    return {
        "minutes": minutes,
        "operators": people,
        "alarms": found["alarms"],
        "per_operator_10_min": round(each, 2),
        "peak_10_min": found["peak"],
        "level": level,
        "priorities": {known.value: round(found["priorities"].count(known.value) / total, 3) for known in Priority},
    }


@router.get("/incidents/{incident_id}/cameras", **answers(list[NearCamera], 404))
async def near_cameras(door: Doors, incident_id: str) -> list[dict[str, Any]]:
    """The nearest cameras, for the *levée de doute*: at most six, within 400 m, nearest first."""

    async def act(conn: AsyncConnection) -> tuple[Place | None, Book | None]:
        table = tables.incidents
        row = (await conn.execute(select(table).where(table.c.id == incident_id))).mappings().one_or_none()
        if row is None:
            raise not_found("incident", incident_id)
        return mapping.place_of(row), await door.library.current(conn, row["centre"])

    place, book = await read(door.engine, act)
    return [] if place is None or book is None else _near(place, book)


def _near(place: Place, book: Book) -> list[dict[str, Any]]:
    found = []
    for device in book.pack.devices:
        if device.kind is DeviceKind.CAMERA:
            away = distance_m((place.lat, place.lon), (device.position.lat, device.position.lon))
            if away <= NEAR_M:
                told = {"lat": device.position.lat, "lon": device.position.lon}
                named = {"camera": device.id, "name": device.name, "network": device.network, "site": device.site}
                found.append(named | told | {"distance_m": round(away, 1)})
    return sorted(found, key=lambda known: (known["distance_m"], known["camera"]))[:CAMERAS]


def _open(row: Any) -> dict[str, Any]:
    plain = ("priority", "state", "address", "sector", "acknowledged_by", "attention")
    lists = ("units", "waiting_tasks", "partners", "last_note")
    told = {name: row[name] for name in (*plain, *lists)}
    return told | {"incident_id": row["id"], "opened_at": row["opened_at"].isoformat()} | _words(row["nature"])


def _words(nature: str) -> dict[str, str]:
    words = NATURES[Nature(nature)]
    return {"nature": nature, "nature_fr": words.fr, "nature_en": words.en}


def _known(rows: Any, name: str) -> dict[str, float]:
    return {row["priority"]: round(float(row[name]), 1) for row in rows if row[name] is not None}
