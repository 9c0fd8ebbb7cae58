"""The air between a tablet and a door: passes bytes on, until it is cut. (A browser's own "offline" keeps streams.)"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass
class Air:
    """Forwards TCP to `door`; while cut, whoever connects is hung up on."""

    door: str
    url: str = ""
    _cut: bool = False
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    def cut(self) -> None:
        """A dead spot begins: what runs ends, and nothing new begins."""
        self._cut = True
        for writer in self._open:
            writer.transport.abort()

    def restore(self) -> None:
        """The dead spot is over."""
        self._cut = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        if self._cut:
            writer.transport.abort()
            return
        target = urlsplit(self.door)
        there, out = await asyncio.open_connection(target.hostname, target.port)
        self._open |= {writer, out}
        try:
            await asyncio.gather(_pass(reader, out), _pass(there, writer))
        finally:
            self._open -= {writer, out}


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while chunk := await reader.read(65_536):
            writer.write(chunk)
            await writer.drain()
    except ConnectionError:
        pass  # cut, or the browser hung up: both are what this stands for
    finally:
        writer.close()


@asynccontextmanager
async def air(door: str) -> AsyncIterator[Air]:
    """Between a browser and `door`, on a free port."""
    made = Air(door)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield made
    finally:
        made.cut()
        server.close()
