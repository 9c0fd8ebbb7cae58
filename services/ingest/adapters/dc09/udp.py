"""The UDP listener: a datagram holds one frame or several; each answer goes back to its sender."""

import asyncio
from typing import cast

from services.chassis import logs
from services.ingest import metrics
from services.ingest.adapters.dc09.conversation import Conversation, FrameResult
from services.ingest.adapters.dc09.splitter import Splitter

log = logs.get(__name__)
UNDER_WAY = 2048
"""Datagrams handled at once. Beyond it one is left unanswered, and its panel repeats it."""


class UdpListener(asyncio.DatagramProtocol):
    """Serves panels until stopped."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._tasks: set[asyncio.Task[None]] = set()
        self._transport: asyncio.DatagramTransport | None = None

    async def start(self, host: str, port: int) -> int:
        """Listens; returns the port. Raises OSError where it is taken."""
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(host, port))
        self._transport = transport
        return int(transport.get_extra_info("sockname")[1])

    async def stop(self) -> None:
        """Answers what is under way, then closes."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=5)
        if self._transport is not None:
            self._transport.close()

    def datagram_received(self, data: bytes, addr: tuple[str | bytes, int]) -> None:
        """Handles one datagram on a task of its own."""
        if len(self._tasks) >= UNDER_WAY:
            metrics.DC09_FRAMES.labels("udp", FrameResult.CROWDED.value).inc()
            return
        task = asyncio.create_task(self._answer(data, addr))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def error_received(self, exc: Exception) -> None:
        """An unreachable sender: it repeats."""
        log.info("dc09_udp_error", **logs.fault(exc))

    async def _answer(self, data: bytes, addr: tuple[str | bytes, int]) -> None:
        splitter = Splitter()
        pieces = [*splitter.feed(data), *splitter.close()]
        address = cast(str, addr[0])
        answers = await asyncio.gather(*(self._conversation.answer(piece, "udp", address) for piece in pieces))
        reply = b"".join(answers)
        if reply and self._transport is not None:
            self._transport.sendto(reply, addr)
