"""Silences and sites under test: scope, reason and an end are mandatory; screening learns of them by topic."""

import uuid
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import insert, select, update

from schemas.messages.dispatching import SilenceChanged
from schemas.vocabulary.scopes import scope_key
from schemas.wire import Origin
from services.dispatch.packs import Book
from services.dispatch.store.tables import silences
from services.dispatch.store.work import Work

TOPIC = "silences"
AT_MOST = timedelta(days=30)
"""What nobody renews for a month is forgotten rather than wanted."""


class SilenceSource(StrEnum):
    """Who says that alarms are to wait: somebody of the room, or the city pack (`under_test_until` of a site)."""

    OPERATOR = "operator"
    CITY_PACK = "city_pack"


class EndsTooSoon(Exception):
    """The end is not after the start, or already over."""


class EndsTooLate(Exception):
    """The end is more than AT_MOST ahead."""


async def add(
    work: Work,
    *,
    centre: str,
    pack_version: str,
    scope: str,
    under_test: bool,
    starts_at: datetime | None,
    ends_at: datetime,
    reason: str,
    actor: str,
) -> dict[str, Any]:
    """Sets a silence from `starts_at`, or from now; one that was in force for the same scope of the centre ends.

    Raises EndsTooSoon or EndsTooLate.
    """
    starts = starts_at or work.now
    if ends_at <= max(starts, work.now):
        raise EndsTooSoon
    if ends_at > work.now + AT_MOST:
        raise EndsTooLate
    await work.lock_scope(f"silence:{scope_key(centre, scope)}")
    await _end_where(work, (silences.c.scope == scope) & (silences.c.centre == centre))
    row = {
        "id": str(uuid.uuid4()),
        "centre": centre,
        "scope": scope,
        "under_test": under_test,
        "starts_at": starts,
        "ends_at": ends_at,
        "reason": reason,
        "set_by": actor,
    }
    await work.conn.execute(insert(silences).values(row))
    message = SilenceChanged(
        silence_id=str(row["id"]),
        origin=Origin(centre=centre, pack_version=pack_version),
        scope=scope,
        under_test=under_test,
        starts_at=starts,
        ends_at=ends_at,
        reason="set" if not under_test else "test",
        set_by=actor,
    )
    work.publish(TOPIC, message)
    shown = view(row | {"ended_at": None}, work.now)
    work.show("silence", shown)
    return shown


async def end(work: Work, silence_id: str) -> bool:
    """Ends a silence now; False if there is none in force with that id."""
    return await _end_where(work, silences.c.id == silence_id)


async def _end_where(work: Work, which: Any) -> bool:
    ended = update(silences).where(which, silences.c.ended_at.is_(None)).values(ended_at=work.now).returning(silences)
    rows = (await work.conn.execute(ended)).mappings().all()
    for row in rows:
        work.retract(TOPIC, scope_key(row["centre"], row["scope"]).encode())
        work.show("silence", view(row, work.now))
    return bool(rows)


async def in_force(work: Work, centre: str | None = None) -> list[dict[str, Any]]:
    """All silences that have not ended, and the packs' sites under test; what ends first comes first."""
    query = select(silences).where(silences.c.ended_at.is_(None), silences.c.ends_at > work.now)
    if centre:
        query = query.where(silences.c.centre == centre)
    found = [view(row, work.now) for row in (await work.conn.execute(query)).mappings()]
    for known in sorted(work.packs) if centre is None else [centre]:
        book = await work.book(known)
        found += _under_test(book, work.now) if book else []
    return sorted(found, key=lambda silence: (silence["remaining_s"], silence["centre"], silence["scope"]))


async def number_in_force(work: Work, centre: str | None = None) -> int:
    """How many of them hold at this moment: those that are yet to begin are listed, and not counted."""
    begins = [known["starts_at"] for known in await in_force(work, centre)]
    return sum(1 for begin in begins if begin is None or datetime.fromisoformat(begin) <= work.now)


def _under_test(book: Book, now: datetime) -> list[dict[str, Any]]:
    """The sites that the city pack says are under test, in the shape of a silence; they end with the pack's word."""
    return [
        {
            "silence_id": None,
            "centre": book.pack.centre.code,
            "scope": f"site:{site.id}",
            "source": SilenceSource.CITY_PACK,
            "under_test": True,
            "starts_at": None,
            "ends_at": site.under_test_until.isoformat(),
            "remaining_s": _seconds_left(site.under_test_until, now),
            "reason": "Site en essai selon le pack / site under test by the city pack",
            "set_by": f"pack:{book.version}",
            "ended_at": None,
        }
        for site in book.pack.sites
        if site.under_test_until is not None and site.under_test_until > now
    ]


def view(row: Any, now: datetime) -> dict[str, Any]:
    """A silence as JSON, with the seconds that are left of it at `now`."""
    return {
        "silence_id": row["id"],
        "centre": row["centre"],
        "scope": row["scope"],
        "source": SilenceSource.OPERATOR,
        "under_test": row["under_test"],
        "starts_at": row["starts_at"].isoformat(),
        "ends_at": row["ends_at"].isoformat(),
        "remaining_s": 0 if row["ended_at"] else _seconds_left(row["ends_at"], now),
        "reason": row["reason"],
        "set_by": row["set_by"],
        "ended_at": row["ended_at"].isoformat() if row["ended_at"] else None,
    }


def _seconds_left(ends_at: datetime, now: datetime) -> int:
    return max(0, int((ends_at - now).total_seconds()))
