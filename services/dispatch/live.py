"""The live stream of one process: one listener on PostgreSQL, many consoles and tablets.

Positions follow commit order and have no gap, so a client that names the last position it saw misses nothing.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import psycopg
from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas.vocabulary.signals import SYNTHETIC_DEVICE
from services.chassis import logs
from services.chassis.database import FAULTS
from services.chassis.health import Health, State
from services.chassis.metrics import RESTARTS_OF_LOOPS
from services.dispatch.badges import Shown as Badge
from services.dispatch.domain.access import Sight
from services.dispatch.domain.revoking import Revoked
from services.dispatch.metrics import STREAM_CLIENTS, STREAM_CUT_OFF
from services.dispatch.store.reading import rows
from services.dispatch.store.tables import stream, stream_head
from services.dispatch.store.work import CHANNEL

log = logs.get(__name__)
QUEUE = 2000
PAGE = 1000
HEARTBEAT_S = 1.0
CHECK_S = 1.0
PAUSE_S = 0.2


@dataclass(frozen=True, slots=True)
class Shown:
    """One stream row, encoded once for all clients."""

    position: int
    kind: str
    unit: str | None
    audience: frozenset[str]
    text: str


@dataclass(eq=False)
class Client:
    """A connected console (sees everything), tablet or crew."""

    sight: Sight
    badge: Badge | None = None
    """Whose it is, where people are asked who they are."""
    queue: asyncio.Queue[Shown | None] = field(default_factory=lambda: asyncio.Queue(QUEUE))

    def wants(self, shown: Shown) -> bool:
        """True if the row is for this client."""
        return self.sight.shows(shown.kind, shown.unit, shown.audience)

    def cut_off(self) -> None:
        """Ends its stream after what it has got: it comes back with that position and loses nothing."""
        while not self.queue.empty():
            self.queue.get_nowait()
        self.queue.put_nowait(None)


class Live:
    """Follows the stream table and hands each row to the clients it concerns."""

    def __init__(self, engine: AsyncEngine, database_url: str, health: Health) -> None:
        self._engine, self._url, self._health = engine, database_url, health
        self._clients: set[Client] = set()
        self._position = 0
        self._stopping = False
        self.on_news: list[Any] = []
        self.on_kind: dict[str, Any] = {}
        """Told when a row of that kind comes by, written by this process or another."""

    async def run(self, stop: asyncio.Event) -> None:
        """Listens until `stop`, anew after each loss of PostgreSQL; ends all clients then."""
        self._position = await self._head_when_up(stop)
        watcher = asyncio.create_task(self._end_with(stop))
        while not stop.is_set():
            try:
                await self._listen(stop)
            except (psycopg.Error, *FAULTS) as error:
                RESTARTS_OF_LOOPS.labels("live").inc()
                self._health.set("live", State.DEGRADED, "PostgreSQL does not answer")
                log.warning("live_waits", error=type(error).__name__)
                await asyncio.sleep(PAUSE_S)
        await watcher

    async def follow(self, sight: Sight, after: int, badge: Badge | None = None) -> AsyncGenerator[str, None]:
        """SSE text after position `after`: first what is stored, then live, a heartbeat each second."""
        client = Client(sight, badge)
        self._clients.add(client)
        STREAM_CLIENTS.set(len(self._clients))
        try:
            last = after
            async for shown in self._stored(sight, after):
                last = shown.position
                yield shown.text
            while not self._stopping:
                try:
                    next_one = await asyncio.wait_for(client.queue.get(), HEARTBEAT_S)
                except TimeoutError:
                    if not client.queue.empty():
                        continue  # what is queued comes first: the heartbeat's position claims that it was seen
                    yield _heartbeat(max(last, self._position))
                    continue
                if next_one is None:
                    return
                if next_one.position > last:
                    last = next_one.position
                    yield next_one.text
        finally:
            self._clients.discard(client)
            STREAM_CLIENTS.set(len(self._clients))

    def end_revoked(self, revoked: Revoked) -> None:
        """Ends the streams of those whose badges count no longer; the door tells them why when they come back."""
        for client in list(self._clients):
            if client.badge is not None and revoked.meets(client.badge.person, client.badge.issued_at):
                self._clients.discard(client)
                client.cut_off()

    async def head(self) -> int:
        """The newest position."""
        found = await rows(self._engine, select(stream_head.c.position))
        return int(found[0]["position"]) if found else 0

    async def oldest(self) -> int:
        """The oldest position still held; the next one if none is."""
        [found] = await rows(self._engine, select(func.min(stream.c.position).label("first")))
        return int(found["first"]) if found["first"] is not None else await self.head() + 1

    async def _listen(self, stop: asyncio.Event) -> None:
        url = self._url.replace("postgresql+psycopg://", "postgresql://")
        async with await psycopg.AsyncConnection.connect(url, autocommit=True, connect_timeout=5) as conn:
            await conn.execute(f"LISTEN {CHANNEL}")
            self._health.set("live", State.READY)
            await self._catch_up()
            while not stop.is_set():
                # A look now and then, also without news: a connection may be dead without saying so.
                async for _ in conn.notifies(timeout=CHECK_S, stop_after=1):
                    break
                await self._catch_up()

    async def _catch_up(self) -> None:
        while True:
            page = await self._page(None, self._position)
            for shown in page:
                self._position = shown.position
                self._hand_out(shown)
            for kind in {shown.kind for shown in page} & self.on_kind.keys():
                self.on_kind[kind]()
            for told in self.on_news:
                told()
            if len(page) < PAGE:
                return

    def _hand_out(self, shown: Shown) -> None:
        for client in list(self._clients):
            if not client.wants(shown):
                continue
            try:
                client.queue.put_nowait(shown)
            except asyncio.QueueFull:
                STREAM_CUT_OFF.inc()
                self._clients.discard(client)
                client.cut_off()

    async def _stored(self, sight: Sight, after: int) -> AsyncIterator[Shown]:
        while True:
            page = await self._page(sight, after)
            for shown in page:
                after = shown.position
                yield shown
            if len(page) < PAGE:
                return

    async def _page(self, sight: Sight | None, after: int) -> list[Shown]:
        """The next rows that these eyes see; None: all there are."""
        query = select(stream).where(stream.c.position > after).order_by(stream.c.position).limit(PAGE)
        return [_shown(row) for row in await rows(self._engine, query if sight is None else _seen(query, sight))]

    async def _head_when_up(self, stop: asyncio.Event) -> int:
        while not stop.is_set():
            try:
                return await self.head()
            except FAULTS:
                await asyncio.sleep(PAUSE_S)
        return 0

    async def _end_with(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._stopping = True
        for client in list(self._clients):
            client.cut_off()


def _seen(query: Select[Any], sight: Sight) -> Select[Any]:
    """The same choice as `Sight.shows`, in SQL."""
    chosen = []
    if sight.unit is not None:
        chosen += [stream.c.unit == sight.unit, stream.c.audience.contains([sight.unit])]
    if sight.kinds is not None:
        chosen.append(stream.c.kind.in_(sight.kinds))
    return query.where(or_(*chosen) if chosen else stream.c.unit.is_distinct_from(SYNTHETIC_DEVICE))


def _heartbeat(position: int) -> str:
    """Everything up to `position` was seen; `at` lets a client know how wrong its own clock is."""
    data = {"position": position, "at": datetime.now(UTC).isoformat()}
    return f"event: heartbeat\ndata: {json.dumps(data)}\n\n"


def _shown(row: Any) -> Shown:
    data = row["data"] | {"position": row["position"], "at": row["at"].isoformat()}
    text = f"id: {row['position']}\nevent: {row['kind']}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
    return Shown(row["position"], row["kind"], row["unit"], frozenset(row["audience"] or ()), text)
