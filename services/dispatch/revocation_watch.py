"""Keeps in memory whose badges count no longer, and ends their live streams: a door asks no database.

It looks when the live stream tells of a change, at the start, and every five seconds anyway.
"""

import asyncio

from sqlalchemy.ext.asyncio import AsyncEngine

from services.chassis import logs
from services.chassis.database import FAULTS
from services.chassis.metrics import RESTARTS_OF_LOOPS
from services.dispatch.domain.revoking import Revoked
from services.dispatch.live import Live
from services.dispatch.store.revocations import bring_up_to_date

log = logs.get(__name__)
EVERY_S = 5.0


class RevocationWatch:
    """The loop. `wake` makes it look at once."""

    def __init__(self, engine: AsyncEngine, revoked: Revoked, live: Live) -> None:
        self._engine, self._revoked, self._live = engine, revoked, live
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Something has changed."""
        self._woken.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Runs until `stop`; what fails is logged and tried again."""
        stopping = asyncio.create_task(stop.wait())
        while not stop.is_set():
            self._woken.clear()
            try:
                await self.look()
            except FAULTS as error:
                RESTARTS_OF_LOOPS.labels("revocations").inc()
                log.warning("revocations_wait", error=type(error).__name__)
            woken = asyncio.create_task(self._woken.wait())
            await asyncio.wait({woken, stopping}, timeout=EVERY_S, return_when=asyncio.FIRST_COMPLETED)
            woken.cancel()
        stopping.cancel()

    async def look(self) -> None:
        """What PostgreSQL says, and no stream to those whom it meets."""
        await bring_up_to_date(self._engine, self._revoked)
        self._live.end_revoked(self._revoked)
