"""Keeps this process's street networks as PostgreSQL says: packs in force, closures that begin and end, extracts.

It looks when the live stream tells of a change, when one begins or ends by PostgreSQL's clock, and each second anyway.
"""

import asyncio
from collections import defaultdict
from time import monotonic

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.chassis import logs
from services.chassis.database import FAULTS
from services.chassis.metrics import RESTARTS_OF_LOOPS
from services.dispatch.actions.street_changing import change_of, unfinished
from services.dispatch.metrics import STREET_CHANGES
from services.dispatch.packs import Library
from services.dispatch.store.reading import read
from services.dispatch.store.tables import current_packs
from services.dispatch.travel.changes import StreetChange

log = logs.get(__name__)
EVERY_S = 1.0
EXTRACTS_EVERY_S = 30.0
SHORTEST_S = 0.005
"""Between two looks: PostgreSQL's clock and ours do not tick together."""


class StreetWatch:
    """The loop. `wake` makes it look at once."""

    def __init__(self, engine: AsyncEngine, library: Library) -> None:
        self._engine, self._library = engine, library
        self._woken = asyncio.Event()
        self._looked_at = 0.0

    def wake(self) -> None:
        """Something has changed."""
        self._woken.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Runs until `stop`; what fails is logged and tried again a second later."""
        while not stop.is_set():
            self._woken.clear()
            wait_s = EVERY_S
            try:
                wait_s = await self.look()
            except FAULTS as error:
                RESTARTS_OF_LOOPS.labels("streets").inc()
                log.warning("streets_wait", error=type(error).__name__)
            except Exception:
                RESTARTS_OF_LOOPS.labels("streets").inc()
                log.exception("streets_failed")
            await _first_of(self._woken, stop, wait_s)

    async def look(self) -> float:
        """One look at everything; how long nothing is known to change, seconds."""
        turns_s = await bring_up_to_date(self._engine, self._library)
        if monotonic() - self._looked_at >= EXTRACTS_EVERY_S:
            self._looked_at = monotonic()
            await self._library.networks.look_again()
        return max(SHORTEST_S, min(EVERY_S, turns_s))


async def bring_up_to_date(engine: AsyncEngine, library: Library) -> float:
    """Applies the changes in force to all networks of this process; seconds until the next one begins or ends."""
    async with library.networks.changing:
        found, packs = await read(engine, lambda conn: _read(conn, library), snapshot=True)
        library.networks.in_force = packs
        changes: dict[str, list[StreetChange]] = defaultdict(list)
        for row in found:
            if row["begun"]:
                changes[row["centre"]].append(change_of(row))
        await library.networks.bring({centre: tuple(held) for centre, held in changes.items()})
    STREET_CHANGES.set(sum(len(held) for held in changes.values()))
    return min((float(row["turns_s"]) for row in found), default=EVERY_S)


async def _read(conn: AsyncConnection, library: Library) -> tuple[list[RowMapping], dict[str, str]]:
    packs = {row.centre: row.version for row in await conn.execute(select(current_packs))}
    for centre, version in packs.items():
        # A pack that another process was given: its streets are prepared before the first decision asks for them.
        await library.version(conn, centre, version)
    return list((await conn.execute(unfinished())).mappings()), packs


async def _first_of(woken: asyncio.Event, stop: asyncio.Event, seconds: float) -> None:
    waiting = [asyncio.ensure_future(event.wait()) for event in (woken, stop)]
    try:
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
