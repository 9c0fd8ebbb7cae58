"""Puts each result on `notify.outcomes`; one that is written is reported at least once, whatever crashes."""

import asyncio
from typing import Any

from sqlalchemy import Row

from schemas.codec import encode
from services.chassis import logs, telemetry
from services.chassis.metrics import RESTARTS_OF_LOOPS
from services.chassis.producer import DeliveryFailed, Producer
from services.notify.messages import report_of
from services.notify.store.outcomes import Outcomes
from services.notify.store.patience import Patience, Stopped

log = logs.get(__name__)
TOPIC, SOURCE = "notify.outcomes", "vigie/notify"
LOOK_S = 0.5
BATCH = 200
LEASE_S = 15.0
"""Longer than the producer's message time-out of 10 s."""


class Reporter:
    """The relay from the table of results to the topic."""

    def __init__(self, outcomes: Outcomes, producer: Producer, patience: Patience) -> None:
        self._outcomes, self._producer, self._patience = outcomes, producer, patience
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """There is something to report. Call it on the loop's thread."""
        self._wake.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Reports until `stop` is set, and once more for what was written last."""
        try:
            await self._patience(self._outcomes.take_back)
            while not stop.is_set():
                self._wake.clear()
                while await self._report_some():
                    pass
                await self._pause(stop)
            await self._report_some()
        except Stopped:
            log.warning("reports_left")

    async def _report_some(self) -> bool:
        """True if there may be more."""
        rows = await self._patience(lambda: self._outcomes.claim(BATCH, LEASE_S))
        if not rows:
            return False
        answers = await asyncio.gather(*(self._send(row) for row in rows), return_exceptions=True)
        done: list[int] = []
        left: list[int] = []
        for row, answer in zip(rows, answers, strict=True):
            if isinstance(answer, BaseException) and not isinstance(answer, DeliveryFailed):
                raise answer
            (left if answer else done).append(row.position)
        if done:
            await self._patience(lambda: self._outcomes.reported(done))
        if left:
            RESTARTS_OF_LOOPS.labels("report").inc()
            log.warning("reports_not_taken", count=len(left))
            await self._patience(lambda: self._outcomes.release(left))
        return not left and len(rows) == BATCH

    async def _send(self, row: Row[Any]) -> None:
        key, value, headers = encode(report_of(row, row.at), SOURCE)
        traced = telemetry.inject(headers, telemetry.resume(row.traceparent))
        await asyncio.wrap_future(self._producer.send(TOPIC, key, value, traced))

    async def _pause(self, stop: asyncio.Event) -> None:
        waiting = [asyncio.ensure_future(event.wait()) for event in (self._wake, stop)]
        await asyncio.wait(waiting, timeout=LOOK_S, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
