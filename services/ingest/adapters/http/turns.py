"""Ordinary signals are taken in turn: a flood of them waits outside, and an alarm goes past it.

A process understands some thousand signals a second, one after the other. Without turns a hundred gateways that send a
hundred signals each keep it busy for ten seconds in one piece, and an SOS waits for all of them: measured as 11 s.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from services.chassis.problems import Problem
from services.ingest import metrics

T = TypeVar("T")
AT_ONCE = 2
SLICE = 10
"""Signals between two looks at what else has come: some milliseconds."""
MOST_WAITING = 1000
"""Requests; each may hold 2 MB. Whoever comes then is told to repeat, as nothing was acknowledged."""


class Turns:
    """Used on one event loop."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    @asynccontextmanager
    async def one(self, urgent: bool) -> AsyncIterator[None]:
        """Around the understanding of one request. Urgent ones do not wait. Raises the 503 problem."""
        if urgent:
            yield
            return
        if self._waiting >= MOST_WAITING:
            metrics.NOT_ACCEPTED.labels("http", "too_many_wait").inc()
            raise Problem(
                503,
                "too-many-requests-waiting",
                "Signaux non enregistrés / signals not stored",
                "Trop de requêtes attendent : répétez. / Too many requests wait: repeat.",
                {"Retry-After": "2"},
            )
        self._waiting += 1
        metrics.REQUESTS_WAITING.set(self._waiting)
        try:
            await self._free.acquire()
        finally:
            self._waiting -= 1
            metrics.REQUESTS_WAITING.set(self._waiting)
        try:
            yield
        finally:
            self._free.release()


async def begin(acts: Sequence[Coroutine[Any, Any, T]]) -> list["asyncio.Task[T]"]:
    """All of them begun in order, a slice after the other; whoever else has something to do comes in between."""
    tasks = []
    for start in range(0, len(acts), SLICE):
        tasks += [asyncio.create_task(act) for act in acts[start : start + SLICE]]
        await asyncio.sleep(0)
    return tasks
