"""Maintenance crews: take the work orders, begin, finish."""

import asyncio
from dataclasses import dataclass

from demo.followers.console import Console
from demo.insist import GaveUp
from demo.ledger import Ledger
from demo.pulse import Pulse

LOOK_S = 1.0
WORK_S = 1.5


@dataclass
class Crew:
    """All crews of the city."""

    console: Console
    ledger: Ledger
    pulse: Pulse

    async def run(self, group: asyncio.TaskGroup) -> None:
        """Looks for orders until cancelled."""
        taken: set[str] = set()
        while True:
            for order in await self._ordered():
                if order["order_id"] not in taken:
                    taken.add(order["order_id"])
                    group.create_task(self._work(order["order_id"]))
            await asyncio.sleep(LOOK_S)

    async def _ordered(self) -> list[dict[str, str]]:
        try:
            found: list[dict[str, str]] = await self.console.get("/v1/work-orders?state=ordered")
        except GaveUp:
            return []
        return found

    async def _work(self, order: str) -> None:
        for step in ("start", "complete"):
            await asyncio.sleep(WORK_S)
            actor = {"X-Actor": "tech-1"}
            await self.console.post(f"/v1/work-orders/{order}/{step}", None, key=f"{order}:{step}", headers=actor)
