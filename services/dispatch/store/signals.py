"""Signals on cards, situations, and the questions that joining an alarm asks."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, Text, any_, bindparam, exists, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.vocabulary.dispatching import IncidentState
from schemas.vocabulary.scopes import scopes_over
from services.dispatch.domain.incident import Incident
from services.dispatch.domain.report import Report
from services.dispatch.store import mapping
from services.dispatch.store.pipeline import Sent, Statement, ask
from services.dispatch.store.tables import incident_signals, incidents, silences, situations
from services.dispatch.store.work import SCOPE_LOCK, Work

REPEAT_WINDOW = timedelta(minutes=2)
UNFINISHED = (IncidentState.OPEN, IncidentState.IN_PROGRESS)
IS_UNFINISHED: ColumnElement[bool] = incidents.c.state.in_([literal_column(f"'{state}'") for state in UNFINISHED])
"""Words instead of parameters: a prepared statement may be planned without them, and then without the partial indexes
of unfinished incidents. For what is asked many times a second."""
ALARM, ANNOTATION, REPEAT = "alarm", "annotation", "repeat"


async def incident_of_signal(conn: AsyncConnection, signal_id: str) -> str | None:
    """The incident whose card holds this signal."""
    return await conn.scalar(select(incident_signals.c.incident_id).where(incident_signals.c.signal_id == signal_id))


@dataclass(frozen=True, slots=True)
class Standing:
    """What is asked first about an alarm; ids.

    `incident`: whose card holds this signal already. `repeats`: the incident of the signal that it repeats (same
    fingerprint within two minutes). `near`: there is an unfinished incident at the same site, of the same device or
    subject. `earlier`: the newest finished one of those that was opened shortly before. `silence`: the one in force in
    its centre over the device, its site or its sector.
    """

    incident: str | None
    repeats: str | None
    near: bool
    earlier: str | None
    silence: str | None


async def standing(work: Work, report: Report, within: timedelta) -> Standing:
    """All of it, once the lock of the alarm's scope is held; `within` says what `earlier` means by shortly."""
    values = {
        "signal_id": report.signal_id,
        "fingerprint": report.fingerprint,
        "from": report.received_at - REPEAT_WINDOW,
        "until": report.received_at + REPEAT_WINDOW,
        "centre": report.centre,
        "device": report.device,
        "site": report.site,
        "subject": report.subject,
        "since": report.received_at - within,
        "scopes": scopes_over(report.device, report.site, report.sector),
        "now": work.now,
    }
    _, [found] = await work.ask((SCOPE_LOCK, {"scope": report.lock_scope}), (_STANDING, values))
    return Standing(**found)


def _standing() -> Select[Any]:
    held, table = incident_signals.c, incidents
    window = held.received_at.between(bindparam("from"), bindparam("until"))
    # A site or subject that is not known equals nothing.
    same = or_(*(table.c[name] == bindparam(name) for name in ("device", "site", "subject")))
    of_centre = table.c.centre == bindparam("centre")
    finished = table.c.state.not_in([literal_column(f"'{state}'") for state in (*UNFINISHED, IncidentState.MERGED)])
    earlier = select(table.c.id).where(of_centre, same, finished, table.c.opened_at > bindparam("since"))
    return select(
        select(held.incident_id).where(held.signal_id == bindparam("signal_id")).scalar_subquery().label("incident"),
        select(held.incident_id)
        .where(held.fingerprint == bindparam("fingerprint"), held.role == ALARM, window)
        .limit(1)
        .scalar_subquery()
        .label("repeats"),
        exists().where(of_centre, same, IS_UNFINISHED).label("near"),
        earlier.order_by(table.c.opened_at.desc()).limit(1).scalar_subquery().label("earlier"),
        _silence().scalar_subquery().label("silence"),
    )


def _silence() -> Select[Any]:
    table = silences.c
    over = table.scope == any_(bindparam("scopes", type_=ARRAY(Text)))
    in_force = (table.ended_at.is_(None), table.starts_at <= bindparam("now"), table.ends_at > bindparam("now"))
    return select(table.id).where(table.centre == bindparam("centre"), over, *in_force).limit(1)


# Built once: making them anew takes longer than PostgreSQL's answer.
_STANDING, _SILENCE = Statement(_standing()), Statement(_silence())


async def by_subject(conn: AsyncConnection, report: Report) -> str | None:
    """The newest incident whose alarm followed the same subject on the same device, whatever its state."""
    if report.subject is None:
        return None
    table = incident_signals
    same = (table.c.subject == report.subject, table.c.device == report.device, table.c.role == ALARM)
    return await conn.scalar(select(table.c.incident_id).where(*same).order_by(table.c.received_at.desc()).limit(1))


async def unfinished(conn: AsyncConnection, report: Report) -> list[Incident]:
    """The unfinished incidents at the same site, of the same device or subject."""
    table = incidents
    near = [table.c.device == report.device]
    if report.site:
        near.append(table.c.site == report.site)
    if report.subject:
        near.append(table.c.subject == report.subject)
    query = select(table).where(table.c.centre == report.centre, table.c.state.in_(UNFINISHED), or_(*near))
    return [mapping.incident_of(row) for row in (await conn.execute(query)).mappings()]


async def link(work: Work, incident_id: str, report: Report, role: str) -> bool:
    """Puts a signal on a card; False if it is on one already."""
    [put] = await work.ask((_PUT_NEW, _linked(work, incident_id, report, role)))
    return bool(put)


def put(work: Work, incident_id: str, report: Report, role: str) -> Sent:
    """The same where nobody asks whether it was on one already."""
    return _PUT, _linked(work, incident_id, report, role)


def _linked(work: Work, incident_id: str, report: Report, role: str) -> dict[str, Any]:
    place = mapping.place_values(report.place)
    return {
        "signal_id": report.signal_id,
        "incident_id": incident_id,
        "role": role,
        "device": report.device,
        "device_kind": report.device_kind,
        "nature": report.nature,
        "phase": report.phase,
        "subject": report.subject,
        "fingerprint": report.fingerprint,
        "zone": report.zone,
        "place_name": report.place_name,
        "lat": place["lat"],
        "lon": place["lon"],
        "flags": list(report.flags),
        "attributes": report.attributes,
        "received_at": report.received_at,
        "linked_at": work.now,
    }


async def sources(conn: AsyncConnection, *incident_ids: str) -> int:
    """How many different devices raised the alarms of these incidents and of all that were merged into them."""
    table = incident_signals
    query = select(func.count(func.distinct(table.c.device))).where(table.c.role == ALARM)
    return await conn.scalar(query.where(table.c.incident_id.in_(select(family(*incident_ids).c.id)))) or 0


def family(*incident_ids: str) -> CTE:
    """The ids of these incidents and of all that were merged into them."""
    held = select(incidents.c.id).where(incidents.c.id.in_(incident_ids)).cte("family", recursive=True)
    return held.union(select(incidents.c.id).where(incidents.c.merged_into == held.c.id))


async def incident_of_situation(conn: AsyncConnection, situation_id: str) -> str | None:
    """The incident that a situation belongs to now."""
    return await conn.scalar(select(situations.c.incident_id).where(situations.c.id == situation_id))


async def claim_situation(
    work: Work, situation_id: str, incident_id: str, confidence: float, source_count: int, changed_at: datetime
) -> None:
    """Points a situation to an incident; later alarms of the situation go there."""
    row = {
        "id": situation_id,
        "incident_id": incident_id,
        "confidence": confidence,
        "sources": source_count,
        "changed_at": changed_at,
    }
    statement = insert(situations).values(row)
    changes = {name: statement.excluded[name] for name in row if name != "id"}
    await work.conn.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changes))


async def resolve_alias(conn: AsyncConnection, incident_id: str) -> str:
    """The incident that an id stands for now: merged ones lead to the one that was kept."""
    for _ in range(32):
        into = await conn.scalar(select(incidents.c.merged_into).where(incidents.c.id == incident_id))
        if into is None:
            return incident_id
        incident_id = into
    raise LookupError(f"merges of {incident_id} do not end")


async def silence_over(work: Work, report: Report) -> str | None:
    """The silence in force in its centre over the device, its site or its sector, if any."""
    scopes = scopes_over(report.device, report.site, report.sector)
    [found] = await work.ask((_SILENCE, {"centre": report.centre, "scopes": scopes, "now": work.now}))
    return found[0]["id"] if found else None


def _numbered_signals() -> Select[Any]:
    table = incident_signals
    rank = func.row_number().over(partition_by=table.c.incident_id, order_by=(table.c.linked_at, table.c.signal_id))
    held = select(table.c.incident_id, table.c.signal_id, rank.label("rank"))
    wanted = table.c.incident_id == any_(bindparam("incidents", type_=ARRAY(Text)))
    numbered = held.where(wanted, table.c.role == ALARM).subquery()
    few = select(numbered).where(numbered.c.rank <= bindparam("most"))
    return few.order_by(numbered.c.incident_id, numbered.c.rank)


# Built once: making the sub-query anew took a third of the time of a decision.
_NUMBERED = Statement(_numbered_signals())


async def signal_ids_of(conn: AsyncConnection, incident_ids: set[str], most: int = 50) -> dict[str, list[str]]:
    """The ids of the alarms of each incident, oldest first, at most `most` of each."""
    found: dict[str, list[str]] = {}
    [rows] = await ask(conn, (_NUMBERED, {"incidents": sorted(incident_ids), "most": most}))
    for row in rows:
        found.setdefault(row["incident_id"], []).append(row["signal_id"])
    return found


_FRESH = insert(incident_signals).values({column.name: bindparam(column.name) for column in incident_signals.c})
_PUT = Statement(_FRESH.on_conflict_do_nothing())
_PUT_NEW = Statement(_FRESH.on_conflict_do_nothing().returning(incident_signals.c.signal_id))
