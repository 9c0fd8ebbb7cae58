"""The journal's SQLite file: WAL with synchronous=FULL, so that a commit is on the disk when it returns.

Used on one thread. Every method raises sqlite3.Error where the disk or the file does not obey.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from services.ingest.journal.entry import Entry, Lane, checksum, unpack_headers

COLUMNS = "seq, id, lanes, key, value, headers, kept_at, crc"
ROW = "id TEXT NOT NULL, lanes INTEGER NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL, headers BLOB NOT NULL"
SCHEMA = (
    f"CREATE TABLE IF NOT EXISTS entries (seq INTEGER PRIMARY KEY, {ROW}, kept_at REAL NOT NULL, crc INTEGER NOT NULL)",
    f"CREATE TABLE IF NOT EXISTS set_aside (seq INTEGER, {ROW}, kept_at REAL, crc INTEGER, reason TEXT NOT NULL)",
)
CHECKPOINT_PAGES = 500
"""2 MB of write-ahead log before it is folded into the file."""


class DamagedRow(sqlite3.DatabaseError):
    """A row whose checksum is wrong."""


@dataclass(slots=True)
class Change:
    """What one commit writes."""

    added: list[Entry] = field(default_factory=list)
    delivered: list[tuple[int, Lane]] = field(default_factory=list)
    set_aside: list[tuple[int, str]] = field(default_factory=list)


class JournalFile:
    """An open file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}")
            self._db.execute(f"PRAGMA journal_size_limit={CHECKPOINT_PAGES * 4096}")
            for statement in SCHEMA:
                self._db.execute(statement)
        except sqlite3.Error:
            self._db.close()
            raise

    def check(self) -> None:
        """Raises sqlite3.DatabaseError if the file, or the content of a row, is damaged."""
        (found,) = self._db.execute("PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            raise sqlite3.DatabaseError(found)
        for entry in self._entries("SELECT * FROM entries ORDER BY seq"):
            assert entry.seq

    def write(self, change: Change) -> None:
        """One transaction; durable when it returns, undone when it raises."""
        with self._transaction():
            self._db.executemany("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?)", map(_row, change.added))
            self._db.executemany(
                f"INSERT INTO set_aside SELECT {COLUMNS}, ? FROM entries WHERE seq = ?",
                [(reason, seq) for seq, reason in change.set_aside],
            )
            self._db.executemany("DELETE FROM entries WHERE seq = ?", [(seq,) for seq, _ in change.set_aside])
            self._db.executemany(
                "UPDATE entries SET lanes = lanes & ~? WHERE seq = ?",
                [(int(lanes), seq) for seq, lanes in change.delivered],
            )
            self._db.executemany(
                "DELETE FROM entries WHERE seq = ? AND lanes = 0", [(seq,) for seq, _ in change.delivered]
            )

    def after(self, seq: int, lanes: Lane, most: int) -> list[Entry]:
        """The next rows that miss one of `lanes`, in order."""
        query = "SELECT * FROM entries WHERE seq > ? AND lanes & ? ORDER BY seq LIMIT ?"
        return list(self._entries(query, (seq, int(lanes), most)))

    def these(self, seqs: Sequence[int]) -> list[Entry]:
        """The rows of those numbers that are still there, in order."""
        marks = ", ".join("?" * len(seqs))
        return list(self._entries(f"SELECT * FROM entries WHERE seq IN ({marks}) ORDER BY seq", seqs))

    def held(self) -> Iterator[Entry]:
        """All rows, in order."""
        return self._entries("SELECT * FROM entries ORDER BY seq")

    def count_set_aside(self) -> int:
        """Rows that Kafka refused for good."""
        (count,) = self._db.execute("SELECT count(*) FROM set_aside").fetchone()
        return int(count)

    def close(self) -> None:
        """Closes it; what was committed stays."""
        self._db.close()

    def _entries(self, query: str, values: Sequence[int | float] = ()) -> Iterator[Entry]:
        for seq, signal_id, lanes, key, value, headers, kept_at, crc in self._db.execute(query, values):
            if checksum(signal_id, key, value, headers) != crc:
                raise DamagedRow(f"row {seq} has another checksum")
            yield Entry(seq, signal_id, Lane(lanes), key, value, unpack_headers(headers), kept_at)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise


def files_of(path: Path) -> tuple[Path, ...]:
    """The database and what SQLite keeps beside it."""
    return path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")


def readable_rows(path: Path) -> Iterable[Entry]:
    """What can still be read of a damaged file: rows one by one by their number, each with a right checksum."""
    db = sqlite3.connect(path)
    try:
        yield from _readable(db)
    finally:
        db.close()


def _readable(db: sqlite3.Connection) -> Iterator[Entry]:
    for direction, compare in (("ASC", ">"), ("DESC", "<")):
        # From both ends: a damaged page in the middle hides neither what is before nor what is after it.
        place = -1 if direction == "ASC" else 2**62
        while True:
            query = f"SELECT {COLUMNS} FROM entries WHERE seq {compare} ? ORDER BY seq {direction} LIMIT 1"
            try:
                row = db.execute(query, (place,)).fetchone()
            except sqlite3.Error:
                break
            if row is None:
                return
            place = row[0]
            entry = _intact(row)
            if entry is not None:
                yield entry


def _intact(row: Sequence[object]) -> Entry | None:
    match row:
        case (int(seq), str(signal_id), int(lanes), bytes(key), bytes(value), bytes(headers), float(kept_at), int(crc)):
            if checksum(signal_id, key, value, headers) == crc:
                return Entry(seq, signal_id, Lane(lanes), key, value, unpack_headers(headers), kept_at)
    return None


def _row(entry: Entry) -> tuple[int, str, int, bytes, bytes, bytes, float, int]:
    headers = entry.packed_headers
    crc = checksum(entry.signal_id, entry.key, entry.value, headers)
    return entry.seq, entry.signal_id, int(entry.lanes), entry.key, entry.value, headers, entry.kept_at, crc
