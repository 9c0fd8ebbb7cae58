"""Finds this process's journal file at its start: one file a process, damaged ones set aside, orphans taken over."""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from services.chassis import logs
from services.ingest.journal.entry import Entry
from services.ingest.journal.file import Change, JournalFile, files_of, readable_rows

log = logs.get(__name__)
FOLDER = "journal"
MOST_FILES = 64
DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


@dataclass(frozen=True, slots=True)
class Claim:
    """A locked place for one file; the kernel drops the lock when the process dies, however."""

    path: Path
    descriptor: int

    def release(self) -> None:
        """Gives the place back."""
        os.close(self.descriptor)


def claim(folder: Path) -> Claim:
    """The first free place. Raises OSError where the folder cannot be written."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(MOST_FILES):
        found = _try(folder, number)
        if found is not None:
            return found
    raise OSError(f"{MOST_FILES} processes use {folder}")


def adopt_orphans(file: JournalFile, now: datetime) -> None:
    """Takes over the rows of processes that are no more. Raises OSError or sqlite3.Error; it can be tried again."""
    for orphan in _orphans(file.path.parent):
        try:
            _adopt(file, orphan, now)
        finally:
            orphan.release()


def set_aside_files(folder: Path) -> list[Path]:
    """Damaged files that somebody should look at."""
    return sorted(found for found in folder.glob("*.damaged-*") if not found.name.endswith(("-wal", "-shm")))


def sound(path: Path, now: datetime) -> JournalFile:
    """The file, checked. A damaged one is renamed first, and what can be read of it is taken over.

    Raises OSError or sqlite3.Error where the disk does not obey (full, read-only): nothing is lost then.
    """
    try:
        file = JournalFile(path)
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF not in DAMAGED:
            raise
        return _anew(path, now, str(error))
    try:
        file.check()
    except sqlite3.OperationalError:
        file.close()
        raise
    except sqlite3.DatabaseError as error:
        file.close()
        return _anew(path, now, str(error))
    return file


def _anew(path: Path, now: datetime, why: str) -> JournalFile:
    """Sets the damaged file aside and begins a new one with what can still be read."""
    mark = f".damaged-{now:%Y%m%dT%H%M%S}"
    saved: dict[int, Entry] = {entry.seq: entry for entry in _saved(path)}
    for part in files_of(path):
        if part.exists():
            part.rename(part.with_name(part.name.replace(path.name, path.name + mark)))
    log.error("journal_damaged", file=path.name + mark, detail=logs.cut(why), rows=len(saved))
    file = JournalFile(path)
    file.write(Change(added=[saved[seq] for seq in sorted(saved)]))
    return file


def _saved(path: Path) -> Iterator[Entry]:
    try:
        yield from readable_rows(path)
    except sqlite3.Error as error:
        log.error("journal_unreadable", file=path.name, **logs.fault(error))


def _adopt(file: JournalFile, orphan: Claim, now: datetime) -> None:
    """Moves the rows of a process that is no more. Should we die in between, they are there twice: same ids."""
    left = sound(orphan.path, now)
    rows = list(left.held())
    if rows:
        start = max((entry.seq for entry in file.held()), default=0)
        file.write(Change(added=[_numbered(entry, start + place) for place, entry in enumerate(rows, 1)]))
        log.warning("journal_adopted", file=orphan.path.name, rows=len(rows))
    refused = left.count_set_aside()
    left.close()
    if not refused:
        for part in files_of(orphan.path):
            part.unlink(missing_ok=True)


def _numbered(entry: Entry, seq: int) -> Entry:
    return Entry(seq, entry.signal_id, entry.lanes, entry.key, entry.value, entry.headers, entry.kept_at)


def _orphans(folder: Path) -> Iterator[Claim]:
    for number in range(MOST_FILES):
        if _path(folder, number).exists():
            found = _try(folder, number)
            if found is not None:
                yield found


def _path(folder: Path, number: int) -> Path:
    return folder / f"journal-{number}.db"


def _try(folder: Path, number: int) -> Claim | None:
    # A lock file of its own: closing any descriptor of the database would drop SQLite's own locks on it.
    descriptor = os.open(folder / f"journal-{number}.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return Claim(_path(folder, number), descriptor)
