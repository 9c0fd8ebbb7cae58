"""Reads topics with offsets kept in PostgreSQL: each record's effect and its offset are one transaction.

Partitions are assigned by hand: there is no group and nothing to rebalance. Two dispatch processes may read the
same partitions; the one that advances the offset first has handled the record, the other follows a moment behind it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from functools import partial
from typing import Any, Generic, TypeVar

from confluent_kafka import Consumer, KafkaException, Message, TopicPartition
from opentelemetry import trace
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas import wire
from schemas.codec import Undecodable, decode
from schemas.codec import encode as encode_event
from schemas.dead_letters import dead_letter
from services.chassis import fault_points, logs, telemetry
from services.chassis.clock import Clock
from services.chassis.consumer import GROUP_DEFAULTS, headers_of, place, readable, take
from services.chassis.database import FAULTS as DATABASE_FAULTS
from services.chassis.database import away
from services.chassis.dead_letter import DeadLetters
from services.chassis.health import Health, State
from services.chassis.lag import Lag
from services.chassis.metrics import RESTARTS_OF_LOOPS
from services.chassis.producer import DeliveryFailed
from services.dispatch.metrics import RECORDS_HANDLED
from services.dispatch.packs import Library
from services.dispatch.right_of_way import Turn
from services.dispatch.store import offsets
from services.dispatch.store.pipeline import Conflict, Sent
from services.dispatch.store.work import Work, run

log = logs.get(__name__)
M = TypeVar("M", bound=wire.Message)
Handle = Callable[[Work, list[M]], Awaitable[None]]
Step = Callable[[int, list[Message]], Awaitable[bool]]
PAUSE_S = 0.2
BEHIND_S = 0.25
"""So long nobody reads on where the process that was faster dies at once."""
TRIES_BEFORE_DEAD = 5
RAW_KEPT = 600_000
"""Bytes of a record that its dead letter holds: base64 makes 800 kB of them, and a record may have 1 MB."""


class TopicReader(Generic[M]):
    """One topic, one thread that polls, one task that handles. `batch` records share a transaction."""

    def __init__(
        self,
        config: dict[str, Any],
        topic: str,
        expected: type[M],
        handle: Handle[M],
        engine: AsyncEngine,
        library: Library,
        dead: DeadLetters,
        clock: Clock,
        health: Health,
        *,
        turn: Turn = nullcontext,
        batch: int = 1,
    ) -> None:
        settings = {**GROUP_DEFAULTS, **config, "group.id": "dispatch"}
        settings.pop("partition.assignment.strategy")
        self._consumer = Consumer(settings)
        self._lag = Lag(settings, [topic])
        self._topic, self._expected, self._handle = topic, expected, handle
        self._engine, self._library, self._dead, self._clock = engine, library, dead, clock
        self._health, self._batch, self._turn = health, batch, turn
        self._next: dict[int, int] = {}
        self._poller = ThreadPoolExecutor(1, thread_name_prefix=f"read-{topic}")

    async def run(self, stop: asyncio.Event) -> None:
        """Reads until `stop`. While PostgreSQL or Kafka is away it tries again; nothing is skipped."""
        loop = asyncio.get_running_loop()
        try:
            await self._begin(stop)
            while not stop.is_set():
                found = await loop.run_in_executor(self._poller, self._poll)
                await self._handle_all(found, stop)
        finally:
            self._lag.close()
            await loop.run_in_executor(self._poller, self._consumer.close)
            self._poller.shutdown()

    def _poll(self) -> list[Message]:
        found = readable(take(self._consumer, 200, 0.1))
        if not found:
            self._lag.nothing_in_hand(self._consumer)
        return found

    async def _begin(self, stop: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        check = f"reads {self._topic}"
        while not stop.is_set():
            try:
                numbers = await loop.run_in_executor(self._poller, self._partitions)
                async with self._engine.begin() as conn:
                    self._goes_on(await offsets.load(conn, self._topic, numbers))
                break
            except (KafkaException, *DATABASE_FAULTS, LookupError) as error:
                RESTARTS_OF_LOOPS.labels(f"begin-{self._topic}").inc()
                self._health.set(check, State.WAITING, str(error)[:200])
                await asyncio.sleep(PAUSE_S)
        log.info("reader_begins", topic=self._topic, partitions=len(self._next))
        self._health.set(check, State.READY)
        self._consumer.assign([TopicPartition(self._topic, n, o) for n, o in self._next.items()])

    def _partitions(self) -> list[int]:
        found = sorted(self._consumer.list_topics(self._topic, timeout=5).topics[self._topic].partitions)
        if not found:
            raise LookupError(f"topic {self._topic} does not exist")
        return found

    async def _handle_all(self, found: list[Message], stop: asyncio.Event) -> None:
        by_partition: dict[int, list[Message]] = {}
        for message in found:
            by_partition.setdefault(place(message)[1], []).append(message)
        for partition, messages in by_partition.items():
            for start in range(0, len(messages), self._batch):
                if not await self._settle(partition, messages[start : start + self._batch], stop):
                    break

    async def _settle(self, partition: int, messages: list[Message], stop: asyncio.Event) -> bool:
        """Handles one chunk until it is done; False if another process took it and reading went on from there.

        While PostgreSQL or Kafka is away it tries again, however long. What fails for itself is tried five times;
        then the others of its chunk go on without it, and it is kept aside with its reason.
        """
        step: Step = self._once
        failures = 0
        while not stop.is_set():
            try:
                go_on = await step(partition, messages)
                self._health.set(f"reads {self._topic}", State.READY)
                return go_on
            except offsets.OffsetTaken:
                step = self._seek
            except Exception as error:  # noqa: BLE001 (whatever it is: tried again, then kept aside, never passed over)
                with telemetry.of_record(headers_of(messages[0])):
                    failures += self._counts(error)
                if failures and len(messages) > 1:
                    return await self._one_by_one(partition, messages, stop)
                if failures >= TRIES_BEFORE_DEAD:
                    step = partial(self._set_aside, f"{type(error).__name__} while handling")
                await asyncio.sleep(PAUSE_S)
        return False

    def _counts(self, error: Exception) -> bool:
        """True if the record itself seems to be the cause; says what is waited for otherwise."""
        if not isinstance(error, DeliveryFailed | Conflict) and not away(error):
            log.exception("handling_failed", topic=self._topic)
            return True
        RESTARTS_OF_LOOPS.labels(f"handle-{self._topic}").inc()
        log.warning("reader_waits", topic=self._topic, error=type(error).__name__)
        self._health.set(f"reads {self._topic}", State.DEGRADED, "waits for PostgreSQL or Kafka")
        return False

    async def _one_by_one(self, partition: int, messages: list[Message], stop: asyncio.Event) -> bool:
        for message in messages:
            if not await self._settle(partition, [message], stop):
                return False
        return True

    async def _set_aside(self, reason: str, partition: int, messages: list[Message]) -> bool:
        await self._bury(messages[0], reason)
        await self._skip(partition, messages[0])
        return True

    async def _once(self, partition: int, messages: list[Message]) -> bool:
        await self._transact(partition, messages, await self._read(messages))
        return True

    async def _read(self, messages: list[Message]) -> list[M]:
        """What can be read of them; the rest is kept aside."""
        events: list[M] = []
        for message in messages:
            try:
                events.append(decode(message.value(), headers_of(message), [self._expected]))
            except Undecodable as error:
                await self._bury(message, error.reason)
        return events

    async def _transact(self, partition: int, messages: list[Message], events: list[M]) -> None:
        context, links = telemetry.of_batch([headers_of(message) for message in messages])
        kind = trace.SpanKind.CONSUMER
        attributes: dict[str, str | int] = {
            "messaging.destination.name": self._topic,
            "messaging.batch.message_count": len(messages),
        }
        name = f"dispatch.{self._topic}"
        opening = self._opening(partition, messages)
        with telemetry.span(name, context, kind, attributes, links):

            async def act(work: Work) -> None:
                await self._mark(work, partition, messages)
                fault_points.point(f"{self._topic}.before_effect")
                if events:
                    await self._handle(work, events)
                fault_points.point(f"{self._topic}.before_commit")

            async with self._turn():
                await run(self._engine, self._library, act, opening)
            fault_points.point(f"{self._topic}.after_commit")
        self._goes_on({partition: place(messages[-1])[2] + 1})
        RECORDS_HANDLED.labels(self._topic, "handled").inc(len(events))

    def _opening(self, partition: int, messages: list[Message]) -> list[Sent]:
        """Says in the transaction of the effect how far reading has come, as its first statement."""
        expected, last = self._expected_offset(partition, messages), place(messages[-1])[2]
        return [offsets.advancing(self._topic, partition, expected, last + 1)]

    async def _mark(self, work: Work, partition: int, messages: list[Message]) -> None:
        """What the opening gave. Raises OffsetTaken if another process was faster."""
        [rows] = work.opened
        offsets.settled(rows, self._topic, partition)

    def _expected_offset(self, partition: int, messages: list[Message]) -> int:
        first = place(messages[0])[2]
        if first < self._next[partition]:
            log.error("topic_began_anew", topic=self._topic, partition=partition, offset=first)
        return self._next[partition]

    async def _bury(self, message: Message, reason: str) -> None:
        topic, partition, offset = place(message)
        raw = message.value() or b""
        letter = dead_letter(
            topic=topic,
            partition=partition,
            offset=offset,
            reader="dispatch",
            reason=reason if len(raw) <= RAW_KEPT else f"{reason}; kept are {RAW_KEPT} of {len(raw)} bytes",
            raw=raw[:RAW_KEPT],
            raw_key=message.key(),
            headers=headers_of(message),
            at=self._clock.now(),
        )
        key, value, headers = encode_event(letter, "vigie/dispatch")
        traced = [*headers, *telemetry.passed_on(headers_of(message))]
        sent = self._dead.put(f"{topic}.dead", message.key() or key, value, traced, reason=reason)
        await asyncio.wrap_future(sent)
        RECORDS_HANDLED.labels(self._topic, "dead").inc()

    async def _skip(self, partition: int, message: Message) -> None:
        async def act(work: Work) -> None:
            after = place(message)[2] + 1
            await offsets.advance(work.conn, self._topic, partition, self._next[partition], after)

        await run(self._engine, self._library, act)
        self._goes_on({partition: place(message)[2] + 1})

    async def _seek(self, partition: int, messages: list[Message]) -> bool:
        """Another process has handled these: reading goes on from where it is, a moment behind it.

        Without that moment both would try every record, and one of them in vain each time.
        """
        RECORDS_HANDLED.labels(self._topic, "taken").inc(len(messages))
        await asyncio.sleep(BEHIND_S)
        self._goes_on(await self._where_the_database_is([partition]))
        return False

    def _goes_on(self, following: dict[int, int]) -> None:
        """From these offsets of these partitions."""
        self._next |= following
        for partition, offset in following.items():
            self._lag.reached(self._topic, partition, offset)

    async def _where_the_database_is(self, partitions: list[int]) -> dict[int, int]:
        """Reading goes on from the stored offsets of these partitions, which are given."""
        async with self._engine.begin() as conn:
            held = await offsets.load(conn, self._topic, partitions)
        loop = asyncio.get_running_loop()
        for number, offset in held.items():
            target = TopicPartition(self._topic, number, offset)
            await loop.run_in_executor(self._poller, self._consumer.seek, target)
        return held
