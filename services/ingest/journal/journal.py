"""What the journal holds, as the event loop knows it: depth, bytes, limits, and which devices must queue behind it."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from schemas.codec import Headers
from services.chassis.clock import Clock
from services.chassis.health import Check, State
from services.ingest import metrics
from services.ingest.journal import opening
from services.ingest.journal.entry import ORDERED, Entry, Lane
from services.ingest.journal.writer import Unwritable, Writer

ROUTINE_SHARE = 0.9
"""Of the limit; the rest is kept for urgent signals, so that a flood of others never has one refused."""


class Full(Exception):
    """The journal's limit is reached: the device must repeat."""


@dataclass(slots=True)
class _Row:
    lanes: Lane
    key: bytes
    size: int
    kept_at: float


class Journal:
    """Used on one event loop; the file has a thread of its own. `load` comes first."""

    def __init__(self, folder: Path, max_bytes: int, clock: Clock) -> None:
        self._folder, self._max_bytes, self._clock = folder / opening.FOLDER, max_bytes, clock
        self._writer = Writer(self._folder, clock)
        self._started = self.loaded = False
        self._rows: dict[int, _Row] = {}
        self._keys: dict[bytes, int] = {}
        self._bytes = 0
        self._last = 0
        self._full = False
        self._refused_by_kafka = 0
        self._watchers: list[Callable[[], None]] = []

    async def load(self) -> None:
        """Learns what earlier processes left. Raises Unwritable; until it succeeds nothing can be appended."""
        self._loaded_with(*await asyncio.wrap_future(self._begun().held()))

    def load_now(self) -> None:
        """The same, blocking: for a start outside an event loop."""
        self._loaded_with(*self._begun().held().result(30))

    def _loaded_with(self, rows: list[Entry], refused: int) -> None:
        self._refused_by_kafka = refused
        for entry in rows:
            self._count(entry)
        self._last = rows[-1].seq if rows else 0
        self.loaded = True
        self._changed()

    @property
    def depth(self) -> int:
        """Rows that Kafka has not acknowledged on every lane."""
        return len(self._rows)

    @property
    def last(self) -> int:
        """The number of the newest row."""
        return self._last

    @property
    def trouble(self) -> str | None:
        """Why nothing can be written, or None."""
        return self._writer.trouble

    def holds(self, key: bytes) -> bool:
        """True while a record of that device waits here for `signals`: a new one must not overtake it."""
        return key in self._keys

    def misses(self, seq: int) -> Lane:
        """The lanes that a row still misses; NONE once it has gone."""
        row = self._rows.get(seq)
        return Lane.NONE if row is None else row.lanes

    def urgent(self) -> list[tuple[int, bytes]]:
        """Rows that the urgent lane misses, with their device, oldest first."""
        return [(seq, row.key) for seq, row in self._rows.items() if row.lanes & Lane.URGENT]

    def on_change(self, watcher: Callable[[], None]) -> None:
        """Calls `watcher` when rows came or went."""
        self._watchers.append(watcher)

    def append(
        self, signal_id: str, record: tuple[bytes, bytes, Headers], lanes: Lane, urgent: bool
    ) -> "tuple[Entry, Future[None]]":
        """The row, and a future that ends once it is on the disk, or with Unwritable. Raises Full or Unwritable."""
        if not self.loaded:
            raise Unwritable(self.trouble or "not open yet")
        key, value, headers = record
        entry = Entry(self._last + 1, signal_id, lanes, key, value, headers, self._clock.now().timestamp())
        limit = self._max_bytes if urgent else self._max_bytes * ROUTINE_SHARE
        self._full = self._bytes + entry.size > limit
        if self._full:
            raise Full("journal full")
        self._last = entry.seq
        self._count(entry)
        self._changed()
        return entry, self._writer.append(entry)

    def written(self) -> None:
        """Tells the watchers that a row became readable."""
        metrics.JOURNAL_WRITTEN.inc()
        self._changed()

    def not_written(self, entry: Entry) -> None:
        """The append failed: the row is not there."""
        self._forget(entry.seq, self.misses(entry.seq))

    def delivered(self, seq: int, lanes: Lane) -> None:
        """The broker (or, for URGENT, dispatch) has acknowledged it on these lanes."""
        if self._forget(seq, lanes):
            self._writer.delivered(seq, lanes)
            metrics.JOURNAL_DRAINED.inc()
        if not self._rows:
            self._full = False
            self._writer.empty()

    def set_aside(self, seq: int, reason: str) -> None:
        """Kafka will never take it: kept in the file, out of the way of the others."""
        if self._forget(seq, self.misses(seq)):
            self._refused_by_kafka += 1
            self._writer.set_aside(seq, reason)

    async def after(self, seq: int, most: int) -> list[Entry]:
        """The next rows for the topics that are read in order. Raises Unwritable."""
        return await asyncio.wrap_future(self._writer.after(seq, ORDERED, most))

    async def these(self, seqs: list[int]) -> list[Entry]:
        """The rows of those numbers. Raises Unwritable."""
        return await asyncio.wrap_future(self._writer.these(seqs))

    async def close(self) -> None:
        """Writes what was asked for; rows stay for the next start."""
        if self._started:
            await asyncio.to_thread(self._writer.close)

    def oldest_s(self) -> float:
        """Seconds that the oldest row has waited; 0 without rows."""
        first = next(iter(self._rows.values()), None)
        return 0.0 if first is None else max(0.0, self._clock.now().timestamp() - first.kept_at)

    def check(self) -> Check:
        """For health; sets the gauges as well."""
        depth, oldest = self.depth, self.oldest_s()
        metrics.JOURNAL_ENTRIES.set(depth)
        metrics.JOURNAL_OLDEST_SECONDS.set(oldest)
        metrics.JOURNAL_BYTES.set(self._bytes)
        said = []
        if self.trouble is not None:
            said.append(f"Journal impossible à écrire / cannot be written: {self.trouble}")
        if self._full:
            said.append("Journal plein, les capteurs répètent / full, devices repeat")
        if depth:
            said.append(f"{depth} signaux attendent Kafka depuis {oldest:.0f} s / signals wait for Kafka")
        if self._refused_by_kafka:
            said.append(f"{self._refused_by_kafka} refusés par Kafka, gardés / refused by Kafka, kept: {self._folder}")
        damaged = opening.set_aside_files(self._folder)
        if damaged:
            said.append(f"Fichier abîmé mis de côté, à examiner / damaged file set aside, look at it: {damaged[0]}")
        return Check(State.DEGRADED if said else State.READY, " · ".join(said))

    def _begun(self) -> Writer:
        if not self._started:
            self._started = True
            self._writer.start()
        return self._writer

    def _count(self, entry: Entry) -> None:
        self._rows[entry.seq] = _Row(entry.lanes, entry.key, entry.size, entry.kept_at)
        self._bytes += entry.size
        if entry.lanes & Lane.SIGNALS:
            self._keys[entry.key] = self._keys.get(entry.key, 0) + 1

    def _forget(self, seq: int, lanes: Lane) -> bool:
        """True if the row missed one of these lanes until now."""
        row = self._rows.get(seq)
        if row is None or not row.lanes & lanes:
            return False
        if row.lanes & lanes & Lane.SIGNALS:
            self._release(row.key)
        row.lanes &= ~lanes
        if not row.lanes:
            del self._rows[seq]
            self._bytes -= row.size
            self._changed()
        return True

    def _release(self, key: bytes) -> None:
        self._keys[key] -= 1
        if not self._keys[key]:
            del self._keys[key]

    def _changed(self) -> None:
        for watcher in self._watchers:
            watcher()
