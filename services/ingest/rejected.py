"""Bytes that no adapter could read: kept whole on `signals.dead`, never thrown away."""

import asyncio

from opentelemetry.trace import StatusCode

from services.chassis import logs, telemetry
from services.chassis.clock import Clock
from services.chassis.dead_letter import DeadLetters
from services.ingest.keeping import Keeping
from services.ingest.messages import DEAD, to_dead_record

log = logs.get(__name__)
NAME = "ingest.reject"
RAW_KEPT = 600_000
"""Bytes that a dead letter holds: base64 makes 800 kB of them, and a record may have 1 MB."""


class Rejected:
    """Puts rejected bytes aside."""

    def __init__(self, keeping: Keeping, letters: DeadLetters, clock: Clock, wait_s: float) -> None:
        self._keeping, self._letters, self._clock, self._wait_s = keeping, letters, clock, wait_s

    async def keep(self, raw: bytes, reason: str, source: str) -> bool:
        """True once durable. `source` is the door and the sender's address without its port.

        False is only logged: the sender got no acknowledgement for these bytes either. Its trace, which log and record
        bear, is kept whatever the sender asks.
        """
        with telemetry.span(NAME, telemetry.in_any_case(), attributes={"messaging.destination.name": DEAD}) as span:
            span.set_status(StatusCode.ERROR)
            self._letters.note(DEAD, reason=reason)
            if len(raw) > RAW_KEPT:
                reason, raw = f"{reason}; kept are {RAW_KEPT} of {len(raw)} bytes", raw[:RAW_KEPT]
            stored = self._keeping.keep_dead(to_dead_record(raw, reason, source, self._clock.now()))
            done, _ = await asyncio.wait([stored], timeout=self._wait_s)
            error = stored.result() if done else TimeoutError()
            if error is not None:
                log.error("dead_letter_not_kept", topic=DEAD, **logs.fault(error))
            return error is None
