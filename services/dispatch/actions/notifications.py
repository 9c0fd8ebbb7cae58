"""What notify reports back: kept, and a failure is shown on the incident."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from schemas.messages.notifying import NotificationReported
from schemas.vocabulary.dispatching import IncidentEvent, NotifyOutcome
from services.dispatch.actions.keeping import keep
from services.dispatch.store import case as cases
from services.dispatch.store.tables import incidents, notifications
from services.dispatch.store.work import Work


async def receive(work: Work, reports: list[NotificationReported]) -> None:
    """Keeps the newest report for each key; a failure asks for an operator's attention once."""
    for report in reports:
        known = await work.conn.scalar(select(incidents.c.id).where(incidents.c.id == report.incident_id))
        if known is not None and await _keep(work, report) and report.outcome is NotifyOutcome.FAILED:
            await _show_failure(work, report)


async def _keep(work: Work, report: NotificationReported) -> bool:
    row: dict[str, Any] = {
        "key": report.key,
        "incident_id": report.incident_id,
        "recipient": report.recipient,
        "channel": report.channel,
        "outcome": report.outcome,
        "reason": report.reason,
        "attempt": report.attempt,
        "at": report.at,
    }
    statement = insert(notifications).values(row)
    newer = statement.on_conflict_do_update(
        index_elements=["key"],
        set_={name: statement.excluded[name] for name in row if name != "key"},
        where=notifications.c.at < statement.excluded.at,
    )
    return await work.conn.scalar(newer.returning(notifications.c.key)) is not None


async def _show_failure(work: Work, report: NotificationReported) -> None:
    case = await cases.load(work, report.incident_id)
    if case is None:
        return
    case.ask_attention("notification_failed")
    detail = {"recipient": report.recipient, "channel": report.channel, "attempt": report.attempt}
    case.record(IncidentEvent.NOTIFICATION_FAILED, report.reason, detail=detail)
    keep(work, case)
