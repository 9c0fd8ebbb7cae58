"""Brings Kafka's acknowledgements from the producers' threads to the event loop, many with one wake-up.

A wake-up for each record (`asyncio.wrap_future`) costs a system call and a fight for the interpreter lock; under
load acknowledgements come in bursts, and a burst needs one.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future

Outcome = BaseException | None


class _Joined:
    """The copies of one signal that are still awaited."""

    def __init__(self, copies: int, stored: "asyncio.Future[Outcome]") -> None:
        self._left, self._stored = copies, stored

    def settle(self, error: Outcome) -> None:
        """On the event loop: the first error, or the last success, decides."""
        self._left -= 1
        if not self._stored.done() and (error is not None or self._left == 0):
            self._stored.set_result(error)


class Acknowledgements:
    """Used on one event loop; made on it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._arrived: deque[tuple[_Joined, Outcome]] = deque()
        self._waking = False

    def of(self, sent: Sequence["Future[None]"]) -> "asyncio.Future[Outcome]":
        """Ends with None once all have succeeded, with the error once one has failed. Never raises."""
        stored: asyncio.Future[Outcome] = self._loop.create_future()
        joined = _Joined(len(sent), stored)
        for future in sent:
            future.add_done_callback(lambda done: self._arrive(joined, done.exception()))
        return stored

    def _arrive(self, joined: _Joined, error: Outcome) -> None:
        """On any thread."""
        self._arrived.append((joined, error))
        if not self._waking:
            self._waking = True
            self._loop.call_soon_threadsafe(self._deliver)

    def _deliver(self) -> None:
        # Before the queue is emptied: what arrives meanwhile wakes us once more, at worst for nothing.
        self._waking = False
        while self._arrived:
            joined, error = self._arrived.popleft()
            joined.settle(error)
