"""How much waits in the outbox, and for how long: each process looks, whoever relays, with Kafka or without."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from services.chassis import logs
from services.chassis.database import FAULTS
from services.chassis.lifecycle import pause
from services.chassis.metrics import RESTARTS_OF_LOOPS
from services.dispatch.metrics import OUTBOX_DEPTH, OUTBOX_OLDEST
from services.dispatch.store.reading import rows
from services.dispatch.store.tables import outbox

log = logs.get(__name__)
EVERY_S = 2.0
MOST = 10_000
"""More is not counted: it would say nothing new."""


class OutboxWatch:
    """The loop. An age is counted from when this process first saw the record as the oldest."""

    def __init__(self, engine: AsyncEngine, clock: Callable[[], float] = time.monotonic) -> None:
        self._engine, self._clock = engine, clock
        self._oldest: int | None = None
        self._since = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Runs until `stop`; while PostgreSQL is away the gauges stay as they were."""
        while not stop.is_set():
            try:
                await self.round()
            except FAULTS as error:
                RESTARTS_OF_LOOPS.labels("outbox-watch").inc()
                log.warning("outbox_not_counted", error=type(error).__name__)
            await pause(stop, EVERY_S)

    async def round(self) -> None:
        """One look."""
        unsent = select(outbox.c.position).where(outbox.c.sent_at.is_(None)).order_by(outbox.c.position).limit(MOST)
        held = unsent.subquery()
        seen: list[Any] = [func.count().label("depth"), func.min(held.c.position).label("oldest")]
        [found] = await rows(self._engine, select(*seen).select_from(held))
        if found["oldest"] != self._oldest:
            self._oldest, self._since = found["oldest"], self._clock()
        OUTBOX_DEPTH.set(found["depth"])
        OUTBOX_OLDEST.set(0.0 if self._oldest is None else self._clock() - self._since)
