"""Urgent rows of the journal, until the urgent lane or dispatch has them: newest device first, in order within one.

They were sent and posted when they came; this is for those that neither took. It does not wait for `signals`.
"""

import asyncio
import time
from collections.abc import Callable
from functools import partial
from typing import Protocol

from services.chassis import logs
from services.ingest.acknowledgements import Acknowledgements, Outcome
from services.ingest.journal.entry import Entry, Lane
from services.ingest.journal.journal import Journal
from services.ingest.journal.writer import Unwritable
from services.ingest.lanes import Lanes
from services.ingest.messages import Record

log = logs.get(__name__)
EVERY_S = 1.0
MOST = 200
"""Rows of one round."""
SEND_AGAIN_S = 6.0
"""The urgent producers give a record up after 5 s."""


class Post(Protocol):
    """The second path."""

    async def post(self, record: Record) -> bool:
        """True once dispatch has committed it."""
        ...


class UrgentDrain:
    """Used on one event loop. `answered` is called when Kafka's urgent lane takes a row."""

    def __init__(self, journal: Journal, lanes: Lanes, second_path: Post | None, answered: Callable[[], None]) -> None:
        self._journal, self._lanes, self._second_path = journal, lanes, second_path
        self._answered = answered
        self._sent: dict[int, float] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """A round each second while there are such rows."""
        acknowledgements = Acknowledgements(asyncio.get_running_loop())
        while not stop.is_set():
            try:
                await asyncio.wait_for(stop.wait(), EVERY_S)
            except TimeoutError:
                await self.round(acknowledgements)

    async def round(self, acknowledgements: Acknowledgements) -> None:
        """Sends what the lane has not answered for long, and posts what nobody has taken."""
        rows = self._journal.urgent()
        self._sent = {seq: at for seq, at in self._sent.items() if self._journal.misses(seq) & Lane.URGENT}
        if not rows:
            return
        wanted = newest_device_first(rows)[:MOST]
        try:
            found = {entry.seq: entry for entry in await self._journal.these(wanted)}
        except Unwritable as error:
            log.warning("journal_not_readable", **logs.fault(error))
            return
        entries = [found[seq] for seq in wanted if seq in found]
        for entry in entries:
            self._send(entry, acknowledgements)
        if self._second_path is not None:
            await self._post(entries, self._second_path)

    def _send(self, entry: Entry, acknowledgements: Acknowledgements) -> None:
        now = time.monotonic()
        if now - self._sent.get(entry.seq, float("-inf")) < SEND_AGAIN_S:
            return
        self._sent[entry.seq] = now
        sent = self._lanes.send_urgent((entry.key, entry.value, entry.headers))
        acknowledgements.bring(sent, partial(self._settled, entry.seq))

    def _settled(self, seq: int, error: Outcome) -> None:
        if error is None:
            self._journal.delivered(seq, Lane.URGENT)
            self._answered()
        else:
            self._sent.pop(seq, None)

    async def _post(self, entries: list[Entry], second_path: Post) -> None:
        """One after another, so that order within a device holds; the first that fails ends the round."""
        for entry in entries:
            if not self._journal.misses(entry.seq) & Lane.URGENT:
                continue
            if not await second_path.post((entry.key, entry.value, entry.headers)):
                return
            self._journal.delivered(entry.seq, Lane.URGENT)


def newest_device_first(rows: list[tuple[int, bytes]]) -> list[int]:
    """Numbers of rows by device, the device with the newest row first, ascending within it. `rows` ascend."""
    newest: dict[bytes, int] = {key: seq for seq, key in rows}
    return [seq for seq, _ in sorted(rows, key=lambda row: (-newest[row[1]], row[0]))]
