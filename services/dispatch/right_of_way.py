"""Urgent alarms first: while one is being decided, this process begins nothing else that came over Kafka.

The same alarm's situation and outcome arrive a few milliseconds after it; begun at once, they would share the processor
with its decision and double its time.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress

Turn = Callable[[], AbstractAsyncContextManager[None]]
AT_MOST_S = 1.0
"""So long the others wait for a turn of theirs, a decision's own limit; in a storm of urgent alarms they go on too."""


class RightOfWay:
    """Shared by the readers of one process."""

    def __init__(self) -> None:
        self._under_way = 0
        self._clear = asyncio.Event()
        self._clear.set()

    @asynccontextmanager
    async def urgent(self) -> AsyncIterator[None]:
        """Around the decision about an urgent alarm; waits for nobody."""
        self._under_way += 1
        self._clear.clear()
        try:
            yield
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._clear.set()

    @asynccontextmanager
    async def other(self) -> AsyncIterator[None]:
        """Around anything else; begins once no urgent alarm is being decided, or after AT_MOST_S."""
        with suppress(TimeoutError):
            async with asyncio.timeout(AT_MOST_S):
                await self._clear.wait()
        yield
