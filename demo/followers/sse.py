"""Server-sent events (HTML standard, section 9.2), resumed by Last-Event-ID after every break."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

SILENT_S = 3.0
"""The server beats each second; after three missed beats the connection counts as dead."""
PAUSE_S = 0.2


@dataclass(frozen=True)
class Event:
    """One event as received at `received_at` (monotonic seconds)."""

    kind: str
    data: dict[str, Any]
    received_at: float


@dataclass
class Follower:
    """Follows one stream at one door until cancelled; the sink gets every event but heartbeats."""

    client: httpx.AsyncClient
    url: str
    sink: Callable[[Event], Awaitable[None] | None]
    unit: str | None = None
    last: str | None = None
    breaks: int = 0
    alive: bool = False
    _connected: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Reads, and connects again whenever the connection breaks or falls silent."""
        while True:
            try:
                async for event in self._read():
                    if event.kind != "heartbeat" and (waiting := self.sink(event)) is not None:
                        await waiting
            except (httpx.HTTPError, TimeoutError):
                self.breaks += 1
            self.alive = False
            await asyncio.sleep(PAUSE_S)

    async def connected(self, seconds: float) -> None:
        """Returns once the first event has come. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            await self._connected.wait()

    async def _read(self) -> AsyncIterator[Event]:
        headers = {"Accept": "text/event-stream", **({"Last-Event-ID": self.last} if self.last else {})}
        if self.unit:
            headers["X-Actor"] = self.unit
        params = {"unit": self.unit} if self.unit else {}
        timeout = httpx.Timeout(5.0, read=SILENT_S)
        url = f"{self.url}/v1/stream"
        async with self.client.stream("GET", url, headers=headers, params=params, timeout=timeout) as answer:
            answer.raise_for_status()
            async for event in self._events(answer):
                self.alive = True
                self._connected.set()
                yield event

    async def _events(self, answer: httpx.Response) -> AsyncIterator[Event]:
        loop = asyncio.get_running_loop()
        kind, lines, position = "message", list[str](), None
        async for line in answer.aiter_lines():
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if name == "event":
                kind = value
            elif name == "data":
                lines.append(value)
            elif name == "id":
                position = value
            elif not line:
                if lines:
                    yield Event(kind, json.loads("\n".join(lines)), loop.time())
                # Only now: an event is passed once it was taken.
                self.last = position or self.last
                kind, lines, position = "message", [], None
