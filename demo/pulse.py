"""Waiting for something to become true, woken by what arrives, never by guessing how long it takes."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")
PATIENCE_S = 50.0
"""Long enough for one restart of any process on a busy machine."""


class NotSeen(Exception):
    """What was waited for did not come; the text says what."""


class Pulse:
    """Beats each time the demo learns something; waiters look again then."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def beat(self) -> None:
        """Something new is known."""
        self._next.set()
        self._next = asyncio.Event()

    async def until(self, look: Callable[[], T], what: str, seconds: float = PATIENCE_S) -> T:
        """The first truthy result of `look`. Raises NotSeen(what) after `seconds`."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while True:
            coming = self._next
            found = look()
            if found:
                return found
            left = deadline - loop.time()
            if left <= 0:
                raise NotSeen(what)
            # Not wait_for: before Python 3.12 it may swallow a cancellation that comes together with the event.
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await coming.wait()
