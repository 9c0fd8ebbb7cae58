"""Looks at each centre's coverage now and then, and shows it on the live stream when what it proposes has changed.

One process at a time, by a lease. A new holder shows what it finds once, since it does not know what was shown before.
"""

import asyncio
import uuid
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from services.chassis import logs
from services.chassis.database import FAULTS
from services.chassis.lifecycle import pause
from services.chassis.metrics import RESTARTS_OF_LOOPS
from services.dispatch.actions.picturing import Picture, picture, picture_view
from services.dispatch.metrics import EXPECTED_COVERAGE
from services.dispatch.packs import Library
from services.dispatch.settings import DispatchSettings
from services.dispatch.store import leases
from services.dispatch.store.reading import rows
from services.dispatch.store.tables import current_packs
from services.dispatch.store.work import Work, look, run

log = logs.get(__name__)
NAME = "coverage"
KIND = "coverage"
OFF_S = 3_600.0
"""How often a switched-off loop looks up: never needed, it only waits for the end."""


class CoverageWatch:
    """The loop; `coverage_every_s` 0 switches it off."""

    def __init__(self, engine: AsyncEngine, library: Library, settings: DispatchSettings) -> None:
        self._engine, self._library = engine, library
        self._every_s = settings.coverage_every_s
        self._lease = timedelta(seconds=3 * self._every_s)
        self._holder = str(uuid.uuid4())
        self._shown: dict[str, tuple[Any, ...]] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Runs until `stop`; while PostgreSQL is away it waits for the next round."""
        while not stop.is_set():
            if self._every_s:
                await self._safe_round()
            await pause(stop, self._every_s or OFF_S)
        await leases.give_back(self._engine, NAME, self._holder)

    async def round(self) -> None:
        """One look at every centre, if the lease is ours."""
        if not await leases.take(self._engine, NAME, self._holder, self._lease):
            self._shown.clear()
            return
        for row in await rows(self._engine, select(current_packs.c.centre)):
            await self._look_at(row["centre"])

    async def _look_at(self, centre: str) -> None:
        async def see(work: Work) -> Picture | None:
            return await picture(work, centre)

        found = await look(self._engine, self._library, see)
        if found is None:
            return
        EXPECTED_COVERAGE.labels(centre).set(found.expected)
        if self._shown.get(centre) == found.what_calls:
            return

        async def show(work: Work) -> None:
            work.show(KIND, picture_view(found))

        await run(self._engine, self._library, show)
        self._shown[centre] = found.what_calls

    async def _safe_round(self) -> None:
        try:
            await self.round()
        except FAULTS as error:
            RESTARTS_OF_LOOPS.labels(NAME).inc()
            log.warning("coverage_waits", error=type(error).__name__)
        except Exception:
            RESTARTS_OF_LOOPS.labels(NAME).inc()
            log.exception("coverage_failed")
