"""The Faust agent: nothing escapes its body, for an exception that leaves an agent acknowledges the event."""

import asyncio
import os
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from schemas.codec import Undecodable
from services.chassis import fault_points, logs, telemetry
from services.triage.correlation.acknowledging import Acknowledging, Handled
from services.triage.correlation.answers_table import AnswersTable
from services.triage.correlation.sequence import Sequence
from services.triage.correlation.worker import CorrelationWorker, Output, Record

log = logs.get(__name__)
ATTEMPTS = 3
EXIT_UNUSABLE = 70


class NotHandled(Exception):
    """A record that gave no situation; the message says why."""


class AlarmsAgent:
    """Reads `alarms`. Each event ends as a situation or, after three attempts, as a dead letter; else the process."""

    def __init__(
        self, worker: CorrelationWorker, table: AnswersTable, acknowledging: Acknowledging, sequence: Sequence
    ) -> None:
        self._worker, self._table, self._acknowledging, self._sequence = worker, table, acknowledging, sequence
        self._draining = asyncio.Event()

    async def run(self, stream: Any) -> None:
        """The body of the agent."""
        async for event in stream.noack().events():
            if self._draining.is_set():
                await asyncio.Future()  # Nothing new while the process ends: it is read again by the next one.
            if not self._sequence.admits(event.message.tp, event.message.offset):
                continue
            try:
                handled = await self._handled(event)
            except Exception as error:  # noqa: BLE001 (whatever it is, the event must not count as handled)
                leave("an alarm could neither be handled nor put aside", error)
            await self._acknowledging.put(handled, stream.ack)

    def drain(self) -> None:
        """From now on no further event is handled."""
        self._draining.set()

    async def _handled(self, event: Any) -> Handled:
        started, record = time.monotonic(), _record(event)
        fault_points.point("correlation.before_effect")
        try:
            output = await self._output(record)
        except NotHandled as error:
            reason = str(error)
            return self._under_way(event, lambda: self._worker.put_aside(record, reason), started, record)
        return self._under_way(event, lambda: self._worker.send(output), started, record)

    async def _output(self, record: Record) -> Output:
        """The situation to send. Raises NotHandled with the reason for the dead letter."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._worker.correlate(record)
            except Undecodable as error:
                raise NotHandled(error.reason) from error
            except Exception as error:
                with telemetry.of_record(record.headers):
                    log.error("alarm_not_handled", attempt=attempt, offset=record.offset, exc_info=True)
                if attempt == ATTEMPTS:
                    raise NotHandled(f"{type(error).__name__}: {error}") from error
                await asyncio.sleep(0.1 * attempt)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _under_way(self, event: Any, send: Callable[[], "Future[None]"], started: float, record: Record) -> Handled:
        return Handled(event, send(), send, list(self._table.take_sent()), started, record.headers)


def leave(sentence: str, error: BaseException) -> None:
    """Ends the process at once, so that what is not acknowledged is read again."""
    log.critical("process_leaves", detail=logs.cut(sentence), exc_info=error)
    os._exit(EXIT_UNUSABLE)


def _record(event: Any) -> Record:
    message = event.message
    headers = message.headers
    pairs = list(headers.items()) if isinstance(headers, dict) else list(headers or ())
    return Record(message.partition, message.offset, message.key, message.value, pairs)
