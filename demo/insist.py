"""A client that does not give up: repeats a request, unchanged, until the other side has answered it."""

import asyncio
from typing import Any

import httpx

AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
FIRST_S, MOST_S = 0.1, 1.0


class GaveUp(Exception):
    """No usable answer within the time; the text names the last reason."""


async def insist(
    client: httpx.AsyncClient,
    method: str,
    urls: tuple[str, ...],
    *,
    seconds: float = 60.0,
    content: bytes | None = None,
    json: Any = None,
    headers: dict[str, str] | None = None,
) -> tuple[httpx.Response, int]:
    """The first answer that is not "try again", and the number of attempts.

    `urls` are the same door at several addresses, tried in turn. The request is the same each time, with its own
    mark or Idempotency-Key, so that repeating it is safe. Raises GaveUp after `seconds`.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    wait_s, attempts, reason = FIRST_S, 0, ""
    while True:
        url = urls[attempts % len(urls)]
        attempts += 1
        try:
            answer = await client.request(method, url, content=content, json=json, headers=headers)
            if answer.status_code not in AGAIN:
                return answer, attempts
            reason = f"{answer.status_code}"
        except httpx.TransportError as error:
            reason = type(error).__name__
        if loop.time() + wait_s > deadline:
            raise GaveUp(f"{method} {url}: {reason}")
        await asyncio.sleep(wait_s)
        wait_s = min(MOST_S, wait_s * 2)
