"""A wire-tap between an MQTT client and its broker: counts the PUBACKs that the client sends."""

import asyncio
from types import TracebackType
from urllib.parse import urlsplit

PUBACK = 4


class WireTap:
    """Forwards all connections to a broker, both ways, unchanged."""

    def __init__(self, broker_url: str) -> None:
        address = urlsplit(broker_url)
        self._broker = (address.hostname or "127.0.0.1", address.port or 1883)
        self._server: asyncio.Server | None = None
        self.pubacks = 0

    @property
    def url(self) -> str:
        """MQTT_URL of the tap."""
        assert self._server is not None
        return f"mqtt://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def __aenter__(self) -> "WireTap":
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        broker_reader, broker_writer = await asyncio.open_connection(*self._broker)
        await asyncio.gather(
            self._count(reader, broker_writer), _forward(broker_reader, writer), return_exceptions=True
        )
        writer.close()
        broker_writer.close()

    async def _count(self, reader: asyncio.StreamReader, broker: asyncio.StreamWriter) -> None:
        """Forwards packet by packet: a type byte, a length of one to four bytes, the rest (MQTT 3.1.1 section 2.2)."""
        while True:
            packet = await reader.readexactly(1)
            length, shift = 0, 0
            while True:
                more = await reader.readexactly(1)
                packet += more
                length |= (more[0] & 0x7F) << shift
                shift += 7
                if not more[0] & 0x80:
                    break
            broker.write(packet + await reader.readexactly(length))
            await broker.drain()
            self.pubacks += packet[0] >> 4 == PUBACK


async def _forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(4096):
        writer.write(data)
        await writer.drain()
