"""What a real Prometheus says: which alerts ring, since when, and what a query answers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

POLL_S = 0.25
SEEN = ("service", "lane", "topic", "check", "reason")
"""Labels that tell two instances of one alert apart."""


@dataclass
class Rung:
    """One alert with its labels. Seconds of `time.time()`: `active` when its condition came true, `rang` when it began
    to ring after that, `silent` when it had ended.
    """

    name: str
    labels: Mapping[str, str]
    active: float
    rang: float | None = None
    silent: float | None = None

    def is_of(self, name: str, labels: Mapping[str, str]) -> bool:
        """True if it is that alert, whatever labels are not named."""
        return self.name == name and labels.items() <= self.labels.items()


@dataclass
class Prometheus:
    """Asks for the alerts again and again, and remembers all that came and went."""

    url: str
    client: httpx.AsyncClient
    history: list[Rung] = field(default_factory=list)
    _now: dict[tuple[str, tuple[tuple[str, str], ...]], Rung] = field(default_factory=dict)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            answer = await self.client.get(f"{self.url}/api/v1/alerts")
            self._see(answer.raise_for_status().json()["data"]["alerts"])
            await asyncio.sleep(POLL_S)

    def _see(self, alerts: list[dict[str, Any]]) -> None:
        now, seen = time.time(), set()
        for alert in alerts:
            labels = {name: alert["labels"][name] for name in SEEN if name in alert["labels"]}
            key = (alert["labels"]["alertname"], tuple(sorted(labels.items())))
            seen.add(key)
            if key not in self._now:
                self._now[key] = Rung(key[0], labels, now)
                self.history.append(self._now[key])
            if alert["state"] == "firing" and self._now[key].rang is None:
                self._now[key].rang = now
        for key in self._now.keys() - seen:
            self._now.pop(key).silent = now

    def found(self, name: str, labels: Mapping[str, str]) -> list[Rung]:
        """What came so far, the oldest first."""
        return [rung for rung in self.history if rung.is_of(name, labels)]

    def ringing(self) -> set[str]:
        """Names of alerts that ring now."""
        return {rung.name for rung in self._now.values() if rung.rang is not None}

    async def rings(self, name: str, labels: Mapping[str, str], after: float, seconds: float) -> Rung | None:
        """The first that rang after a moment; None if none did within the time."""
        deadline = time.time() + seconds
        while time.time() < deadline:
            for rung in self.found(name, labels):
                if rung.rang is not None and rung.rang >= after:
                    return rung
            await asyncio.sleep(POLL_S)
        return None

    async def ends(self, rung: Rung, seconds: float) -> float | None:
        """When it fell silent; None if it still rings after the time."""
        deadline = time.time() + seconds
        while rung.silent is None and time.time() < deadline:
            await asyncio.sleep(POLL_S)
        return rung.silent
