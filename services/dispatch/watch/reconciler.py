"""Compares what ingest acknowledged with what became of it: signals with outcomes, alarms with incidents.

It reads `signals` itself and looks each id up. A partition's offset advances over what is settled and over what is
proven lost, which goes on a list in the same transaction; it never passes what is still under way. So memory is
bounded, a restart begins where it was, and nothing is left out.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.chassis import logs
from services.dispatch.domain.reconciling import Known, Limits, Standing, Way, judge
from services.dispatch.metrics import RECONCILED, RECONCILED_AT, RECONCILER_WAITING, UNRECONCILED
from services.dispatch.store import differences, offsets
from services.dispatch.watch.progress import Progress
from services.dispatch.watch.signals_tail import Read, SignalsTail

log = logs.get(__name__)
OFFSETS = "reconciler/signals"
"""Under this name its offsets stand beside those of dispatch's readers."""
MOST_LISTED = 10_000
"""Beyond this many lost signals the list grows no more and reading waits: the alarm could say nothing new."""


@dataclass
class _Mark:
    """How far screening was, and where the outcomes ended, when something overdue was first seen to be screened."""

    screened: dict[int, int]
    outcomes: dict[int, int]
    at: float

    def covers(self, read: Read) -> bool:
        """True if this record's outcome, if there is one, lies before where the outcomes ended then."""
        return read.offset < self.screened.get(read.partition, 0)


@dataclass
class _Look:
    """Where each step is at this moment."""

    screened: dict[int, int]
    read: dict[int, int]
    claiming: str | None
    idle: dict[Any, float] = field(default_factory=dict)


class Reconciler:
    """One comparison at a time; `round` is called every few seconds by whoever holds the lease."""

    def __init__(
        self,
        engine: AsyncEngine,
        config: dict[str, Any],
        limits: Limits,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine, self._config, self._limits, self._clock = engine, config, limits, clock
        self._progress = Progress(clock)
        self._tail: SignalsTail | None = None
        self._next: dict[int, int] = {}
        self._mark: _Mark | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="reconciler")

    async def round(self) -> dict[str, int]:
        """Compares; returns by centre how many signals are different. Raises KafkaException and database faults."""
        try:
            return await self._round()
        except offsets.OffsetTaken:
            log.info("reconciler_moved_elsewhere")
            self.rest()
            return {}
        except BaseException:
            # While nobody could look, nothing can be said to have stood still.
            self._progress.forget()
            raise

    def rest(self) -> None:
        """Another process compares: begins anew from the stored offsets when this one is asked again."""
        self._next, self._mark = {}, None
        _show(Counter(), 0)
        self._progress.forget()

    async def close(self) -> None:
        """Gives the clients back."""
        if self._tail is not None:
            await self._blocking(self._tail.close)
        self._thread.shutdown()

    async def _round(self) -> dict[str, int]:
        tail = await self._begun()
        await self._blocking(tail.fill)
        screened = await self._blocking(tail.screened)
        async with self._engine.connect() as conn:
            look = await self._look(conn, screened)
            ids = [read.signal_id for held in tail.held.values() for read in held if read.signal_id is not None]
            known = await differences.known_of(conn, ids)
            room = MOST_LISTED - sum(number for _, _, number in await differences.count(conn))
        standings = {read: self._standing(read, known, look) for held in tail.held.values() for read in held}
        await self._set_mark(tail, standings, look)
        await self._advance(tail, standings, room)
        return await self._told(tail, standings)

    async def _begun(self) -> SignalsTail:
        if self._tail is None:
            self._tail = await self._blocking(SignalsTail, self._config, self._clock)
        if not self._next:
            numbers = await self._blocking(self._tail.partitions)
            async with self._engine.begin() as conn:
                self._next = await offsets.load(conn, OFFSETS, numbers)
            await self._blocking(self._tail.begin, self._next)
        return self._tail

    async def _look(self, conn: AsyncConnection, screened: dict[int, int]) -> _Look:
        look = _Look(screened, await differences.read_up_to(conn), await differences.oldest_unclaimed(conn))
        look.idle = {number: self._progress.idle_s(number, offset) for number, offset in screened.items()}
        look.idle["read"] = self._progress.idle_s("read", tuple(sorted(look.read.items())))
        look.idle["claiming"] = self._progress.idle_s("claiming", look.claiming)
        return look

    def _standing(self, read: Read, known: dict[str, Known], look: _Look) -> Standing:
        if read.signal_id is None:
            return Standing.SETTLED  # not readable at all: it is in `signals.dead`
        way = Way(
            screened=read.offset < look.screened.get(read.partition, 0),
            screening_idle_s=look.idle.get(read.partition, 0.0),
            read_past=self._mark is not None and self._mark.covers(read) and self._mark_reached(look),
            reading_idle_s=self._reading_idle_s(read, look),
            claiming_idle_s=look.idle["claiming"],
        )
        return judge(known.get(read.signal_id), self._clock() - read.at, way, self._limits)

    def _reading_idle_s(self, read: Read, look: _Look) -> float:
        """Dispatch stands still only while there is something for it to read: since the mark was set."""
        if self._mark is None or not self._mark.covers(read):
            return 0.0
        return min(look.idle["read"], self._clock() - self._mark.at)

    def _mark_reached(self, look: _Look) -> bool:
        ends = self._mark.outcomes if self._mark is not None else {}
        return all(look.read.get(number, 0) >= end for number, end in ends.items())

    async def _set_mark(self, tail: SignalsTail, standings: dict[Read, Standing], look: _Look) -> None:
        """Notes where outcomes end once something overdue has been screened; a mark that is reached has served."""
        if self._mark is not None and not self._mark_reached(look):
            return
        waits = any(
            standing in {Standing.BACKLOG, Standing.NOT_READ} and read.offset < look.screened.get(read.partition, 0)
            for read, standing in standings.items()
        )
        ends = await self._blocking(tail.ends, differences.OUTCOMES) if waits else None
        self._mark = _Mark(look.screened, ends, self._clock()) if ends is not None else None

    async def _advance(self, tail: SignalsTail, standings: dict[Read, Standing], room: int) -> None:
        """Moves each partition over its settled and lost head, with the lost ones put on the list."""
        after, lost = dict(self._next), list[Read]()
        for partition, held in tail.held.items():
            for read in held:
                standing = standings[read]
                if standing.proven and len(lost) < room:
                    lost.append(read)
                elif standing is not Standing.SETTLED:
                    break
                after[partition] = read.offset + 1
        if after != self._next:
            await self._store(after, [_row(read, standings[read]) for read in lost])
            for partition, held in tail.held.items():
                while held and held[0].offset < after[partition]:
                    RECONCILED.labels(standings[held[0]]).inc()
                    held.popleft()
        for read in lost:
            log.error("signal_lost", signal_id=read.signal_id, standing=standings[read], partition=read.partition)

    async def _store(self, after: dict[int, int], rows: list[dict[str, Any]]) -> None:
        async with self._engine.begin() as conn:
            for partition, offset in sorted(after.items()):
                if offset != self._next[partition]:
                    await offsets.advance(conn, OFFSETS, partition, self._next[partition], offset)
            await differences.add(conn, rows)
        self._next = after

    async def _told(self, tail: SignalsTail, standings: dict[Read, Standing]) -> dict[str, int]:
        """What is different by centre: the list, and what is held and stands still."""
        async with self._engine.begin() as conn:
            await differences.drop_settled(conn)
            listed = await differences.count(conn)
        by_centre: Counter[str] = Counter()
        by_standing: Counter[str] = Counter()
        for centre, standing, number in listed:
            by_centre[centre] += number
            by_standing[standing] += number
        for held in tail.held.values():
            for read in held:
                if standings[read].different:
                    by_centre[read.centre] += 1
                    by_standing[standings[read]] += 1
        _show(by_standing, tail.waiting)
        RECONCILED_AT.set_to_current_time()
        return dict(by_centre)

    async def _blocking(self, act: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, act, *arguments)


def _show(by_standing: Counter[str], waiting: int) -> None:
    for standing in Standing:
        if standing.different:
            UNRECONCILED.labels(standing).set(by_standing[standing])
    RECONCILER_WAITING.set(waiting)


def _row(read: Read, standing: Standing) -> dict[str, Any]:
    return {
        "signal_id": read.signal_id,
        "standing": standing,
        "centre": read.centre,
        "partition": read.partition,
        "offset": read.offset,
        "found_at": func.clock_timestamp(),
    }
