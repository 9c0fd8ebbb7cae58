"""Brings acknowledgements from the threads of producers and journal to the event loop, many with one wake-up.

A wake-up for each record (`asyncio.wrap_future`) costs a system call and a fight for the interpreter lock; under
load acknowledgements come in bursts, and a burst needs one.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future

Outcome = BaseException | None
Settle = Callable[[Outcome], None]


class Acknowledgements:
    """Used on one event loop; made on it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._arrived: deque[tuple[Settle, Outcome]] = deque()
        self._waking = False

    def future(self) -> "asyncio.Future[Outcome]":
        """A new one of this loop."""
        return self._loop.create_future()

    def bring(self, sent: "Future[None]", settle: Settle) -> None:
        """Calls `settle` on the event loop once `sent` has ended: with None, or with its error."""
        sent.add_done_callback(lambda done: self._arrive(settle, done.exception()))

    def _arrive(self, settle: Settle, error: Outcome) -> None:
        """On any thread."""
        self._arrived.append((settle, error))
        if not self._waking:
            self._waking = True
            self._loop.call_soon_threadsafe(self._deliver)

    def _deliver(self) -> None:
        # Before the queue is emptied: what arrives meanwhile wakes us once more, at worst for nothing.
        self._waking = False
        while self._arrived:
            settle, error = self._arrived.popleft()
            settle(error)
