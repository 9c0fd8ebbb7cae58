"""The HTTP doors' connections, on real sockets: slow ones are cut, crowds make place, nobody new is turned away."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from services.chassis.operations import serve
from services.ingest.adapters.http.connections import HttpLimits, limited

HEAD = b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
WHOLE = HEAD + b"Content-Length: 2\r\n\r\n{}"
Pair = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def serving(
    limits: HttpLimits, gate: asyncio.Event | None = None, inside: asyncio.Semaphore | None = None
) -> AsyncIterator[int]:
    """A small application behind the limits, which answers once `gate` is open; its port. `inside` counts requests."""
    app = FastAPI()

    @app.post("/echo", status_code=202)
    async def echo(body: dict[str, str]) -> dict[str, str]:
        if inside is not None:
            inside.release()
        if gate is not None:
            await gate.wait()
        return body

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    stop = asyncio.Event()
    server = asyncio.create_task(serve(app, "127.0.0.1", port, stop, drain_s=1, protocol=limited(limits)))
    (await first(port))[1].close()
    try:
        yield port
    finally:
        stop.set()
        await server


async def first(port: int) -> Pair:
    """A connection, once the server listens."""
    while True:
        try:
            return await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.01)


async def status(pair: Pair) -> bytes:
    """The status line that comes back; empty where the connection was closed."""
    try:
        return (await asyncio.wait_for(pair[0].readline(), 10)).strip()
    except ConnectionError:
        return b""


async def ask(pair: Pair) -> bytes:
    """One whole request; its status line."""
    pair[1].write(WHOLE)
    return await status(pair)


async def test_a_request_that_never_ends_is_cut() -> None:
    """A byte now and then, in header or body, or none at all, does not keep a connection."""
    async with serving(HttpLimits(8, 8, 0.5)) as port:
        silent, header, body = [await first(port) for _ in range(3)]
        header[1].write(HEAD)
        body[1].write(HEAD + b"Content-Length: 100000\r\n\r\n")

        async def drip(pair: Pair) -> None:
            while True:
                pair[1].write(b"X")
                await asyncio.sleep(0.1)

        drips = [asyncio.create_task(drip(pair)) for pair in (header, body)]
        try:
            assert [await status(pair) for pair in (silent, header, body)] == [b""] * 3
        finally:
            for task in drips:
                task.cancel()


async def test_the_quietest_of_the_same_address_makes_place() -> None:
    """Past the limit of an address, the connection that only waits goes; the new one and the busy one are answered."""
    async with serving(HttpLimits(2, 8, 30.0)) as port:
        quiet, busy = await first(port), await first(port)
        assert await ask(quiet) == await ask(busy) == b"HTTP/1.1 202 Accepted"
        new = await first(port)
        assert await ask(new) == b"HTTP/1.1 202 Accepted"
        rest = await asyncio.wait_for(quiet[0].read(), 10)  # what was left of its answer, then the end
        assert rest.endswith(b"{}")


async def test_nobody_who_waits_for_an_answer_is_cut() -> None:
    """All places taken by requests under way: the next is still let in, and every one gets its answer."""
    gate, inside = asyncio.Event(), asyncio.Semaphore(0)
    async with serving(HttpLimits(2, 2, 30.0), gate, inside) as port:
        waiting = []
        for _ in range(5):
            waiting.append(asyncio.create_task(ask(await first(port))))
            await inside.acquire()
        gate.set()
        assert await asyncio.gather(*waiting) == [b"HTTP/1.1 202 Accepted"] * 5
