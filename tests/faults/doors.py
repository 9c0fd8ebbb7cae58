"""Both doors of dispatch as a tablet or a partner uses them: first the one that answered last, then the other."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

ANSWER_S = 1.5
"""How long one door is given before the other is asked: a stopped process accepts connections and says nothing."""
PAUSE_S = 0.1
AGAIN = frozenset({408, 409, 425, 429, 500, 502, 503, 504})
"""409: the same key is being handled by the door that did not answer in time."""
LAST_TRIES = 6


class NoDoor(Exception):
    """Neither door answered within the time."""


class Doors:
    """Posts with an Idempotency-Key, so that asking the other door is safe."""

    def __init__(self, client: httpx.AsyncClient, urls: tuple[str, ...]) -> None:
        self._client, self._urls, self._turn = client, urls, 0

    async def post(self, path: str, body: Any, key: str, actor: str, seconds: float = 120.0) -> httpx.Response:
        """The first answer that is not "try again". Raises NoDoor after `seconds`."""
        return await self._send("POST", path, body, {"Idempotency-Key": key, "X-Actor": actor}, seconds)

    async def get(self, path: str, actor: str = "operateur-1", seconds: float = 30.0) -> httpx.Response:
        """Reads from whichever door answers."""
        return await self._send("GET", path, None, {"X-Actor": actor}, seconds)

    async def _send(self, method: str, path: str, body: Any, headers: dict[str, str], seconds: float) -> httpx.Response:
        loop = asyncio.get_running_loop()
        deadline, conflicts = loop.time() + seconds, 0
        while loop.time() < deadline:
            turn = self._turn
            url = self._urls[turn % len(self._urls)] + path
            try:
                answer = await self._client.request(method, url, json=body, headers=headers, timeout=ANSWER_S)
            except httpx.TransportError:
                if self._turn == turn:  # nobody else has changed doors meanwhile
                    self._turn += 1
                await asyncio.sleep(PAUSE_S)
                continue
            conflicts += answer.status_code == 409
            if answer.status_code not in AGAIN or conflicts >= LAST_TRIES:
                return answer
            await asyncio.sleep(PAUSE_S)
        raise NoDoor(f"{method} {path}")
