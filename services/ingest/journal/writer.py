"""The journal's own thread: many appends become durable with one fsync, removals ride along."""

import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import TypeVar

from services.chassis import logs
from services.chassis.clock import Clock
from services.chassis.producer import settled_once
from services.ingest.journal import opening
from services.ingest.journal.entry import Entry, Lane
from services.ingest.journal.file import Change, JournalFile, files_of

log = logs.get(__name__)
T = TypeVar("T")
MOST_AT_ONCE = 2000
"""Rows of one commit."""
TRY_TO_OPEN_EVERY_S = 2.0
Removal = tuple[int, Lane] | tuple[int, str]


class Unwritable(Exception):
    """The disk did not take it: nothing may be acknowledged. `reason` is SQLite's or the system's."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Writer:
    """Appends, removes and reads. Each method may be called from any thread and never blocks."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder, self._clock = folder, clock
        self._asked: queue.SimpleQueue[tuple[Entry, Future[None]] | Removal | Callable[[], None] | None] = (
            queue.SimpleQueue()
        )
        self._owed = Change()
        self._file: JournalFile | None = None
        self._claim: opening.Claim | None = None
        self._tried_at = float("-inf")
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self.trouble: str | None = None
        """Why the last write or opening failed; None once one has succeeded."""

    def start(self) -> None:
        """Begins the thread."""
        self._thread.start()

    def append(self, entry: Entry) -> "Future[None]":
        """Ends once the row is on the disk, or with Unwritable."""
        future = settled_once()
        self._asked.put((entry, future))
        return future

    def delivered(self, seq: int, lanes: Lane) -> None:
        """Those lanes have it; a row that nobody misses any more is removed, now or as soon as the disk lets us."""
        self._asked.put((seq, lanes))

    def set_aside(self, seq: int, reason: str) -> None:
        """Keeps a row that Kafka will never take out of the others' way."""
        self._asked.put((seq, reason))

    def after(self, seq: int, lanes: Lane, most: int) -> "Future[list[Entry]]":
        """The next rows that miss one of `lanes`."""
        return self._read(lambda file: file.after(seq, lanes, most))

    def these(self, seqs: list[int]) -> "Future[list[Entry]]":
        """The rows of those numbers."""
        return self._read(lambda file: file.these(seqs))

    def held(self) -> "Future[tuple[list[Entry], int]]":
        """All rows, those of dead processes too, and how many were set aside. Unwritable if they cannot be read."""

        def read(file: JournalFile) -> tuple[list[Entry], int]:
            opening.adopt_orphans(file, self._clock.now())
            return list(file.held()), file.count_set_aside()

        return self._read(read)

    def empty(self) -> None:
        """Everything was delivered: begin a new file if the old one has grown, or if rows could not be removed."""
        self._asked.put(self._renew)

    def close(self, timeout_s: float = 5.0) -> None:
        """Writes what was asked for, then closes the file."""
        self._asked.put(None)
        if self._thread.ident is not None:
            self._thread.join(timeout_s)

    def _read(self, read: Callable[[JournalFile], T]) -> "Future[T]":
        future: Future[T] = Future()
        future.set_running_or_notify_cancel()

        def act() -> None:
            try:
                future.set_result(read(self._open()))
            except (sqlite3.Error, OSError, Unwritable) as error:
                self.trouble = str(error)
                future.set_exception(Unwritable(str(error)))

        self._asked.put(act)
        return future

    def _run(self) -> None:
        ending = False
        while not ending:
            asked = [self._asked.get()]
            while len(asked) < MOST_AT_ONCE:
                try:
                    asked.append(self._asked.get_nowait())
                except queue.Empty:
                    break
            ending = self._serve(asked)
        if self._file is not None:
            self._file.close()
        if self._claim is not None:
            self._claim.release()

    def _serve(self, asked: list[tuple[Entry, "Future[None]"] | Removal | Callable[[], None] | None]) -> bool:
        """Commits what was asked for, in order; true at the end."""
        waiting: list[Future[None]] = []
        change = self._owed
        for one in asked:
            if isinstance(one, tuple):
                self._note(one, change, waiting)
                continue
            self._commit(change, waiting)
            change, waiting = self._owed, []
            if one is None:
                return True
            one()
        self._commit(change, waiting)
        return False

    def _note(self, one: tuple[Entry, "Future[None]"] | Removal, change: Change, waiting: list["Future[None]"]) -> None:
        first, second = one
        if isinstance(first, Entry) and isinstance(second, Future):
            change.added.append(first)
            waiting.append(second)
        elif isinstance(second, Lane) and isinstance(first, int):
            change.delivered.append((first, second))
        elif isinstance(second, str) and isinstance(first, int):
            change.set_aside.append((first, second))

    def _commit(self, change: Change, waiting: list["Future[None]"]) -> None:
        if not (change.added or change.delivered or change.set_aside):
            return
        try:
            self._open().write(change)
        except (sqlite3.Error, OSError, Unwritable) as error:
            self._failed(str(error), change, waiting)
            return
        self._owed, self.trouble = Change(), None
        for future in waiting:
            future.set_result(None)

    def _failed(self, reason: str, change: Change, waiting: list["Future[None]"]) -> None:
        if reason != self.trouble:
            log.error("journal_unwritable", detail=logs.cut(reason), rows=len(change.added))
        self.trouble = reason
        # What was delivered stays owed: at worst Kafka gets it twice, under the same id.
        self._owed = Change(delivered=change.delivered, set_aside=change.set_aside)
        if change.added:
            self._commit(self._owed, [])  # a full disk has no room for a row, but may have it for a removal
        for future in waiting:
            future.set_exception(Unwritable(reason))

    def _open(self) -> JournalFile:
        if self._file is not None:
            return self._file
        if time.monotonic() - self._tried_at < TRY_TO_OPEN_EVERY_S:
            raise Unwritable(self.trouble or "not open")
        self._tried_at = time.monotonic()
        if self._claim is None:
            self._claim = opening.claim(self._folder)
        self._file = opening.sound(self._claim.path, self._clock.now())
        return self._file

    def _renew(self) -> None:
        """Only with nothing left in it, as the caller knows; should we die in between, delivered rows come again."""
        file = self._file
        if file is None or self._owed.added:
            return
        try:
            if not (self._owed.delivered or _large(file.path)) or file.count_set_aside():
                return
            file.close()
            self._file = None
            for part in reversed(files_of(file.path)):
                part.unlink(missing_ok=True)
            self._owed, self._tried_at = Change(), float("-inf")
            self._open()
            self.trouble = None
        except (sqlite3.Error, OSError, Unwritable) as error:
            self.trouble = str(error)


LARGE_BYTES = 16 * 1024 * 1024


def _large(path: Path) -> bool:
    return path.stat().st_size > LARGE_BYTES
