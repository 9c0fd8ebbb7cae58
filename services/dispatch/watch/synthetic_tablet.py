"""The synthetic tablet: listens at all doors at once, as a patrol's does, then sends a probe."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from services.dispatch.domain.probing import KIND, TABLET, Probe, Tried

LATE_S = 5.0
"""A real SOS must be there within one second; past this, somebody must look."""
LISTEN_S = 3.0


@dataclass
class _Heard:
    """What came by for the tablet: what was tried, by signal."""

    listening: asyncio.Event = field(default_factory=asyncio.Event)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    tried: dict[str, Tried] = field(default_factory=dict)


@dataclass(frozen=True)
class SyntheticTablet:
    """`doors`: dispatch's base URLs; `ingests`: where the probe goes, the next if one fails; `headers`: as whom."""

    doors: list[str]
    ingests: list[str]
    headers: dict[str, str]

    async def probe(self, name: str) -> tuple[Probe, float]:
        """How one probe went, and the seconds from its request to the first frame; never raises for the way's fault."""
        heard = _Heard()
        async with httpx.AsyncClient(trust_env=False, timeout=LATE_S) as client:
            ears = [asyncio.create_task(self._listen(client, door, heard)) for door in self.doors]
            try:
                return await self._sent(client, name, heard)
            finally:
                for ear in ears:
                    ear.cancel()
                await asyncio.gather(*ears, return_exceptions=True)

    async def _sent(self, client: httpx.AsyncClient, name: str, heard: _Heard) -> tuple[Probe, float]:
        try:
            await asyncio.wait_for(heard.listening.wait(), LISTEN_S)
        except TimeoutError:
            return Probe.DEAF, 0.0
        began = time.monotonic()
        signal_id = await self._taken(client, name)
        if signal_id is None:
            return Probe.REFUSED, time.monotonic() - began
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, LATE_S - (time.monotonic() - began))):
                while signal_id not in heard.tried:
                    heard.news.clear()
                    await heard.news.wait()
        took = time.monotonic() - began
        if signal_id not in heard.tried:
            return Probe.LATE, took
        return (Probe.UNDECIDED if heard.tried[signal_id] is Tried.FAILED else Probe.ARRIVED), took

    async def _taken(self, client: httpx.AsyncClient, name: str) -> str | None:
        """The signal's id from the first ingest that takes it, as a device would go from one to the next."""
        for ingest in self.ingests:
            try:
                answer = await client.post(f"{ingest}/v1/synthetic-sos", json={"probe": name}, headers=self.headers)
                answer.raise_for_status()
                return str(answer.json()[0]["signal_id"])
            except (httpx.HTTPError, ValueError, LookupError, TypeError):
                continue
        return None

    async def _listen(self, client: httpx.AsyncClient, door: str, heard: _Heard) -> None:
        """One door's stream until it breaks; the other's is as good."""
        with contextlib.suppress(httpx.HTTPError, ValueError, LookupError):
            address, whose = f"{door}/v1/stream", {"unit": TABLET}
            async with client.stream("GET", address, params=whose, headers=self.headers) as answer:
                answer.raise_for_status()
                async for kind, data in _events(answer):
                    heard.listening.set()
                    if kind == KIND:
                        heard.tried.setdefault(data["signal_id"], Tried(data["tried"]))
                        heard.news.set()


async def _events(answer: httpx.Response) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    kind = "message"
    async for line in answer.aiter_lines():
        name, _, value = line.partition(": ")
        if name == "event":
            kind = value
        elif name == "data":
            yield kind, json.loads(value)
