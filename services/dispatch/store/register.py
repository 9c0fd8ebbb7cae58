"""Writing the access register: many readers' entries in one statement, one chain over any number of processes.

Whoever comes first writes for all that came meanwhile (group commit). A reader waits until his entry is durable, but at
most `PATIENCE_S`: the room must see its alarms also while the register is slow. His entry stays in line then, is tried
until it is in, and `close` writes what is left before the process ends.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import RowMapping, Select, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.chassis import logs
from services.chassis.database import FAULTS, away
from services.dispatch.domain.access_register import Entry, Line
from services.dispatch.metrics import REGISTER_LATE, REGISTER_WAITING
from services.dispatch.store.reading import rows
from services.dispatch.store.tables import access_register

log = logs.get(__name__)
AT_ONCE = 500
MOST = 20_000
"""Entries in line; with so many nothing more is shown."""
PATIENCE_S = 2.0
PAUSE_S = 0.1
CLOSE_S = 5.0
PAGE = 2000
APPEND = text("SELECT dispatch.append_to_register(CAST(:entries AS text[]))")


class Full(Exception):
    """So many entries are in line that no more is shown until they are written."""


@dataclass
class _Waiting:
    entry: Entry
    done: asyncio.Future[None]


@dataclass
class Register:
    """The register of one process."""

    engine: AsyncEngine
    patience_s: float = PATIENCE_S
    _line: deque[_Waiting] = field(default_factory=deque)
    _writing: asyncio.Task[None] | None = None

    async def note(self, entry: Entry) -> None:
        """Returns once it is durable, or after `patience_s` with the entry in line.

        Raises Full, and what PostgreSQL refused for good: then nothing is shown.
        """
        if len(self._line) >= MOST:
            raise Full
        waiting = _Waiting(entry, asyncio.get_running_loop().create_future())
        self._line.append(waiting)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_all())
        finished, _ = await asyncio.wait({waiting.done}, timeout=self.patience_s)
        if finished:
            return waiting.done.result()
        REGISTER_LATE.inc()
        return None

    async def close(self, limit_s: float = CLOSE_S) -> int:
        """Writes what is left, for at most so many seconds; the number of entries that could not be."""
        if self._writing is not None and not self._writing.done():
            await asyncio.wait({self._writing}, timeout=limit_s)
            self._writing.cancel()
        if self._line:
            log.error("register_entries_lost", count=len(self._line))
        return len(self._line)

    async def _write_all(self) -> None:
        """In order; an entry leaves the line only once it is in, or refused for good."""
        while self._line:
            batch = [self._line[place] for place in range(min(AT_ONCE, len(self._line)))]
            try:
                await self._write([waiting.entry for waiting in batch])
            except FAULTS as error:
                if not away(error):
                    await self._one_by_one(batch)
                    continue
                REGISTER_WAITING.set(len(self._line))
                log.warning("register_waits", error=type(error).__name__, count=len(self._line))
                await asyncio.sleep(PAUSE_S)
                continue
            self._leave(batch)

    async def _one_by_one(self, batch: list[_Waiting]) -> None:
        """One entry that PostgreSQL refuses must not take the others with it."""
        for waiting in batch:
            try:
                await self._write([waiting.entry])
            except FAULTS as error:
                if away(error):
                    return
                self._leave([waiting], error)
                continue
            self._leave([waiting])

    def _leave(self, batch: list[_Waiting], error: BaseException | None = None) -> None:
        for waiting in batch:
            self._line.popleft()
            if error is None:
                waiting.done.set_result(None)
            else:
                log.error("register_refused", error=type(error).__name__)
                waiting.done.set_exception(error)
                waiting.done.exception()  # looked at, though its reader may have gone
        REGISTER_WAITING.set(len(self._line))

    async def _write(self, entries: list[Entry]) -> None:
        async with self.engine.begin() as conn:
            await append(conn, entries)


async def append(conn: AsyncConnection, entries: list[Entry]) -> int:
    """Adds entries within a transaction, in which the head then stays locked; the last one's position."""
    said = [entry.text() for entry in entries]
    return int((await conn.execute(APPEND, {"entries": said})).scalar_one())


async def lines(conn: AsyncConnection, after: int = 0) -> AsyncIterator[list[Line]]:
    """The whole register in pages, oldest first."""
    while True:
        table = access_register
        query = select(table).where(table.c.position > after).order_by(table.c.position).limit(PAGE)
        page = [line_of(row) for row in (await conn.execute(query)).mappings()]
        if not page:
            return
        yield page
        after = page[-1].position


async def page_of(engine: AsyncEngine, query: Select[Any]) -> list[Line]:
    """The lines that a query finds."""
    return [line_of(row) for row in await rows(engine, query)]


def line_of(row: RowMapping) -> Line:
    """A row as the domain knows it."""
    return Line(row["position"], row["at"], row["entry"], bytes(row["hash_before"]), bytes(row["hash"]))
