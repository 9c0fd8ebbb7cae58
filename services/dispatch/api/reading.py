"""Cards as they are read: one incident with everything that belongs to it."""

from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.dispatch import views
from services.dispatch.api.door import Door, not_found
from services.dispatch.store import broadcasts, mapping, protection, tables
from services.dispatch.store.reading import read
from services.dispatch.wording_of_reasons import in_words

UNREAD = {"words", "content"}
"""Columns that are not for cards: search words, and the bytes of photos."""


async def card(door: Door, incident_id: str) -> dict[str, Any]:
    """The whole card, read in one snapshot; 404 if the incident is unknown."""

    async def act(conn: AsyncConnection) -> dict[str, Any]:
        table = tables.incidents
        row = (await conn.execute(select(table).where(table.c.id == incident_id))).mappings().one_or_none()
        if row is None:
            raise not_found("incident", incident_id)
        incident = mapping.incident_of(row)
        book = await door.library.version(conn, incident.centre, incident.pack_version)
        parts = {
            "tasks": [_named(r, "task_id") for r in await _rows(conn, tables.tasks, incident_id)],
            "assignments": [
                views.assignment_view(mapping.assignment_of(r))
                for r in await _rows(conn, tables.assignments, incident_id)
            ],
            "hand_overs": [_named(r, "hand_over_id") for r in await _rows(conn, tables.hand_overs, incident_id)],
            "work_orders": [_named(r, "order_id") for r in await _rows(conn, tables.work_orders, incident_id)],
            "signals_linked": [_plain(r) for r in await _rows(conn, tables.incident_signals, incident_id)],
            "events": [_explained(_plain(r)) for r in await _rows(conn, tables.events, incident_id)],
            "notes": [_plain(r) for r in await _rows(conn, tables.notes, incident_id)],
            "attachments": [_plain(r) for r in await _rows(conn, tables.attachments, incident_id)],
            "notifications": [_plain(r) for r in await _rows(conn, tables.notifications, incident_id)],
            "broadcasts": await broadcasts.about_incident(conn, incident_id),
            "late_reports": [_plain(r) for r in await _rows(conn, tables.late_reports, incident_id)],
        }
        protected = await protection.instructions(conn, [incident.protected_address])
        run_card = book.card(incident.run_card) if book else None
        said = {
            "instructions_fr": run_card.instructions_fr if run_card else "",
            "instructions_en": run_card.instructions_en if run_card else "",
            "protected_instructions": protected.get(incident.protected_address or ""),
            "traceparent": incident.traceparent,
        }
        return views.incident_view(incident, book) | parts | said

    return await read(door.engine, act, snapshot=True)


async def _rows(conn: AsyncConnection, table: Table, incident_id: str) -> list[Any]:
    order = next(
        table.c[name]
        for name in ("version", "linked_at", "offered_at", "created_at", "sent_at", "ordered_at", "at", "received_at")
        if name in table.c
    )
    columns = [column for column in table.c if column.name not in UNREAD]
    query = select(*columns).where(table.c.incident_id == incident_id).order_by(order, table.primary_key.columns[0])
    return list((await conn.execute(query)).mappings())


def _explained(event: dict[str, Any]) -> dict[str, Any]:
    why = in_words(event["reason"])
    return event | {"reason_fr": why.fr, "reason_en": why.en}


def _named(row: Any, name: str) -> dict[str, Any]:
    return _plain(row) | {name: row["id"]}


def _plain(row: Any) -> dict[str, Any]:
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in row.items()
        if name != "incident_id"
    }
