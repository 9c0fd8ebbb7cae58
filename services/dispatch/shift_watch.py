"""What the field counts, for the boards: alarms an operator is shown, sites that cry wolf, devices that chatter."""

import asyncio

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.chassis import logs
from services.chassis.database import FAULTS
from services.chassis.lifecycle import pause
from services.chassis.metrics import RESTARTS_OF_LOOPS
from services.dispatch.metrics import ALARMS_PER_OPERATOR, CHATTERING_DEVICES, FALSE_ALARM_SHARE, OPERATORS
from services.dispatch.store import shift
from services.dispatch.store.reading import read
from services.dispatch.store.tables import current_packs

log = logs.get(__name__)
EVERY_S = 15.0
SITES_EVERY = 20
"""Rounds between two looks at a month of sites."""
MINUTES = 10


class ShiftWatch:
    """The loop; each process looks for itself, so that its gauges are never those of a dead one."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._rounds = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Runs until `stop`; while PostgreSQL is away the gauges stay as they were."""
        while not stop.is_set():
            try:
                await self.round()
            except FAULTS as error:
                RESTARTS_OF_LOOPS.labels("shift").inc()
                log.warning("shift_not_counted", error=type(error).__name__)
            await pause(stop, EVERY_S)

    async def round(self) -> None:
        """One look; at the sites' month now and then only."""
        await read(self._engine, self._look)
        self._rounds += 1

    async def _look(self, conn: AsyncConnection) -> None:
        for centre in (await conn.execute(select(current_packs.c.centre))).scalars().all():
            load = await shift.load(conn, centre, MINUTES)
            OPERATORS.labels(centre).set(load["operators"])
            ALARMS_PER_OPERATOR.labels(centre).set(load["alarms"] / max(1, load["operators"]))
        CHATTERING_DEVICES.set(await conn.scalar(shift.CHATTERING) or 0)
        if self._rounds % SITES_EVERY == 0:
            shares = (await conn.execute(shift.FALSE_ALARMS)).mappings().all()
            FALSE_ALARM_SHARE.clear()  # a site that is no longer among them
            for row in shares:
                FALSE_ALARM_SHARE.labels(row["centre"], row["site"]).set(row["share"])
