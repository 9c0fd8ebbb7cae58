"""Bytes that no adapter could read: kept whole on `signals.dead`, never thrown away."""

import asyncio

from services.chassis import logs
from services.chassis.clock import Clock
from services.chassis.dead_letter import DeadLetters
from services.chassis.producer import DeliveryFailed
from services.ingest.messages import DEAD, to_dead_record

log = logs.get(__name__)


class Rejected:
    """Puts rejected bytes aside."""

    def __init__(self, letters: DeadLetters, clock: Clock, wait_s: float) -> None:
        self._letters, self._clock, self._wait_s = letters, clock, wait_s

    async def keep(self, raw: bytes, reason: str, source: str) -> bool:
        """True once durable. `source` is the door and the sender's address without its port.

        False is only logged: the sender got no acknowledgement for these bytes either.
        """
        key, value, headers = to_dead_record(raw, reason, source, self._clock.now())
        future = asyncio.wrap_future(self._letters.put(DEAD, key, value, headers, reason=reason))
        try:
            await asyncio.wait_for(future, self._wait_s)
        except (TimeoutError, DeliveryFailed) as error:
            log.error("dead_letter_not_kept", reason=reason, error=str(error) or "time-out")
            return False
        return True
