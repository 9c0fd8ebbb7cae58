"""How the supervisor knows that a part answers. Each check is one short attempt; the supervisor repeats it."""

from __future__ import annotations

import asyncio
import socket
import struct
from urllib.parse import urlsplit

from deploy.local.part import Check, Words

ATTEMPT_SECONDS = 2.0
LONGEST_REPORT = 10_000  # bytes
_API_VERSIONS = 18
_MQTT_CONNACK = 0x20


async def _exchange(host: str, port: int, request: bytes, answer_bytes: int) -> bytes:
    """Sends `request`, returns the first bytes of the answer, b"" if there is none in time."""
    try:
        async with asyncio.timeout(ATTEMPT_SECONDS):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(request)
                await writer.drain()
                return await reader.readexactly(answer_bytes)
            finally:
                writer.close()
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        return b""


def kafka_answers(bootstrap: str) -> Check:
    """True once each bootstrap server answers a metadata request and names as many brokers as there are servers.

    An unregistered broker lists nobody, so that a start is not called ready before topics can be created.
    """
    servers = [server.strip() for server in bootstrap.split(",") if server.strip()]

    async def check() -> bool:
        counts = await asyncio.gather(*(_metadata_brokers(server) for server in servers))
        return min(counts) >= len(servers)

    return check


async def _metadata_brokers(server: str) -> int:
    host, _, port = server.rpartition(":")
    body = struct.pack(">hhih", 3, 4, 1, -1) + struct.pack(">i", 0) + b"\x00"  # Metadata v4, no topic
    request = struct.pack(">i", len(body)) + body
    # size, correlation id, throttle time, then the number of brokers
    answer = await _exchange(host, int(port), request, 16)
    return struct.unpack(">iiii", answer)[3] if answer else 0


def mqtt_answers(url: str) -> Check:
    """True once the broker acknowledges a CONNECT (MQTT 3.1.1); the way for a broker with a password is TCP only."""
    parts = urlsplit(url)
    host, port = parts.hostname or "127.0.0.1", parts.port or 1883
    connect = b"\x10\x16\x00\x04MQTT\x04\x02\x00\x0a\x00\x0avigie-wait"

    async def check() -> bool:
        answer = await _exchange(host, port, connect, 4)
        return bool(answer) and answer[0] == _MQTT_CONNACK

    return check


def postgres_answers(url: str) -> Check:
    """True once SELECT 1 returns."""

    async def check() -> bool:
        import psycopg

        try:
            async with asyncio.timeout(ATTEMPT_SECONDS):
                async with await psycopg.AsyncConnection.connect(url, connect_timeout=2) as connection:
                    await connection.execute("SELECT 1")
                return True
        except (psycopg.Error, OSError, TimeoutError):
            return False

    return check


def http_ready(url: str) -> Check:
    """True once GET answers 200."""
    parts = urlsplit(url)
    host, port = parts.hostname or "127.0.0.1", parts.port or 80
    request = f"GET {parts.path} HTTP/1.0\r\nHost: {host}\r\n\r\n".encode()

    async def check() -> bool:
        status_line = await _exchange(host, port, request, 12)
        return status_line.endswith(b" 200")

    return check


def http_body(url: str) -> Words:
    """Returns what the readiness door says, on one line; empty if nothing answers."""
    parts = urlsplit(url)
    host, port = parts.hostname or "127.0.0.1", parts.port or 80
    request = f"GET {parts.path} HTTP/1.0\r\nHost: {host}\r\n\r\n".encode()

    async def ask() -> str:
        try:
            async with asyncio.timeout(ATTEMPT_SECONDS):
                reader, writer = await asyncio.open_connection(host, port)
                try:
                    writer.write(request)
                    answer = await reader.read(LONGEST_REPORT)
                finally:
                    writer.close()
        except (OSError, TimeoutError):
            return ""
        return answer.partition(b"\r\n\r\n")[2].decode("utf-8", "replace").strip()

    return ask


def port_open(host: str, port: int) -> bool:
    """True if something accepts TCP connections there."""
    with socket.socket() as probe:
        probe.settimeout(ATTEMPT_SECONDS)
        return probe.connect_ex((host, port)) == 0
