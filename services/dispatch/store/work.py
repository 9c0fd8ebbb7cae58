"""One transaction of dispatch: state, events, stream and outbox become durable together, or not at all.

Stream positions come from one row that is updated last, so that its lock makes positions follow commit order and
leaves no gap.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from psycopg import errors
from sqlalchemy import Table, Text, bindparam, cast, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from schemas.codec import encode
from schemas.topics.files import topics
from schemas.wire import Message
from services.chassis import logs, telemetry
from services.chassis.database import IDLE_LIMIT_MS, away
from services.dispatch.metrics import TRANSACTION_RETRIES
from services.dispatch.packs import Book, Library
from services.dispatch.store.pipeline import Conflict, Row, Sent, Statement, ask, tell
from services.dispatch.store.reading import read
from services.dispatch.store.tables import current_packs, outbox, stream, stream_head

log = logs.get(__name__)
CHANNEL = "vigie_stream"
SOURCE = "vigie/dispatch"
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
    put_off: list[Sent] = field(default_factory=list)
    opened: list[list[Row]] = field(default_factory=list)
    """The rows of what `run` was given to ask while the transaction began."""
    cases: dict[str, Any] = field(default_factory=dict)
    """The cases of this transaction by incident: each is loaded, changed and written once."""
    kept: set[str] = field(default_factory=set)
    hindered: bool = False
    """Somebody else held what would have been looked at: what was decided may come out otherwise a moment later."""
    trial: bool = False
    """Taken back before it is committed: it is neither logged nor counted."""

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

    async def lock_scope(self, *scopes: str) -> None:
        """Holds the advisory locks of these scopes, taken in this order, until the transaction ends."""
        await self.ask(*((SCOPE_LOCK, {"scope": scope}) for scope in scopes))

    async def ask(self, *questions: Sent) -> list[list[Row]]:
        """The rows of each; they see what was put off, which travels with them."""
        written, self.put_off = self.put_off, []
        return await ask(self.conn, *questions, after=written)

    def later(self, statement: Statement, rows: Iterable[Row]) -> None:
        """Executes it for each of the rows with the next `ask`, at the latest before the commit, in this order."""
        self.put_off += ((statement, row) for row in rows)

    async def write_down(self) -> None:
        """Executes now what was put off, for a query that must see it."""
        if self.put_off:
            written, self.put_off = self.put_off, []
            await tell(self.conn, written)

    async def collect(self) -> None:
        """Puts off all that the end of the transaction is to write, the stream's head after the rest."""
        for write in (*self.first, *self.before_commit):
            await write(self)
        self.put_off += _entries(self.entries, self.now)

    async def flush(self) -> None:
        """Writes what was collected and commits, in one round trip."""
        await self.collect()
        if self.put_off:
            self.put_off.append((_COMMIT, {}))
        await self.write_down()


def _entries(entries: list[Entry], now: datetime) -> Iterator[Sent]:
    """The head moves on first; each row finds its position from there, so that nobody waits for the answer."""
    if not entries:
        return
    yield _ADVANCE, {"by": len(entries)}
    for back, entry in zip(range(len(entries) - 1, -1, -1), entries, strict=True):
        if entry.kind:
            row = {"kind": entry.kind, "unit": entry.unit, "audience": entry.audience, "data": entry.data}
            yield _SHOW, {"back": back, "at": now} | row
        if entry.topic:
            yield _SEND, {"back": back, "topic": entry.topic} | _record(entry)
    yield _NOTIFY, {}


def _put(table: Table, *names: str) -> Statement:
    """A new row at a position so many before the head's."""
    position = select(stream_head.c.position).scalar_subquery() - bindparam("back")
    return Statement(insert(table).values(position=position, **{name: bindparam(name) for name in names}).inline())


SCOPE_LOCK = Statement(select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("scope", type_=Text), 0))))
_ADVANCE = Statement(update(stream_head).values(position=stream_head.c.position + bindparam("by")))
_SHOW, _SEND = _put(stream, "kind", "unit", "audience", "data", "at"), _put(outbox, "topic", "key", "value", "headers")
_NOTIFY, _COMMIT = Statement(text(f"NOTIFY {CHANNEL}")), Statement(text("COMMIT"))


class TooLarge(Exception):
    """A message that no broker with usual limits takes: in the outbox it would hold up all others for good."""

    def __init__(self, topic: str, key: str, size: int, largest: int) -> None:
        super().__init__(f"{topic} {key}: {size} bytes, at most {largest}")


def _record(entry: Entry) -> dict[str, Any]:
    if entry.message is None:
        return {"key": entry.tombstone, "value": None, "headers": []}
    key, value, headers = encode(entry.message, SOURCE)
    topic = topics()[entry.topic or ""]
    if len(value) > topic.largest_bytes:
        raise TooLarge(topic.topic, entry.message.event_key, len(value), topic.largest_bytes)
    traced = telemetry.inject(headers)
    return {"key": key, "value": value, "headers": [[name, content.decode()] for name, content in traced]}


_IN_FORCE = func.jsonb_object_agg(current_packs.c.centre, current_packs.c.version)
# Whoever was thrown out though it runs is on a machine that is short of processors: with the same limit it would be
# thrown out again, and its work done again, for ever. A process that was stopped is so in its first attempt.
# The name is for `stopped_holders`, which cannot see the limit.
_LONGER = text(
    """SELECT set_config('idle_in_transaction_session_timeout', :limit, true),
    set_config('application_name', current_setting('application_name') || :attempt, true)"""
)
_BEGIN = Statement(
    select(
        func.clock_timestamp().label("now"),
        select(func.coalesce(_IN_FORCE, cast(text("'{}'"), JSONB))).scalar_subquery().label("packs"),
    )
)


async def run(
    engine: AsyncEngine, library: Library, act: Callable[[Work], Awaitable[T]], opening: Sequence[Sent] = ()
) -> T:
    """Runs `act` in one transaction and commits, again from the start where a lock, a race or a restart interferes.

    `opening` is asked on the trip that begins it (`Work.opened`). What `act` raises otherwise rolls back and is raised.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            async with engine.begin() as conn:
                if attempt > 1:
                    longer = {"limit": f"{IDLE_LIMIT_MS * attempt}ms", "attempt": f" attempt {attempt}"}
                    await conn.execute(_LONGER, longer)
                work = await _begun(conn, library, opening)
                result = await act(work)
                await work.flush()
            return result
        except (Conflict, DBAPIError) as error:
            if attempt == ATTEMPTS or not _passing(error):
                raise
            cause = getattr(error, "orig", None) or error
            TRANSACTION_RETRIES.labels(type(cause).__name__).inc()
            log.info("transaction_again", attempt=attempt, error=type(cause).__name__)
            await asyncio.sleep(_pause_s(error) * attempt)
    raise AssertionError("unreachable: the last attempt returns or raises")


async def look(engine: AsyncEngine, library: Library, act: Callable[[Work], Awaitable[T]]) -> T:
    """What `act` sees of one moment, without locks: nothing it collects is written. Raises what it raises."""

    async def within(conn: AsyncConnection) -> T:
        return await act(await _begun(conn, library))

    return await read(engine, within, snapshot=True)


async def _begun(conn: AsyncConnection, library: Library, opening: Sequence[Sent] = ()) -> Work:
    [[begun], *opened] = await ask(conn, (_BEGIN, {}), *opening)
    return Work(conn, begun["now"], library, begun["packs"], opened=opened)


def _passing(error: Exception) -> bool:
    raced = isinstance(getattr(error, "orig", None), errors.UniqueViolation)
    return raced or isinstance(error, Conflict) or away(error)


def _pause_s(error: Exception) -> float:
    """Short where somebody else held a lock or was first; long where PostgreSQL must come up again."""
    state = getattr(getattr(error, "orig", None), "sqlstate", None) or ""
    return BACK_OFF_S if isinstance(error, Conflict) or state.startswith(("23", "40", "55")) else AWAY_S
