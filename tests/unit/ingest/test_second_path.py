"""The second path's doors, as real HTTP servers: the first answer wins, nothing is believed without one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pydantic import SecretStr

from services.ingest.second_path import DispatchDoors, PostTimes

RECORD = (b"kiosk", b'{"signal_id": "a"}', [("traceparent", b"00-1-2-01"), ("ce_id", b"a")])
TIMES = PostTimes(hedge_s=0.2, door_s=5.0, whole_s=8.0)


@asynccontextmanager
async def door(status: int | None, heard: list[bytes]) -> AsyncIterator[str]:
    """A door that answers with that status, or never; its address."""
    release = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        heard.append(head + await reader.readexactly(len(RECORD[1])))
        if status is None:
            await release.wait()
        else:
            writer.write(b"HTTP/1.1 %d X\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}" % status)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    finally:
        release.set()
        server.close()


async def posted(*urls: str, times: PostTimes = TIMES) -> bool:
    """Whether one of these doors accepted it."""
    doors = DispatchDoors(urls, SecretStr("token-1"), times)
    try:
        return await doors.post(RECORD)
    finally:
        await doors.close()


async def test_the_body_is_the_record_and_the_token_goes_along() -> None:
    """Dispatch gets the signal's own JSON, our token and the trace."""
    heard: list[bytes] = []
    async with door(202, heard) as url:
        assert await posted(url)
    (request,) = heard
    assert request.startswith(b"POST /v1/urgent ")
    assert request.endswith(RECORD[1])
    assert b"authorization: bearer token-1" in request.lower()
    assert b"traceparent: 00-1-2-01" in request.lower()


async def test_a_door_that_hangs_does_not_hold_the_other() -> None:
    """A stopped dispatch: the second door is asked after the hedge, and its answer counts."""
    slow: list[bytes] = []
    fast: list[bytes] = []
    async with door(None, slow) as first, door(202, fast) as second:
        assert await posted(first, second)
    assert len(slow) == len(fast) == 1


async def test_no_acceptance_is_none() -> None:
    """Refused, in trouble, gone or silent: each is no acceptance, within the time."""
    heard: list[bytes] = []
    short = PostTimes(hedge_s=0.1, door_s=0.5, whole_s=1.0)
    async with door(403, heard) as refusing, door(503, heard) as troubled, door(None, heard) as silent:
        for urls in ((refusing,), (troubled,), (silent,), ("http://127.0.0.1:9",), (refusing, troubled)):
            assert not await posted(*urls, times=short)
