"""Ingest and screening as the watch meets them, step by step; dispatch's own reader of outcomes really runs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from confluent_kafka import Consumer, Producer, TopicPartition
from sqlalchemy import select

from schemas.codec import encode
from schemas.messages.signal import Signal, SignalOutcome
from schemas.vocabulary.signals import Outcome, ScreeningReason
from schemas.wire import Message
from services.chassis.clock import SystemClock
from services.chassis.dead_letter import DeadLetters
from services.chassis.producer import Producer as ChassisProducer
from services.dispatch.actions import outcomes
from services.dispatch.consumer import TopicReader
from services.dispatch.store import tables
from services.dispatch.store.work import Work
from services.dispatch.watch.reconciler import OFFSETS
from services.dispatch.watch.signals_tail import SCREENING_GROUP
from services.dispatch.watch.system_watch import SystemWatch
from tests.flow.dispatch.builders import outcome
from tests.flow.dispatch.world import World, until


@dataclass
class TriageByHand:
    """`now`: the watch's clock, which a test drives."""

    world: World
    kafka: str
    now: float = 1000.0
    ends: dict[int, int] = field(default_factory=dict)

    def watch(self) -> SystemWatch:
        """A watch as a dispatch process has it; a second one is a restart."""
        settings = self.world.settings.model_copy(update={"kafka_bootstrap_servers": self.kafka})
        return SystemWatch(self.world.engine, self.world.library, settings, self.world.health, lambda: self.now)

    def acknowledge(self, *signals: Signal) -> None:
        """Ingest has them in Kafka."""
        for signal in signals:
            partition, offset = self._write("signals", signal)
            self.ends[partition] = offset + 1

    def screen(self) -> None:
        """Screening has read everything, whether or not it said anything."""
        self.commit(self.ends)

    def screen_one(self) -> None:
        """Screening has read one more signal of each partition that has any left."""
        self.commit({partition: min(1 + self._passed(partition), end) for partition, end in self.ends.items()})

    def commit(self, upto: dict[int, int]) -> None:
        """Screening has read up to these offsets."""
        group = Consumer({"bootstrap.servers": self.kafka, "group.id": SCREENING_GROUP})
        group.commit(offsets=[TopicPartition("signals", n, o) for n, o in upto.items()], asynchronous=False)
        group.close()

    def decide(self, *signals: Signal, what: Outcome = Outcome.SUPERVISION) -> None:
        """Screening's outcomes, as records."""
        reason = ScreeningReason.NEW if what is Outcome.ALARM else ScreeningReason.HEARTBEAT
        for signal in signals:
            self._write("signal.outcomes", outcome(signal, what, reason))

    def bury(self, number: int) -> None:
        """So many dead letters."""
        producer = Producer({"bootstrap.servers": self.kafka})
        for _ in range(number):
            producer.produce("signals.dead", b"{}")
        assert producer.flush(20) == 0

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[None]:
        """Dispatch reads outcomes."""
        config = {"bootstrap.servers": self.kafka}
        producer, clock, stop = ChassisProducer(config), SystemClock(), asyncio.Event()

        async def handle(work: Work, found: list[SignalOutcome]) -> None:
            await outcomes.receive(work, found, self.world.times)

        dead = DeadLetters(producer, self.world.health, clock, 60)
        parts = (self.world.engine, self.world.library, dead, clock, self.world.health)
        running = asyncio.create_task(
            TopicReader(config, "signal.outcomes", SignalOutcome, handle, *parts, batch=50).run(stop)
        )
        try:
            yield
        finally:
            stop.set()
            await asyncio.wait_for(running, 15)
            producer.close()

    async def read_up(self, watch: SystemWatch) -> None:
        """Rounds at one moment of its clock, until it has read all that ingest has acknowledged."""

        async def read() -> bool:
            await watch.round()
            table, tail = tables.consumer_offsets, watch._reconciler._tail
            stored = await self.world.rows(select(table).where(table.c.topic == OFFSETS))
            settled = sum(row["next_offset"] for row in stored)
            return tail is not None and settled + tail.waiting >= sum(self.ends.values())

        await until(read, "the reconciler did not read `signals` to its end")

    async def rounds(self, watch: SystemWatch, seconds: float) -> None:
        """The watch's rounds over so many seconds of its clock, five apart."""
        for _ in range(int(seconds / 5)):
            self.now += 5
            await watch.round()

    def _passed(self, partition: int) -> int:
        group = Consumer({"bootstrap.servers": self.kafka, "group.id": SCREENING_GROUP})
        [place] = group.committed([TopicPartition("signals", partition)], timeout=10)
        group.close()
        return max(int(place.offset), 0)

    def _write(self, topic: str, message: Message) -> tuple[int, int]:
        written: list[Any] = []
        producer = Producer({"bootstrap.servers": self.kafka, "acks": "all"})
        key, value, headers = encode(message, "vigie/test")
        producer.produce(topic, value, key, headers=list(headers), on_delivery=lambda _, record: written.append(record))
        assert producer.flush(20) == 0
        return written[0].partition(), written[0].offset()
