"""How signals ended: the newest outcomes again and again, and single ones that are still missing."""

import asyncio
from dataclasses import dataclass

from demo.followers.console import Console
from demo.insist import GaveUp
from demo.ledger import Ledger
from demo.measure.losses import lost, unknown_ids
from demo.pulse import Pulse

EVERY_S = 1.0
PAGE, MOST = 150, 1000
AT_ONCE = 8


@dataclass
class Outcomes:
    """Reads `GET /v1/signals` and `GET /v1/signals/{id}`."""

    console: Console
    ledger: Ledger
    pulse: Pulse

    async def run(self) -> None:
        """Keeps up until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(EVERY_S)

    async def look(self) -> None:
        """Learns the newest outcomes; a larger page where the smaller one held nothing known."""
        try:
            records = await self.console.get(f"/v1/signals?limit={PAGE}")
            if records and all(record["signal_id"] not in self.ledger.outcomes for record in records):
                records = await self.console.get(f"/v1/signals?limit={MOST}")
        except GaveUp:
            return
        for record in records:
            self.ledger.learn(record)
        self.pulse.beat()

    async def settle(self, seconds: float) -> None:
        """Looks until every acknowledged signal has an outcome, at most `seconds` long."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while True:
            await self.look()
            await self._ask(unknown_ids(self.ledger))
            if not lost(self.ledger) or loop.time() > deadline:
                return
            await asyncio.sleep(0.5)

    async def place_alarms(self) -> None:
        """Learns the incident of each urgent signal that no tablet named."""
        urgent = [self.ledger.signal_of(sent) for sent in self.ledger.sent if sent.urgent and not sent.repeat]
        await self._ask([signal for signal in urgent if signal and self.ledger.incident_of(signal) is None])

    async def _ask(self, signals: list[str]) -> None:
        limit = asyncio.Semaphore(AT_ONCE)

        async def ask(signal: str) -> None:
            async with limit:
                answer = await self.console.client.get(f"{self.console.dispatch[0]}/v1/signals/{signal}")
            if answer.status_code == 200:
                self.ledger.signal_cards[signal] = answer.json()

        await asyncio.gather(*(ask(signal) for signal in signals))
