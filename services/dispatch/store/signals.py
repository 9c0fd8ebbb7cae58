"""Signals on cards, situations, and the questions that joining an alarm asks."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, bindparam, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.vocabulary.dispatching import IncidentState
from schemas.vocabulary.scopes import scopes_over
from services.dispatch.domain.incident import Incident
from services.dispatch.domain.report import Report
from services.dispatch.store import mapping
from services.dispatch.store.tables import incident_signals, incidents, silences, situations
from services.dispatch.store.work import Work

REPEAT_WINDOW = timedelta(minutes=2)
UNFINISHED = (IncidentState.OPEN, IncidentState.IN_PROGRESS)
IS_UNFINISHED: ColumnElement[bool] = incidents.c.state.in_([literal_column(f"'{state}'") for state in UNFINISHED])
"""Words instead of parameters: a prepared statement may be planned without them, and then without the partial indexes
of unfinished incidents. For what is asked many times a second."""
ALARM, ANNOTATION, REPEAT = "alarm", "annotation", "repeat"


async def incident_of_signal(conn: AsyncConnection, signal_id: str) -> str | None:
    """The incident whose card holds this signal."""
    return await conn.scalar(select(incident_signals.c.incident_id).where(incident_signals.c.signal_id == signal_id))


async def repeated(conn: AsyncConnection, report: Report) -> str | None:
    """The incident of the signal that `report` repeats (same fingerprint within two minutes), if there is one."""
    if report.fingerprint is None:
        return None
    table = incident_signals
    window = table.c.received_at.between(report.received_at - REPEAT_WINDOW, report.received_at + REPEAT_WINDOW)
    same = (table.c.fingerprint == report.fingerprint, table.c.role == ALARM, window)
    return await conn.scalar(select(table.c.incident_id).where(*same).limit(1))


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


async def finished_before(conn: AsyncConnection, report: Report, within: timedelta) -> str | None:
    """The newest finished incident of the same site, device or subject that was opened shortly before."""
    table = incidents
    same = [table.c.device == report.device]
    same += [table.c.site == report.site] if report.site else []
    same += [table.c.subject == report.subject] if report.subject else []
    query = (
        select(table.c.id)
        .where(
            table.c.centre == report.centre,
            or_(*same),
            table.c.state.not_in((*UNFINISHED, IncidentState.MERGED)),
            table.c.opened_at > report.received_at - within,
        )
        .order_by(table.c.opened_at.desc())
        .limit(1)
    )
    return await conn.scalar(query)


async def link(work: Work, incident_id: str, report: Report, role: str) -> bool:
    """Puts a signal on a card; False if it is on one already."""
    place = mapping.place_values(report.place)
    row: dict[str, Any] = {
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
    statement = insert(incident_signals).values(row).on_conflict_do_nothing()
    return await work.conn.scalar(statement.returning(incident_signals.c.signal_id)) is not None


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
    query = select(silences.c.id).where(
        silences.c.centre == report.centre,
        silences.c.scope.in_(scopes_over(report.device, report.site, report.sector)),
        silences.c.ended_at.is_(None),
        silences.c.starts_at <= work.now,
        silences.c.ends_at > work.now,
    )
    return await work.conn.scalar(query.limit(1))


def _numbered_signals() -> Select[Any]:
    table = incident_signals
    rank = func.row_number().over(partition_by=table.c.incident_id, order_by=(table.c.linked_at, table.c.signal_id))
    held = select(table.c.incident_id, table.c.signal_id, rank.label("rank"))
    wanted = table.c.incident_id.in_(bindparam("incidents", expanding=True))
    numbered = held.where(wanted, table.c.role == ALARM).subquery()
    few = select(numbered).where(numbered.c.rank <= bindparam("most"))
    return few.order_by(numbered.c.incident_id, numbered.c.rank)


# Built once: making the sub-query anew took a third of the time of a decision.
_NUMBERED = _numbered_signals()


async def signal_ids_of(conn: AsyncConnection, incident_ids: set[str], most: int = 50) -> dict[str, list[str]]:
    """The ids of the alarms of each incident, oldest first, at most `most` of each."""
    found: dict[str, list[str]] = {}
    for row in await conn.execute(_NUMBERED, {"incidents": sorted(incident_ids), "most": most}):
        found.setdefault(row.incident_id, []).append(row.signal_id)
    return found
