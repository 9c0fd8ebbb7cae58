"""The relay: what dispatch decided goes to Kafka in version order, by one process at a time.

The lease expires by PostgreSQL's clock. Its holder's producer has one fixed transactional id, initialised with the
lease: a former holder that wakes up late is fenced by the broker. Rows may be sent twice after a crash between the
broker's commit and ours; their ids are the same.
"""

import asyncio
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from confluent_kafka import KafkaException, Producer
from sqlalchemy import RowMapping, func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas.topics.files import topics
from services.chassis import fault_points, logs
from services.chassis.database import FAULTS
from services.chassis.health import Health, State
from services.chassis.metrics import RECORDS_SENT, RESTARTS_OF_LOOPS
from services.dispatch.metrics import OUTBOX_LEADER
from services.dispatch.store import leases
from services.dispatch.store.reading import alone
from services.dispatch.store.tables import outbox

log = logs.get(__name__)
NAME = "outbox"
LEASE = timedelta(seconds=3)
TRANSACTIONAL_ID = "vigie-dispatch-outbox"
AT_ONCE = 500
IDLE_S = 1.0
TIMEOUT_S = 10.0


class Relay:
    """Takes the lease when it is free, sends while it holds it."""

    def __init__(self, engine: AsyncEngine, config: dict[str, Any], health: Health) -> None:
        self._engine, self._health = engine, health
        self._config = {
            **config,
            "transactional.id": TRANSACTIONAL_ID,
            "transaction.timeout.ms": 10_000,
            "linger.ms": 0,
            "message.max.bytes": max(topic.message_bytes for topic in topics().values()),
            "socket.connection.setup.timeout.ms": 1000,
            "reconnect.backoff.max.ms": 500,
        }
        self._holder = str(uuid.uuid4())
        self._producer: Producer | None = None
        self._kafka = ThreadPoolExecutor(1, thread_name_prefix="outbox")
        self._new = asyncio.Event()
        self._fresh_until = 0.0

    def wake(self) -> None:
        """There is something new to send."""
        self._new.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Relays until `stop`; gives the lease back at the end."""
        while not stop.is_set():
            try:
                sent = await self._round()
                self._health.set("outbox", State.READY)
            except (KafkaException, *FAULTS) as error:
                RESTARTS_OF_LOOPS.labels("outbox").inc()
                log.warning("outbox_waits", **logs.fault(error))
                self._health.set("outbox", State.DEGRADED, "decisions wait for Kafka or PostgreSQL")
                await self._drop_producer()
                self._fresh_until = 0.0
                sent = 0
            if not sent:
                await self._wait()
        await leases.give_back(self._engine, NAME, self._holder)
        self._kafka.shutdown()

    async def _round(self) -> int:
        # Asked for anew once a third of it is over, not with each row. Whoever was stopped meanwhile sees that by its
        # own clock, or is fenced by the broker.
        if time.monotonic() >= self._fresh_until and not await self._lease():
            OUTBOX_LEADER.set(0)
            await self._drop_producer()
            return 0
        OUTBOX_LEADER.set(1)
        loop = asyncio.get_running_loop()
        if self._producer is None:
            self._producer = await loop.run_in_executor(self._kafka, self._open)
        async with alone(self._engine) as conn:
            query = select(outbox).where(outbox.c.sent_at.is_(None)).order_by(outbox.c.position).limit(AT_ONCE)
            rows = list((await conn.execute(query)).mappings())
        if not rows:
            return 0
        fault_points.point("outbox.before_effect")
        await loop.run_in_executor(self._kafka, self._send, rows)
        fault_points.point("outbox.before_commit")
        async with alone(self._engine) as conn:
            done = outbox.c.position.in_([row["position"] for row in rows])
            await conn.execute(update(outbox).where(done).values(sent_at=func.clock_timestamp()))
        fault_points.point("outbox.after_commit")
        return len(rows)

    async def _lease(self) -> bool:
        """True while this process holds the lease; takes it if it is free or has run out."""
        asked = time.monotonic()
        held = await leases.take(self._engine, NAME, self._holder, LEASE)
        self._fresh_until = asked + LEASE.total_seconds() / 3 if held else 0.0
        return held

    def _open(self) -> Producer:
        producer = Producer(self._config)
        producer.init_transactions(TIMEOUT_S)
        return producer

    def _send(self, rows: list[RowMapping]) -> None:
        """One Kafka transaction: all rows in order, or none."""
        producer = self._producer
        if producer is None:
            raise KafkaException("the relay has no producer")
        producer.begin_transaction()
        for row in rows:
            headers = [(name, content.encode()) for name, content in row["headers"]]
            producer.produce(row["topic"], row["value"], row["key"], headers=headers)
        producer.commit_transaction(TIMEOUT_S)
        for row in rows:
            RECORDS_SENT.labels(row["topic"], "acknowledged").inc()

    async def _wait(self) -> None:
        try:
            await asyncio.wait_for(self._new.wait(), IDLE_S)
        except TimeoutError:
            return
        finally:
            self._new.clear()

    async def _drop_producer(self) -> None:
        """A producer that failed or lost its lease is not used again: its transaction's end is not known."""
        producer, self._producer = self._producer, None
        if producer is not None:
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self._kafka, producer.purge)
