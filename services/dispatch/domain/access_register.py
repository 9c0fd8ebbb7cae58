"""The access register: which doors write down who saw what, and how the entries hang together. No database here.

Each entry's hash covers the hash before it, its position, its moment and its text (canonical JSON): none can be
changed, taken out or put between others without every later one telling.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Seen(StrEnum):
    """What was shown or taken away."""

    CARD = "card"
    CARDS = "cards"
    LIVE = "live"
    """The stream: everything of the room, or one unit's part, from here on."""
    MISSIONS = "missions"
    LOG = "log"
    LOG_EXPORT = "log_export"
    SHIFT = "shift"
    """The hand-over's summary, which is printed."""
    BROADCASTS = "broadcasts"
    PROTECTED_ADDRESSES = "protected_addresses"
    ATTACHMENT = "attachment"
    WORK_ORDERS = "work_orders"
    UNITS = "units"
    SIGNALS = "signals"
    REVOCATIONS = "revocations"
    REVOCATION = "revocation"
    """Not shown but ordered: an access taken back or given back, and why."""
    REGISTER = "register"
    LEGAL_HOLDS = "legal_holds"
    LEGAL_HOLD = "legal_hold"
    """Not shown but ordered: what an incident holds is kept, or no longer, and why."""
    RETENTION = "retention"
    """Not shown but destroyed: the record of what went, and when."""


SHOWN: dict[str, Seen] = {
    "GET /v1/incidents": Seen.CARDS,
    "GET /v1/incidents/{incident_id}": Seen.CARD,
    "GET /v1/incidents/{incident_id}/duplicates": Seen.CARD,
    "GET /v1/stream": Seen.LIVE,
    "GET /v1/assignments": Seen.MISSIONS,
    "GET /v1/log": Seen.LOG,
    "GET /v1/log.csv": Seen.LOG_EXPORT,
    "GET /v1/shift-summary": Seen.SHIFT,
    "GET /v1/broadcasts": Seen.BROADCASTS,
    "GET /v1/protected-addresses": Seen.PROTECTED_ADDRESSES,
    "GET /v1/attachments/{attachment_id}": Seen.ATTACHMENT,
    "GET /v1/work-orders": Seen.WORK_ORDERS,
    "GET /v1/units": Seen.UNITS,
    "GET /v1/signals": Seen.SIGNALS,
    "GET /v1/signals/{signal_id}": Seen.SIGNALS,
    "GET /v1/kiosk-calls": Seen.SIGNALS,
    "GET /v1/revocations": Seen.REVOCATIONS,
    "GET /v1/access-register": Seen.REGISTER,
    "GET /v1/legal-holds": Seen.LEGAL_HOLDS,
}
"""Every door that shows something about people, by method and path as declared. A test names one that is missing."""
NOTHING_PERSONAL = frozenset(
    {
        "GET /v1/alarm-load",
        "GET /v1/coverage",
        "GET /v1/doors",
        "GET /v1/incidents/{incident_id}/cameras",
        "GET /v1/incidents/{incident_id}/recommendation",
        "GET /v1/map/{centre}.json",
        "GET /v1/move-ups",
        "GET /v1/packs",
        "GET /v1/packs/{centre}",
        "GET /v1/positions/traccar",
        "GET /v1/roster",
        "GET /v1/session",
        "GET /v1/session/begin",
        "GET /v1/session/callback",
        "GET /v1/silences",
        "GET /v1/streets",
        "GET /v1/street-changes",
        "GET /v1/system",
        "GET /v1/tiles/{centre}.pmtiles",
    }
)
"""Doors whose reading is not written down: places, plans and figures."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Who saw what. `asked`: the filter; `reason`: what he said it was for."""

    what: Seen
    actor: str
    role: str | None = None
    own: str | None = None
    object: str | None = None
    asked: Mapping[str, Any] | None = None
    reason: str | None = None

    def text(self) -> str:
        """Canonical JSON, of which the hash is made; what PostgreSQL cannot hold is shown as a replacement mark."""
        told = {name: getattr(self, name) for name in ("what", "actor", "role", "own", "object", "asked", "reason")}
        held = {name: _storable(value) for name, value in told.items() if value is not None}
        return json.dumps(held, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _storable(value: Any) -> Any:
    """Without NUL and half characters, which jsonb refuses: they come in addresses that somebody made up."""
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
    if isinstance(value, Mapping):
        return {_storable(name): _storable(held) for name, held in value.items()}
    return value


def hash_of(before: bytes, position: int, at: datetime, text: str) -> bytes:
    """SHA-256 over the hash before and `position microseconds text`; PostgreSQL computes the same when it appends."""
    since_epoch = (at - EPOCH) // timedelta(microseconds=1)
    return hashlib.sha256(before + f"{position} {since_epoch} {text}".encode()).digest()


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the register as it stands in the database."""

    position: int
    at: datetime
    text: str
    hash_before: bytes
    hash: bytes


class Fault(StrEnum):
    """What is wrong with an entry."""

    MISSING = "missing"
    """The position before it is not there."""
    CHANGED = "changed"
    """Its text, moment or position is not the one that was hashed."""
    DETACHED = "detached"
    """It does not hang on the entry before."""
    UNSIGNED = "unsigned"
    """A record of destruction without a valid signature, or by another key than the one that was given."""
    CUT_OFF = "cut_off"
    """The register's head, or an earlier mark, knows of entries that are gone."""


@dataclass(frozen=True, slots=True)
class Found:
    """A fault at a position."""

    position: int
    fault: Fault


@dataclass
class Chain:
    """Reads the register once, in order; remembers where it is."""

    position: int = 0
    hash: bytes = b""

    def faults(self, lines: Iterable[Line]) -> Iterator[Found]:
        """Each entry that is not what was written. After a fault the chain goes on from what stands there."""
        for line in lines:
            if line.position != self.position + 1:
                yield Found(line.position, Fault.MISSING)
            elif line.hash_before != self.hash:
                yield Found(line.position, Fault.DETACHED)
            if hash_of(line.hash_before, line.position, line.at, line.text) != line.hash:
                yield Found(line.position, Fault.CHANGED)
            self.position, self.hash = line.position, line.hash

    def end(self, position: int, of: bytes) -> Iterator[Found]:
        """Compares with the head, or with a mark that was kept elsewhere, once everything up to it was read."""
        if (self.position, self.hash) != (position, of):
            yield Found(position, Fault.CUT_OFF)
