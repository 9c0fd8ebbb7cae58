"""The one way in: identity, repeats, and an answer only once the signal is durable (`keeping`).

Every adapter calls `receive` with what it understood and answers its device with the receipt, or not at all.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from services.chassis import exemplars, fault_points, logs
from services.chassis.clock import Clock
from services.ingest import metrics
from services.ingest.acknowledgements import Outcome
from services.ingest.domain.identity import content_digest, nonces, signal_id
from services.ingest.domain.repeats import First, ReceiptReason, RepeatWindow, Storage
from services.ingest.domain.signal import Understood
from services.ingest.journal.journal import Full
from services.ingest.journal.writer import Unwritable
from services.ingest.keeping import Keeping
from services.ingest.messages import to_record, to_signal
from services.ingest.tracing import Tracing

log = logs.get(__name__)
RETRY_AFTER_S = 2


class RefusalReason(StrEnum):
    """Why a device must repeat."""

    NOT_ACKNOWLEDGED = "not_acknowledged"
    JOURNAL_FULL = "journal_full"
    JOURNAL_UNWRITABLE = "journal_unwritable"
    NO_PACK_YET = "no_pack_yet"


class NotAccepted(Exception):
    """Nothing was acknowledged to the device: it repeats, and its repeat gets the same id. Always retryable."""

    def __init__(self, reason: RefusalReason) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.retry_after_s = RETRY_AFTER_S


@dataclass(frozen=True, slots=True)
class Receipt:
    """A durable signal. `repeat` is true where its first message had been received before this one."""

    signal_id: str
    reason: ReceiptReason

    @property
    def repeat(self) -> bool:
        """True if this message is a repeat of one that is stored under the same id."""
        return self.reason in {ReceiptReason.REPEAT, ReceiptReason.REPEAT_UNDER_WAY}


class Reception:
    """Used on one event loop. `wait_s`: the longest that a device waits for an answer."""

    def __init__(
        self,
        keeping: Keeping,
        clock: Clock,
        wait_s: float,
        window: RepeatWindow | None = None,
        tracing: Tracing | None = None,
    ) -> None:
        self._keeping, self._clock, self._wait_s = keeping, clock, wait_s
        self._tracing = tracing or Tracing(1.0)
        self._window = window if window is not None else RepeatWindow()
        self._nonces: Iterator[str] = nonces()
        self._under_way: dict[str, asyncio.Future[Outcome]] = {}
        self._listeners: list[Callable[[Understood], None]] = []

    def on_heard(self, listener: Callable[[Understood], None]) -> None:
        """Calls `listener` with every message understood, repeats too, before it is stored."""
        self._listeners.append(listener)

    async def receive(self, understood: Understood, door: str) -> Receipt:
        """Returns once the signal is durable (`keeping`). Raises NotAccepted.

        Signals of one caller keep their order: everything before the wait happens without yielding.
        """
        with self._tracing.span(understood) as span:
            fault_points.point("reception.before_effect")
            for listener in self._listeners:
                listener(understood)
            reason, first, stored = self._begin(understood)
            if span.is_recording():
                span.set_attributes(_attributes(understood, door, first, reason))
            started = time.monotonic()
            fault_points.point("reception.before_commit")  # sent, Kafka has not answered
            if stored is not None:
                try:
                    await self._wait(stored, understood, door)
                except NotAccepted as error:
                    waited = time.monotonic() - started
                    self._tracing.failed(span, waited, _attributes(understood, door, first, reason), error)
                    raise
                metrics.DURABLE_SECONDS.labels(door).observe(time.monotonic() - started, exemplars.here())
        fault_points.point("reception.after_commit")  # durable, the device does not know it yet
        metrics.SIGNALS.labels(door, understood.phase.value, reason.value).inc()
        return Receipt(first.signal_id, reason)

    async def drain(self, timeout_s: float) -> int:
        """Waits for what is under way; returns how many were not durable by then."""
        if not self._under_way:
            return 0
        _, pending = await asyncio.wait(self._under_way.values(), timeout=timeout_s)
        return len(pending)

    def _begin(self, understood: Understood) -> tuple[ReceiptReason, First, "asyncio.Future[Outcome] | None"]:
        """Why, the identity, and what its storing ends with (None: it is stored already)."""
        now = self._clock.now()
        digest = content_digest(understood)
        mark = None if understood.mark is None else digest
        reason, known = ReceiptReason.NO_MARK, None
        if mark is not None:
            reason, known = self._window.recognise(mark, now)
        if known is not None and reason is not ReceiptReason.RETRY:
            return reason, known, self._under_way.get(known.signal_id)
        first = known or First(signal_id(digest, now, "" if mark else next(self._nonces)), now)
        if mark is not None and known is None:
            self._window.remember(mark, first)
            metrics.REMEMBERED_MARKS.set(len(self._window))
        return reason, first, self._store(understood, first, mark)

    def _store(self, understood: Understood, first: First, mark: str | None) -> "asyncio.Future[Outcome]":
        """The future ends when the signal is durable, or cannot be."""
        record = to_record(to_signal(understood, first.signal_id, mark, first.received_at))
        first.storage = Storage.UNDER_WAY
        urgent = understood.takes_urgent_lane
        if urgent:
            metrics.URGENT_SIGNALS.labels(understood.nature.value).inc()
        for flag in understood.flags:
            metrics.FLAGGED.labels(flag.value).inc()
        stored = self._keeping.keep(first.signal_id, record, urgent)
        self._under_way[first.signal_id] = stored

        def settled(future: "asyncio.Future[Outcome]") -> None:
            first.storage = Storage.STORED if future.result() is None else Storage.FAILED
            self._under_way.pop(first.signal_id, None)

        stored.add_done_callback(settled)
        return stored

    async def _wait(self, stored: "asyncio.Future[Outcome]", understood: Understood, door: str) -> None:
        # `wait` leaves the future alone: a device that hangs up, or a time-out here, does not stop the storing.
        done, _ = await asyncio.wait([stored], timeout=self._wait_s)
        error = stored.result() if done else TimeoutError()
        if error is not None:
            why = _refusal(error)
            metrics.NOT_ACCEPTED.labels(door, why.value).inc()
            nature = understood.nature.value
            log.error("signal_not_acknowledged", door=door, nature=nature, reason=why, **logs.fault(error))
            raise NotAccepted(why) from error


def _attributes(understood: Understood, door: str, first: First, reason: ReceiptReason) -> dict[str, str]:
    return {
        "door": door,
        "signal_id": first.signal_id,
        "nature": understood.nature.value,
        "phase": understood.phase.value,
        "reason": reason.value,
    }


def _refusal(error: BaseException) -> RefusalReason:
    if isinstance(error, Full):
        return RefusalReason.JOURNAL_FULL
    return RefusalReason.JOURNAL_UNWRITABLE if isinstance(error, Unwritable) else RefusalReason.NOT_ACKNOWLEDGED
