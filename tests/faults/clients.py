"""HTTP connections by who uses them: requests of devices that pile up while a broker is away hold up nobody's SOS.

A phone that calls for help shares no connection pool with three hundred kiosks; here they share one process only.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import httpx

LIMITS = httpx.Limits(max_connections=1000, max_keepalive_connections=20)
"""Few are kept: each request looks at all of its pool's idle connections."""
TIMEOUT = httpx.Timeout(5.0, connect=1.0)


@dataclass(frozen=True)
class Clients:
    """One pool each."""

    streams: httpx.AsyncClient
    """What tablets listen to."""
    tablets: httpx.AsyncClient
    """What is tapped, and what the partner answers."""
    phones: httpx.AsyncClient
    """SOS of the app."""
    devices: httpx.AsyncClient


@asynccontextmanager
async def clients() -> AsyncIterator[Clients]:
    """Open until the end."""
    async with AsyncExitStack() as opened:
        pools = [
            await opened.enter_async_context(httpx.AsyncClient(limits=LIMITS, timeout=TIMEOUT, trust_env=False))
            for _ in range(4)
        ]
        yield Clients(*pools)
