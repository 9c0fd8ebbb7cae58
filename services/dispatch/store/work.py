"""One transaction of dispatch: state, events, stream and outbox become durable together, or not at all.

Stream positions come from one row that is updated last, so that its lock makes positions follow commit order and
leaves no gap.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import psycopg
from psycopg import errors
from sqlalchemy import Text, cast, func, insert, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from schemas.codec import encode
from schemas.wire import Message
from services.chassis import logs, telemetry
from services.chassis.database import away
from services.dispatch.metrics import TRANSACTION_RETRIES
from services.dispatch.packs import Book, Library
from services.dispatch.store.reading import read
from services.dispatch.store.tables import current_packs, outbox, stream, stream_head

log = logs.get(__name__)
CHANNEL = "vigie_stream"
SOURCE = "vigie/dispatch"
LARGEST = 900_000
"""Bytes of one message: brokers and producers take 1 MB with key and headers unless told otherwise."""
ATTEMPTS = 8
BACK_OFF_S = 0.005
AWAY_S = 0.05
"""Seven growing pauses make 1.4 s: as long as PostgreSQL needs to come up again after a crash, with some to spare."""
T = TypeVar("T")
Flush = Callable[["Work"], Awaitable[None]]


@dataclass
class Entry:
    """Something that others must learn: on the live stream (`kind`), on a topic (`topic`), or both."""

    kind: str | None = None
    data: dict[str, Any] | None = None
    unit: str | None = None
    audience: list[str] | None = None
    topic: str | None = None
    message: Message | None = None
    tombstone: bytes | None = None


@dataclass
class Work:
    """What happens within one transaction. `now` is PostgreSQL's clock at its start, `packs` what is in force then."""

    conn: AsyncConnection
    now: datetime
    library: Library
    packs: dict[str, str] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    first: list[Flush] = field(default_factory=list)
    """Written before everything else: what ends in one case frees a unit for another."""
    before_commit: list[Flush] = field(default_factory=list)
    cases: dict[str, Any] = field(default_factory=dict)
    """The cases of this transaction by incident: each is loaded, changed and written once."""
    kept: set[str] = field(default_factory=set)
    hindered: bool = False
    """Somebody else held what would have been looked at: what was decided may come out otherwise a moment later."""

    async def book(self, centre: str) -> Book | None:
        """The pack in force for a centre, None before its first one."""
        version = self.packs.get(centre)
        return await self.library.version(self.conn, centre, version) if version else None

    def show(
        self, kind: str, data: dict[str, Any], unit: str | None = None, *, audience: list[str] | None = None
    ) -> None:
        """Puts a change on the live stream, for the consoles and the tablet of `unit`, or those of an `audience`."""
        self.entries.append(Entry(kind=kind, data=data, unit=unit, audience=audience))

    def publish(self, topic: str, message: Message) -> None:
        """Puts a message into the outbox."""
        self.entries.append(Entry(topic=topic, message=message))

    def retract(self, topic: str, key: bytes) -> None:
        """Puts a tombstone for `key` into the outbox."""
        self.entries.append(Entry(topic=topic, tombstone=key))

    async def lock_scope(self, scope: str) -> None:
        """Holds the advisory lock of `scope` until the transaction ends."""
        await self.conn.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(scope, 0))))

    async def flush(self) -> None:
        """Writes what was collected, the stream's head last."""
        for write in (*self.first, *self.before_commit):
            await write(self)
        if self.entries:
            await _write_entries(self.conn, self.entries, self.now)


async def _write_entries(conn: AsyncConnection, entries: list[Entry], now: datetime) -> None:
    advance = update(stream_head).values(position=stream_head.c.position + len(entries))
    told = func.pg_notify(CHANNEL, cast(stream_head.c.position, Text))
    last = (await conn.execute(advance.returning(stream_head.c.position, told))).scalar_one()
    shown, sent = [], []
    for position, entry in enumerate(entries, start=last - len(entries) + 1):
        if entry.kind:
            row = {"kind": entry.kind, "unit": entry.unit, "audience": entry.audience, "data": entry.data}
            shown.append({"position": position, "at": now} | row)
        if entry.topic:
            sent.append({"position": position, "topic": entry.topic} | _record(entry))
    async with together(conn):
        if shown:
            await conn.execute(insert(stream), shown)
        if sent:
            await conn.execute(insert(outbox), sent)


class TooLarge(Exception):
    """A message that no broker with usual limits takes: in the outbox it would hold up all others for good."""

    def __init__(self, topic: str, key: str, size: int) -> None:
        super().__init__(f"{topic} {key}: {size} bytes, at most {LARGEST}")


def _record(entry: Entry) -> dict[str, Any]:
    if entry.message is None:
        return {"key": entry.tombstone, "value": None, "headers": []}
    key, value, headers = encode(entry.message, SOURCE)
    if len(value) > LARGEST:
        raise TooLarge(entry.topic or "", entry.message.event_key, len(value))
    traced = telemetry.inject(headers)
    return {"key": key, "value": value, "headers": [[name, content.decode()] for name, content in traced]}


@asynccontextmanager
async def together(conn: AsyncConnection) -> AsyncIterator[None]:
    """Sends the statements within, whose answers nobody reads, in one round trip (libpq's pipeline mode).

    Their errors come at the end, as SQLAlchemy would have raised them.
    """
    raw = (await conn.get_raw_connection()).driver_connection
    if raw is None:
        raise Conflict("the connection was lost")
    try:
        async with raw.pipeline():
            yield
    except psycopg.Error as error:
        raise DBAPIError.instance("statements sent together", None, error, psycopg.Error) from error


class Conflict(Exception):
    """Somebody else changed what this transaction rests on; it is run again from the start."""


_IN_FORCE = func.jsonb_object_agg(current_packs.c.centre, current_packs.c.version)
_BEGIN = select(func.clock_timestamp(), select(func.coalesce(_IN_FORCE, cast({}, JSONB))).scalar_subquery())


async def run(engine: AsyncEngine, library: Library, act: Callable[[Work], Awaitable[T]]) -> T:
    """Runs `act` in one transaction and commits, again from the start where a lock, a race or a restart interferes.

    What `act` raises otherwise rolls back and is raised.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            async with engine.begin() as conn:
                now, packs = (await conn.execute(_BEGIN)).one()
                work = Work(conn, now, library, packs)
                result = await act(work)
                await work.flush()
            return result
        except (Conflict, DBAPIError) as error:
            if attempt == ATTEMPTS or not _passing(error):
                raise
            TRANSACTION_RETRIES.labels(type(getattr(error, "orig", None) or error).__name__).inc()
            log.info("transaction_again", attempt=attempt, reason=type(error).__name__)
            await asyncio.sleep(_pause_s(error) * attempt)
    raise AssertionError("unreachable: the last attempt returns or raises")


async def look(engine: AsyncEngine, library: Library, act: Callable[[Work], Awaitable[T]]) -> T:
    """What `act` sees of one moment, without locks: nothing it collects is written. Raises what it raises."""

    async def within(conn: AsyncConnection) -> T:
        now, packs = (await conn.execute(_BEGIN)).one()
        return await act(Work(conn, now, library, packs))

    return await read(engine, within, snapshot=True)


def _passing(error: Exception) -> bool:
    raced = isinstance(getattr(error, "orig", None), errors.UniqueViolation)
    return raced or isinstance(error, Conflict) or away(error)


def _pause_s(error: Exception) -> float:
    """Short where somebody else held a lock or was first; long where PostgreSQL must come up again."""
    state = getattr(getattr(error, "orig", None), "sqlstate", None) or ""
    return BACK_OFF_S if isinstance(error, Conflict) or state.startswith(("23", "40", "55")) else AWAY_S
