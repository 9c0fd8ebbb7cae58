"""Sends what is due. Each recipient has lanes of its own, so that one who is down holds up no other."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress

from opentelemetry.trace import Span, SpanKind

from schemas.vocabulary.dispatching import NotifyOutcome
from services.chassis import exemplars, fault_points, logs, telemetry
from services.chassis.clock import Clock
from services.notify.channels.channel import Attempt, Channel
from services.notify.directories import Directories
from services.notify.domain.reasons import NotifyReason
from services.notify.domain.retry import Backoff
from services.notify.metrics import ATTEMPTS, PENDING, SEND_SECONDS, TOLD_SECONDS
from services.notify.store.entries import Claim
from services.notify.store.patience import Patience, Stopped
from services.notify.store.sent_log import SentLog

log = logs.get(__name__)
LOOK_S = 0.5
"""How often due retries are looked for; a new row or a finished letter wakes us at once."""
LEASE_MARGIN_S = 10.0
"""Beyond the channel's longest attempt: to write its end to a PostgreSQL that restarts meanwhile."""
NO_CHANNEL = "none"


class Delivery:
    """Claims due rows and sends each once over its channel; several processes share the rows between them."""

    def __init__(
        self,
        sent_log: SentLog,
        channels: Mapping[str, Channel],
        directories: Directories,
        patience: Patience,
        clock: Clock,
        backoff: Backoff,
        lanes: int,
        settled: Callable[[], None],
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._sent_log, self._channels, self._directories = sent_log, channels, directories
        self._patience, self._clock, self._backoff, self._lanes = patience, clock, backoff, lanes
        self._settled, self._jitter = settled, jitter
        self._under_way: Counter[str] = Counter()
        self._wake = asyncio.Event()
        self._lease_s = max(channel.longest_s for channel in channels.values()) + LEASE_MARGIN_S

    def wake(self) -> None:
        """There is something new to send. Call it on the loop's thread."""
        self._wake.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Sends until `stop` is set, then waits for the letters that are under way."""
        async with asyncio.TaskGroup() as group:
            await self._begin()
            while not stop.is_set():
                self._wake.clear()
                try:
                    await self._start_due(group)
                except Stopped:
                    break
                await self._pause(stop)

    async def _begin(self) -> None:
        with suppress(Stopped):
            await self._patience(self._sent_log.take_back)

    async def _pause(self, stop: asyncio.Event) -> None:
        waiting = [asyncio.ensure_future(event.wait()) for event in (self._wake, stop)]
        await asyncio.wait(waiting, timeout=LOOK_S, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()

    async def _start_due(self, group: asyncio.TaskGroup) -> None:
        PENDING.set(await self._patience(self._sent_log.pending))
        for recipient in await self._patience(self._sent_log.due):
            free = self._lanes - self._under_way[recipient]
            if free > 0:
                for claim in await self._claim(recipient, free):
                    self._under_way[recipient] += 1
                    group.create_task(self._deliver(claim))

    async def _claim(self, recipient: str, most: int) -> list[Claim]:
        return await self._patience(lambda: self._sent_log.claim(recipient, most, self._lease_s))

    async def _deliver(self, claim: Claim) -> None:
        parent = telemetry.resume(claim.traceparent)
        try:
            with telemetry.span("notify.send", parent, SpanKind.CLIENT) as span:
                await self._send(claim, span)
        finally:
            self._under_way[claim.recipient] -= 1
            self._wake.set()
            self._settled()

    async def _send(self, claim: Claim, span: Span) -> None:
        """One attempt and its result; told to stop in between, the same is sent again under the same key."""
        try:
            fault_points.point("delivery.before_effect")
            channel, attempt = await self._attempt(claim)
            fault_points.point("delivery.before_commit")
            outcome, wait_s = self._judge(claim, attempt)
            span.set_attributes({"key": claim.key, "outcome": outcome, "reason": attempt.reason})
            ATTEMPTS.labels(channel, outcome, attempt.reason).inc()
            log.info(
                "notification_attempted",
                key=claim.key,
                recipient=claim.recipient,
                attempt=claim.attempt,
                outcome=outcome,
                reason=attempt.reason,
            )
            here = telemetry.traceparent()
            await self._patience(lambda: self._sent_log.settle(claim, outcome, attempt.reason, here, retry_in_s=wait_s))
            fault_points.point("delivery.after_commit")
        except Stopped:
            log.warning("result_not_written", key=claim.key)

    async def _attempt(self, claim: Claim) -> tuple[str, Attempt]:
        if claim.withdrawn:
            return NO_CHANNEL, Attempt(NotifyReason.NO_LONGER_NEEDED)
        recipient = self._directories.recipient(claim.centre, claim.recipient)
        if recipient is None:
            return NO_CHANNEL, Attempt(NotifyReason.UNKNOWN_AGENCY)
        if recipient.channel is None:
            return NO_CHANNEL, Attempt(NotifyReason.NO_CHANNEL)
        started = time.monotonic()
        attempt = await self._channels[recipient.channel].send(claim.key, claim.letter, recipient)
        SEND_SECONDS.labels(recipient.channel).observe(time.monotonic() - started)
        if attempt.delivered:
            took = (self._clock.now() - claim.happened_at).total_seconds()
            TOLD_SECONDS.labels(recipient.channel).observe(took, exemplars.here())
        return recipient.channel, attempt

    def _judge(self, claim: Claim, attempt: Attempt) -> tuple[NotifyOutcome, float]:
        """The outcome, and the seconds until the next attempt where there is one."""
        if attempt.delivered:
            return NotifyOutcome.SENT, 0.0
        if attempt.reason is NotifyReason.NO_LONGER_NEEDED:
            return NotifyOutcome.SKIPPED, 0.0
        wait_s = None
        if attempt.retryable:
            wait_s = self._backoff.delay(claim.attempt, claim.age_s, self._jitter(), attempt.asked_s)
        return (NotifyOutcome.FAILED, 0.0) if wait_s is None else (NotifyOutcome.RETRYING, wait_s)
