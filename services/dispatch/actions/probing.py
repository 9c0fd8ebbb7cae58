"""A synthetic SOS arrives: the whole decision is made on the real city, and taken back before the transaction ends.

Card, units, offers and their rows are written behind a savepoint and rolled back with it, locks included. What remains
is one row on the live stream for the synthetic tablet. A real SOS waits at most `WAIT` longer than without it.
"""

from sqlalchemy import exists, select, text
from sqlalchemy.exc import DBAPIError

from services.chassis import logs
from services.dispatch.actions import intake
from services.dispatch.actions.intake import Times
from services.dispatch.domain.probing import KIND, TABLET, Tried, as_real
from services.dispatch.domain.report import Place, Report
from services.dispatch.store.tables import assignments
from services.dispatch.store.work import Work

log = logs.get(__name__)
WAIT = "SET LOCAL lock_timeout = '100ms'"
"""Somebody else's lock is worth more than a trial."""


async def receive(work: Work, report: Report, times: Times) -> None:
    """Tries the decision and shows the synthetic tablet what it came to."""
    tried = await _try(work, report, times)
    work.show(KIND, {"signal_id": report.signal_id, "tried": tried}, TABLET)


async def _try(work: Work, report: Report, times: Times) -> Tried:
    savepoint = await work.conn.begin_nested()
    try:
        await work.conn.execute(text(WAIT))
        within = Work(work.conn, work.now, work.library, work.packs, trial=True)
        incident = await intake.receive(within, as_real(report, await _place(work, report)), times)
        for write in (*within.first, *within.before_commit):
            await write(within)
        await within.write_down()
        sent = select(exists().where(assignments.c.incident_id == incident))
        return Tried.ENGAGED if await work.conn.scalar(sent) else Tried.NO_UNIT_FREE
    except Exception as error:
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            raise
        log.exception("synthetic_sos_undecided")
        return Tried.FAILED
    finally:
        await savepoint.rollback()


async def _place(work: Work, report: Report) -> Place | None:
    """A site of the city, so that travel times are asked as well."""
    book = await work.book(report.centre)
    site = next(iter(book.sites.values()), None) if book is not None else None
    return Place(site.position.lat, site.position.lon) if site is not None else None
