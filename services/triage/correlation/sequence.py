"""Sees to it that the records of a partition come one after the other, without a hole."""

import asyncio
from collections.abc import Callable
from typing import Any

from services.chassis import logs
from services.triage import metrics

log = logs.get(__name__)
# A seek takes milliseconds, a rebalance that undoes it about two seconds; on a busy machine what was fetched in
# between is handled first. Seeking again throws away what is on its way, so not too soon.
AGAIN_S = 4.0
PATIENCE_S = 20.0


class Sequence:
    """Refuses records that come too early, reads again from the missing one, and gives up after a while.

    What is left in a buffer when partitions move comes too early as well; it is refused alike and comes again.
    `give_up` gets a sentence and must not return.
    """

    def __init__(self, consumer: Callable[[], Any], give_up: Callable[[str], None]) -> None:
        self._consumer, self._give_up = consumer, give_up
        self._seeking: dict[Any, asyncio.Task[None]] = {}

    def admits(self, tp: Any, offset: int) -> bool:
        """True if the record may be handled; a refused one must not be acknowledged."""
        consumer = self._consumer()
        if not consumer.too_early(tp, offset):
            seeking = self._seeking.pop(tp, None)
            if seeking is not None:
                seeking.cancel()
            return True
        if tp not in self._seeking:
            expected = consumer.next_offset.get(tp)
            metrics.PASSED_OVER.inc()
            log.warning("records_passed_over", partition=tp.partition, expected=expected, offset=offset)
            self._seeking[tp] = asyncio.create_task(self._seek_back(tp, offset), name=f"seek-back-{tp.partition}")
        return False

    async def _seek_back(self, tp: Any, offset: int) -> None:
        """Seeks again and again until cancelled: a rebalance may undo a seek."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    await self._consumer().seek_back(tp)
                    await asyncio.sleep(AGAIN_S)
        except Exception as error:  # noqa: BLE001 (nobody waits for this task: whatever ends it must be heard)
            expected = self._consumer().next_offset.get(tp)
            self._give_up(f"{tp.topic}/{tp.partition}: {expected} did not come, {offset} did ({error!r})")
