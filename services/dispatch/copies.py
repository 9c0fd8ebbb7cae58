"""Reads the urgent lane: each record is on several partitions, and what was done for one copy was done for all.

The first copy that arrives is handled. Those after it cost no transaction: their offsets are written with the next
record's, or once nothing else arrives. Until then a process that starts anew reads them again, finds their ids on their
cards, and changes nothing.

Two processes that handle the same record at once do not throw each other out as elsewhere (`consumer`): the lock of
the record's scope lets one decide, and the other finds it decided. So offsets only grow here. That they are behind what
this process has seen means that the database has gone back, and reading goes back with it.
"""

import asyncio
from collections import OrderedDict
from typing import Any, TypeVar

from confluent_kafka import KafkaException, Message

from schemas import wire
from services.chassis import logs
from services.chassis.consumer import place
from services.chassis.database import FAULTS as DATABASE_FAULTS
from services.chassis.metrics import RESTARTS_OF_LOOPS
from services.dispatch.consumer import TopicReader
from services.dispatch.metrics import RECORDS_HANDLED
from services.dispatch.store import offsets
from services.dispatch.store.pipeline import Sent
from services.dispatch.store.work import Work

log = logs.get(__name__)
M = TypeVar("M", bound=wire.Message)
NO_PARTITION = -1
REMEMBERED = 20_000
"""Ids of records done here. A copy of an older one is looked up in its card, like one that another process has done."""


class CopiesReader(TopicReader[M]):
    """A reader that handles a record once, however many partitions it is on."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._seen: dict[int, int] = {}
        """By partition: the offset that PostgreSQL is known to hold, at least."""
        self._written: dict[int, int] = {}
        """What the transaction under way leaves there."""
        self._done: OrderedDict[str, None] = OrderedDict()

    async def _begin(self, stop: asyncio.Event) -> None:
        await super()._begin(stop)
        self._seen = dict(self._next)

    async def _handle_all(self, found: list[Message], stop: asyncio.Event) -> None:
        for message in found:
            if not await self._settle(place(message)[1], [message], stop):
                return  # reading went back on every partition: what was fetched is fetched again
        if not found and self._next != self._seen:
            try:
                await self._write_down()
            except (KafkaException, *DATABASE_FAULTS):
                RESTARTS_OF_LOOPS.labels(f"write-down-{self._topic}").inc()  # with the next record, or the next time

    async def _once(self, partition: int, messages: list[Message]) -> bool:
        events = await self._read(messages)
        fresh = [event for event in events if event.event_id not in self._done]
        if fresh or place(messages[0])[2] < self._next[partition]:
            await self._transact(partition, messages, fresh)
            self._seen |= self._written
            self._remember(fresh)
        else:
            await self._skip(partition, messages[-1])
        RECORDS_HANDLED.labels(self._topic, "copy").inc(len(events) - len(fresh))
        return True

    def _opening(self, partition: int, messages: list[Message]) -> list[Sent]:
        return [offsets.held(self._topic)]

    async def _mark(self, work: Work, partition: int, messages: list[Message]) -> None:
        first, reached = place(messages[0])[2], place(messages[-1])[2] + 1
        self._written = self._next | {partition: reached}
        ahead = self._ahead(self._written)
        if self._expected_offset(partition, messages) > first:
            del ahead[partition]
            await offsets.begin_anew(work.conn, self._topic, partition, reached)
        [rows] = work.opened
        if offsets.gone_back(rows, ahead):
            raise offsets.OffsetTaken(f"{self._topic} has gone back")

        async def write(work: Work) -> None:
            # Only now: their rows are not to be locked while a decision is made.
            for statement, row in offsets.passing(self._topic, ahead):
                work.later(statement, [row])

        work.before_commit.append(write)

    async def _skip(self, partition: int, message: Message) -> None:
        self._goes_on({partition: place(message)[2] + 1})

    async def _write_down(self) -> None:
        reached = dict(self._next)
        try:
            async with self._engine.begin() as conn:
                await offsets.pass_to(conn, self._topic, self._ahead(reached))
            self._seen = reached
        except offsets.OffsetTaken:
            await self._seek(NO_PARTITION, [])

    def _ahead(self, reached: dict[int, int]) -> dict[int, tuple[int, int]]:
        return {number: (self._seen[number], to) for number, to in reached.items() if to != self._seen[number]}

    async def _seek(self, partition: int, messages: list[Message]) -> bool:
        """The database has gone back: so does reading, on every partition, and nothing counts as done."""
        log.error("database_went_back", topic=self._topic)
        held = await self._where_the_database_is(list(self._next))
        self._goes_on(held)
        self._seen = dict(held)
        self._done.clear()
        return False

    def _remember(self, done: list[M]) -> None:
        self._done |= dict.fromkeys(event.event_id for event in done)
        while len(self._done) > REMEMBERED:
            self._done.popitem(last=False)
