"""The one task that acknowledges alarms, in the order in which they were read, once all they caused is durable."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from services.chassis import fault_points, logs, telemetry
from services.chassis.health import Health, State
from services.chassis.producer import DeliveryFailed
from services.chassis.telemetry import RawHeaders
from services.triage import metrics

log = logs.get(__name__)
CHECK = "kafka"
PAUSE_S = 0.5


@dataclass(frozen=True, slots=True)
class Handled:
    """One event with what must be acknowledged before it. `send` sends the output and may be called again."""

    event: Any
    first: "Future[None]"
    send: Callable[[], "Future[None]"]
    changelog: list[Awaitable[Any]]
    started: float
    headers: RawHeaders = None
    """Of its record: the trace that it belongs to."""


class Acknowledging:
    """Reads a bounded queue: the agent waits when too much is under way."""

    def __init__(self, in_flight: int, health: Health, reached: Callable[[int, int], None]) -> None:
        """`reached` is told a partition and the offset after the last event that was acknowledged."""
        self._queue: asyncio.Queue[Handled] = asyncio.Queue(in_flight)
        self._health, self._reached = health, reached
        self._in_flight = 0
        self._ack: Callable[[Any], Awaitable[bool]] | None = None

    async def put(self, handled: Handled, ack: Callable[[Any], Awaitable[bool]]) -> None:
        """Adds one event; waits while the queue is full. `ack` is the stream's."""
        self._ack = ack
        await self._queue.put(handled)
        self._count(1)

    async def drained(self) -> None:
        """Returns when everything that was put is acknowledged."""
        await self._queue.join()

    async def run(self) -> None:
        """Until cancelled. An exception that leaves it must end the process: nothing would be acknowledged again."""
        while True:
            handled = await self._queue.get()
            await self._delivered(handled)
            for record in handled.changelog:
                await record  # Fails after producer_request_timeout: the process ends and reads the event again.
            assert self._ack is not None, "put() set it"
            fault_points.point("correlation.before_commit")
            await self._ack(handled.event)
            fault_points.point("correlation.after_commit")
            metrics.CORRELATION_SECONDS.observe(time.monotonic() - handled.started)
            self._reached(handled.event.message.partition, handled.event.message.offset + 1)
            self._queue.task_done()
            self._count(-1)

    def _count(self, more: int) -> None:
        """The one that is being delivered has left the queue and counts."""
        self._in_flight += more
        metrics.IN_FLIGHT.set(self._in_flight)

    async def _delivered(self, handled: Handled) -> None:
        future = handled.first
        while True:
            try:
                await asyncio.wrap_future(future)
            except DeliveryFailed as failure:
                self._health.set(CHECK, State.DEGRADED, f"Kafka does not acknowledge: {failure}")
                with telemetry.of_record(handled.headers):
                    log.warning("delivery_failed_trying_again", **logs.fault(failure))
                await asyncio.sleep(PAUSE_S)
                future = handled.send()
            else:
                self._health.set(CHECK, State.READY)
                return
