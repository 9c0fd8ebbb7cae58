"""The TCP listener: one splitter a connection, answers in order, limits that a slow or silent peer meets alone."""

import asyncio
import time
from dataclasses import dataclass
from enum import StrEnum

from services.chassis import logs
from services.ingest import metrics
from services.ingest.adapters.dc09.conversation import Conversation
from services.ingest.adapters.dc09.splitter import Piece, Splitter

log = logs.get(__name__)
READ_BYTES = 16 * 1024
DRAIN_S = 4.0
"""More than the time that a frame waits for Kafka's word (3 s)."""


class CloseReason(StrEnum):
    """Why a connection ended."""

    PEER = "peer"
    IDLE = "idle"
    PARTIAL = "partial"
    CROWDED = "crowded"
    RESET = "reset"


@dataclass(frozen=True, slots=True)
class Limits:
    """`connections` at once, `per_address` of them from one; seconds one may be idle, and a begun frame may take."""

    connections: int
    idle_s: float
    partial_s: float
    per_address: int = 128


class TcpListener:
    """Serves panels until stopped."""

    def __init__(self, conversation: Conversation, limits: Limits) -> None:
        self._conversation, self._limits = conversation, limits
        # Least recently heard first: the one to go when all places are taken.
        self._open: dict[asyncio.StreamWriter, str] = {}
        self._answering: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> int:
        """Listens; returns the port (a free one for 0). Raises OSError where it is taken."""
        self._server = await asyncio.start_server(self._connected, host, port, limit=READ_BYTES)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Takes no more connections, lets what is being answered finish, then closes the open ones."""
        if self._server is not None:
            self._server.close()
        if self._answering:
            await asyncio.wait(self._answering, timeout=DRAIN_S)
        for writer in list(self._open):
            writer.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        address = _address(writer)
        self._make_room(address)
        self._open[writer] = address
        metrics.DC09_CONNECTIONS.set(len(self._open))
        reason = CloseReason.RESET
        try:
            reason = await self._serve(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            reason = CloseReason.RESET
        finally:
            if self._open.pop(writer, None) is None:
                reason = CloseReason.CROWDED
            metrics.DC09_CONNECTIONS.set(len(self._open))
            metrics.DC09_CLOSED.labels(reason.value).inc()
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> CloseReason:
        splitter = Splitter()
        address = _address(writer)
        begun: float | None = None
        while True:
            # Counted from the frame's first byte: a byte now and then does not keep a place.
            left = self._limits.idle_s if begun is None else begun + self._limits.partial_s - time.monotonic()
            try:
                data = await asyncio.wait_for(reader.read(READ_BYTES), max(left, 0.0))
            except TimeoutError:
                await self._reply(splitter.close(), writer, address)
                return CloseReason.IDLE if begun is None else CloseReason.PARTIAL
            if not data:
                await self._reply(splitter.close(), writer, address)
                return CloseReason.PEER
            self._heard(writer)
            pieces = splitter.feed(data)
            if not splitter.partial:
                begun = None
            elif begun is None or pieces:
                begun = time.monotonic()
            await self._reply(pieces, writer, address)

    async def _reply(self, pieces: list[Piece], writer: asyncio.StreamWriter, address: str) -> None:
        """On a task of its own, so that a stop can wait for it."""
        if not pieces:
            return
        answering = asyncio.create_task(self._answer(pieces, writer, address))
        self._answering.add(answering)
        answering.add_done_callback(self._answering.discard)
        await answering

    async def _answer(self, pieces: list[Piece], writer: asyncio.StreamWriter, address: str) -> None:
        """Frames of one segment go to Kafka together, in order; their answers go back in that order."""
        answers = await asyncio.gather(*(self._conversation.answer(piece, "tcp", address) for piece in pieces))
        if any(answers):
            writer.write(b"".join(answers))
            await writer.drain()

    def _heard(self, writer: asyncio.StreamWriter) -> None:
        address = self._open.pop(writer, None)
        if address is not None:
            self._open[writer] = address

    def _make_room(self, address: str) -> None:
        """A new panel is never turned away: the connection that has been silent longest makes place."""
        while len(self._open) >= self._limits.connections:
            self._close_silent(next(iter(self._open)))
        same = [writer for writer, theirs in self._open.items() if theirs == address]
        for silent in same[: max(0, len(same) - self._limits.per_address + 1)]:
            self._close_silent(silent)

    def _close_silent(self, silent: asyncio.StreamWriter) -> None:
        del self._open[silent]
        silent.close()
        log.warning("dc09_crowded", count=len(self._open) + 1)


def _address(writer: asyncio.StreamWriter) -> str:
    return str((writer.get_extra_info("peername") or ("unknown",))[0])
