"""Remembers which signatures were stored, across restarts: SQLite in the state folder, bounded.

A disk that does not obey refuses nobody: what it did not take is remembered in memory, and said.
"""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

from services.chassis import logs

log = logs.get(__name__)
KEPT = timedelta(minutes=11)
"""A message dated 5 minutes ahead stays valid for 10 minutes; after that its time alone refuses it."""
URGENT_KEPT = timedelta(days=30)
"""An SOS is taken at any time of its own, so its signature must be known for as long as `signals` is."""
CAPACITY = 500_000
FORGET_EVERY = 1000
BESIDE = 10_000
"""Signatures held in memory while the disk takes none."""
BUSY_S = 0.2
"""How long another process of this machine, which shares the file, may hold us up."""


class SeenSignatures:
    """Used on one event loop; a look or a note takes some 20 µs and waits for no disk.

    `synchronous=NORMAL` with a write-ahead log survives the end of the process; after a power cut the last seconds may
    be forgotten, and then a replay of just these is taken as new.
    """

    def __init__(self, file: Path | None, capacity: int = CAPACITY) -> None:
        self._capacity, self._notes = capacity, 0
        self._beside: dict[bytes, datetime] = {}
        self._database = _opened(file)

    def seen_at(self, signature: bytes) -> datetime | None:
        """When a message with this signature was stored first, or None."""
        if signature in self._beside:
            return self._beside[signature]
        try:
            row = self._database.execute("SELECT at FROM seen WHERE signature = ?", (signature,)).fetchone()
        except sqlite3.Error as error:
            log.error("signatures_not_readable", **logs.fault(error))
            return None
        return None if row is None else datetime.fromtimestamp(row[0], UTC)

    def note(self, signature: bytes, at: datetime, urgent: bool) -> None:
        """Notes a stored message; the first time counts. Forgets what has run out, and past the bound what ends first:
        an SOS is thus forgotten last."""
        until = at + (URGENT_KEPT if urgent else KEPT)
        row = (signature, at.timestamp(), until.timestamp())
        self._notes += 1
        try:
            self._database.execute("INSERT OR IGNORE INTO seen VALUES (?, ?, ?)", row)
            if self._notes % FORGET_EVERY == 0:
                self._forget(at)
        except sqlite3.Error as error:
            log.error("signature_not_kept", **logs.fault(error))
            self._beside.setdefault(signature, at)
            if len(self._beside) > BESIDE:
                del self._beside[next(iter(self._beside))]

    def close(self) -> None:
        """Closes the file."""
        self._database.close()

    def _forget(self, now: datetime) -> None:
        self._database.execute("DELETE FROM seen WHERE until < ?", (now.timestamp(),))
        (held,) = self._database.execute("SELECT count(*) FROM seen").fetchone()
        if held > self._capacity:
            self._database.execute(
                "DELETE FROM seen WHERE signature IN (SELECT signature FROM seen ORDER BY until LIMIT ?)",
                (held - self._capacity,),
            )


def _opened(file: Path | None) -> sqlite3.Connection:
    """The file, or memory where there is none or it cannot be used: a door that does not open hears no alarm."""
    if file is not None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            return _prepared(sqlite3.connect(file, BUSY_S, isolation_level=None, check_same_thread=False))
        except (sqlite3.Error, OSError) as error:
            log.error("signatures_in_memory_only", file=file.name, **logs.fault(error))
    return _prepared(sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False))


def _prepared(database: sqlite3.Connection) -> sqlite3.Connection:
    try:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=NORMAL")
        database.execute(
            "CREATE TABLE IF NOT EXISTS seen (signature BLOB PRIMARY KEY, at REAL NOT NULL, until REAL NOT NULL)"
            " WITHOUT ROWID"
        )
        database.execute("CREATE INDEX IF NOT EXISTS seen_until ON seen (until)")
    except sqlite3.Error:
        database.close()
        raise
    return database
