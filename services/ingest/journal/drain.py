"""Sends the journal's rows to their topics, in order, and lets the process go straight to Kafka once it has caught up.

One producer of its own that never gives a record up (`message.timeout.ms` 0, idempotent): within a partition the
broker takes them in the order of the rows, whatever fails in between.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any, Protocol

from services.chassis import logs
from services.chassis.clock import Clock
from services.chassis.producer import DeliveryFailed, Headers
from services.ingest.acknowledgements import Acknowledgements, Outcome
from services.ingest.journal.entry import ORDERED, Entry, Lane
from services.ingest.journal.journal import Journal
from services.ingest.journal.writer import Unwritable
from services.ingest.messages import DEAD, SIGNALS

log = logs.get(__name__)
PATIENT: dict[str, Any] = {
    "message.timeout.ms": 0,
    "socket.timeout.ms": 6000,
    "request.timeout.ms": 5000,
    "retry.backoff.max.ms": 1000,
}
"""Over the defaults of the chassis; the time-outs let go of a connection to a stopped broker."""
WINDOW = 5000
"""Rows under way at once."""
PAGE = 500
RETRY_S = 1.0


class Sender(Protocol):
    """A producer."""

    def send(
        self, topic: str, key: bytes | None, value: bytes | None, headers: Headers, partition: int = -1
    ) -> "Future[None]":
        """Ends with the acknowledgement or with DeliveryFailed."""
        ...

    def abandon(self) -> None:
        """Ends without waiting; what is under way fails."""
        ...


class Drain:
    """Used on one event loop. `caught_up` is called when nothing has waited longer than `fresh_s` any more."""

    def __init__(
        self, journal: Journal, make: Callable[[], Sender], clock: Clock, fresh_s: float, caught_up: Callable[[], None]
    ) -> None:
        self._journal, self._make, self._clock = journal, make, clock
        self._fresh_s, self._caught_up = fresh_s, caught_up
        self._sender: Sender | None = None
        self._under_way: dict[int, Entry] = {}
        self._read_to = 0
        self._failed: str | None = None
        self._changed = asyncio.Event()
        journal.on_change(self._changed.set)

    async def run(self, stop: asyncio.Event) -> None:
        """Drains until stopped. Rows without an answer by then stay in the file."""
        acknowledgements = Acknowledgements(asyncio.get_running_loop())
        stopping = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                self._changed.clear()
                if self._journal.loaded:
                    await self._step(acknowledgements)
                else:
                    self._caught_up()  # there is no journal to go through
                await _first_of(stopping, self._changed, RETRY_S)
        finally:
            stopping.cancel()
            await self._give_up()

    async def _step(self, acknowledgements: Acknowledgements) -> None:
        if self._failed is not None:
            log.warning("journal_drain_again", detail=logs.cut(self._failed))
            await self._give_up()
            await asyncio.sleep(RETRY_S)
        try:
            await self._fill(acknowledgements)
        except Unwritable as error:
            log.warning("journal_not_readable", **logs.fault(error))
            return
        if self._read_to >= self._journal.last and not self._lags():
            self._caught_up()

    async def _fill(self, acknowledgements: Acknowledgements) -> None:
        """Sends the next rows until the window is full or all have been sent."""
        while self._failed is None and self._read_to < self._journal.last and len(self._under_way) < WINDOW:
            newest = self._journal.last
            page = await self._journal.after(self._read_to, PAGE)
            for entry in page:
                self._send(entry, acknowledgements)
            self._read_to = page[-1].seq if len(page) == PAGE else newest

    def _send(self, entry: Entry, acknowledgements: Acknowledgements) -> None:
        if not self._journal.misses(entry.seq) & ORDERED:
            return  # a late answer to the first sending came in between
        if self._sender is None:
            self._sender = self._make()
        self._under_way[entry.seq] = entry
        lane = entry.lanes & ORDERED
        topic = SIGNALS if lane is Lane.SIGNALS else DEAD
        sent = self._sender.send(topic, entry.key, entry.value, entry.headers)
        acknowledgements.bring(sent, partial(self._settled, entry.seq, lane))

    def _settled(self, seq: int, lane: Lane, error: Outcome) -> None:
        if error is None:
            self._journal.delivered(seq, lane)
        elif isinstance(error, DeliveryFailed) and error.unacceptable:
            log.error("journal_row_refused", seq=seq, **logs.fault(error))
            self._journal.set_aside(seq, str(error))
        elif seq in self._under_way:
            self._failed = str(error)
        self._under_way.pop(seq, None)
        self._changed.set()

    def _lags(self) -> bool:
        oldest = next(iter(self._under_way.values()), None)
        return oldest is not None and self._clock.now().timestamp() - oldest.kept_at > self._fresh_s

    async def _give_up(self) -> None:
        """Begins again from the first row that is left, with a new producer."""
        self._under_way.clear()
        self._read_to, self._failed = 0, None
        sender, self._sender = self._sender, None
        if sender is not None:
            await asyncio.to_thread(sender.abandon)


async def _first_of(stopping: "asyncio.Task[Any]", changed: asyncio.Event, seconds: float) -> None:
    waiting = asyncio.create_task(changed.wait())
    await asyncio.wait({stopping, waiting}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
