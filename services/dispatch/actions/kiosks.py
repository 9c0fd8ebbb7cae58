"""Kiosk calls: a queue that someone answers, opens or refuses with a reason; an SOS jumps it."""

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from schemas.vocabulary.dispatching import KioskCallState
from services.dispatch.domain.incident import NotAllowed
from services.dispatch.domain.report import Report
from services.dispatch.messages import derived_id
from services.dispatch.store import mapping
from services.dispatch.store.tables import kiosk_calls
from services.dispatch.store.work import Work

ALLOWED: dict[KioskCallState, frozenset[KioskCallState]] = {
    KioskCallState.WAITING: frozenset(
        {KioskCallState.ANSWERED, KioskCallState.OPENED, KioskCallState.REFUSED, KioskCallState.SOS}
    ),
    KioskCallState.ANSWERED: frozenset({KioskCallState.OPENED, KioskCallState.REFUSED, KioskCallState.SOS}),
}
ENDED = frozenset({KioskCallState.OPENED, KioskCallState.REFUSED, KioskCallState.SOS})


async def receive(work: Work, report: Report) -> None:
    """Puts an access call into the queue; the same signal a second time changes nothing."""
    place = mapping.place_values(report.place)
    row = {
        "id": derived_id("kiosk_call", report.signal_id),
        "signal_id": report.signal_id,
        "centre": report.centre,
        "kiosk": report.device,
        "site": report.site,
        "sector": report.sector,
        "commune": report.commune,
        "lat": place["lat"],
        "lon": place["lon"],
        "state": KioskCallState.WAITING,
        "called_at": report.received_at,
    }
    statement = upsert(kiosk_calls).values(row).on_conflict_do_nothing().returning(kiosk_calls)
    stored = (await work.conn.execute(statement)).mappings().one_or_none()
    if stored is not None:
        work.show("kiosk_call", view(stored))


async def close_by_sos(work: Work, kiosk: str, incident_id: str) -> None:
    """An SOS from a kiosk ends the calls that wait there: somebody comes anyway."""
    waiting = (KioskCallState.WAITING, KioskCallState.ANSWERED)
    table = kiosk_calls
    query = select(table).where(table.c.kiosk == kiosk, table.c.state.in_(waiting)).with_for_update()
    for row in (await work.conn.execute(query)).mappings().all():
        await change(work, row, KioskCallState.SOS, "sos_from_kiosk", actor="system", incident_id=incident_id)


async def change(
    work: Work, row: Any, state: KioskCallState, reason: str, *, actor: str, incident_id: str | None = None
) -> dict[str, Any]:
    """Moves a locked call to `state` and shows it. Raises NotAllowed naming what is possible."""
    now = KioskCallState(row["state"])
    possible = ALLOWED.get(now, frozenset())
    if state not in possible:
        raise NotAllowed(now, state, sorted(possible))
    values: dict[str, Any] = {"state": state, "reason": reason}
    if state is KioskCallState.ANSWERED:
        values |= {"answered_at": work.now, "answered_by": actor}
    if state in ENDED:
        values |= {"ended_at": work.now}
    if incident_id:
        values |= {"incident_id": incident_id}
    where = kiosk_calls.c.id == row["id"]
    changed = await work.conn.execute(update(kiosk_calls).where(where).values(values).returning(kiosk_calls))
    shown = view(changed.mappings().one())
    work.show("kiosk_call", shown)
    return shown


def view(row: Any) -> dict[str, Any]:
    """A call as JSON."""
    return {
        "kiosk_call_id": row["id"],
        "signal_id": row["signal_id"],
        "centre": row["centre"],
        "kiosk": row["kiosk"],
        "site": row["site"],
        "sector": row["sector"],
        "state": row["state"],
        "called_at": row["called_at"].isoformat(),
        "answered_at": row["answered_at"].isoformat() if row["answered_at"] else None,
        "ended_at": row["ended_at"].isoformat() if row["ended_at"] else None,
        "reason": row["reason"],
        "incident_id": row["incident_id"],
    }
