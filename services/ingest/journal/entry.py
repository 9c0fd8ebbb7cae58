"""One row of the journal: a record, and the lanes that have not acknowledged it yet."""

import zlib
from dataclasses import dataclass
from enum import IntFlag

import orjson

from schemas.codec import Headers

ROW_OVERHEAD = 120
"""Bytes that a row costs beside its content, roughly."""


class Lane(IntFlag):
    """Where a record must go. SIGNALS and DEAD are topics read in order, URGENT is `alarms.urgent`."""

    NONE = 0
    SIGNALS = 1
    URGENT = 2
    DEAD = 4


ORDERED = Lane.SIGNALS | Lane.DEAD
"""What the drain sends in the order of the rows."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A record and its place. `kept_at`: Unix seconds, when it came to the journal. `lanes`: still missing."""

    seq: int
    signal_id: str
    lanes: Lane
    key: bytes
    value: bytes
    headers: Headers
    kept_at: float

    @property
    def size(self) -> int:
        """Bytes that count against the journal's limit."""
        return len(self.key) + len(self.value) + sum(len(k) + len(v) for k, v in self.headers) + ROW_OVERHEAD

    @property
    def packed_headers(self) -> bytes:
        """Headers as JSON; Latin-1 keeps every byte."""
        return orjson.dumps([[name, value.decode("latin-1")] for name, value in self.headers])

    @property
    def checksum(self) -> int:
        """CRC-32 of what must arrive unchanged: SQLite itself does not notice a flipped bit in a value."""
        return checksum(self.signal_id, self.key, self.value, self.packed_headers)


def checksum(signal_id: str, key: bytes, value: bytes, packed_headers: bytes) -> int:
    """CRC-32 over all four, each preceded by its length."""
    found = 0
    for part in (signal_id.encode(), key, value, packed_headers):
        found = zlib.crc32(part, zlib.crc32(len(part).to_bytes(8, "big"), found))
    return found


def unpack_headers(packed: bytes) -> Headers:
    """The inverse of `packed_headers`."""
    return [(name, value.encode("latin-1")) for name, value in orjson.loads(packed)]
