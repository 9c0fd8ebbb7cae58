"""Dispatch's cost of an SOS, from call to cleared, by units, open incidents and connected tablets."""

import asyncio
import itertools
import tempfile
from pathlib import Path

import httpx
import psutil

from bench import centre
from bench.people import Town
from tests.stack.running import StackProcess, start_stack

CALL_EVERY_S, SECONDS = 0.5, 15.0


def cost_ms(*, units: int = centre.PATROLS, open_incidents: int = 0, tablets: int = centre.PATROLS) -> float:
    """Milliseconds of processor time of dispatch for one SOS, less what it takes when nobody calls."""
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as name:
        overlay = centre.write_overlay(Path(name) / "overlay", (), units)
        stack = start_stack(Path(name) / "stack", "", {"VIGIE_OVERLAY": str(overlay)})
        try:
            return asyncio.run(_cost(stack, units, open_incidents, tablets))
        finally:
            stack.stop()


async def _cost(stack: StackProcess, units: int, open_incidents: int, tablets: int) -> float:
    door, limits = str(stack.facts["dispatch_urls"][0]), httpx.Limits(max_connections=None)
    process = psutil.Process(stack.facts["pids"]["dispatch"])
    async with httpx.AsyncClient(limits=limits, timeout=30, trust_env=False) as http:
        for number in range(open_incidents):
            lat, lon = centre.spot(number)
            body = {"nature": "illegal_dumping", "lat": lat, "lon": lon}
            (await http.post(f"{door}/v1/calls", json=body)).raise_for_status()
        town = Town(http, str(stack.facts["ingest_urls"][0]), door, "growth", units=units)
        following = await town.open()
        listening = [await _listen(door, unit) for unit in _more(tablets - len(following))]
        await town.call(CALL_EVERY_S, 5.0)  # compiled statements, pools, caches
        idle = await _used(process, asyncio.sleep(0))
        before = len(town.calls)
        busy = await _used(process, town.call(CALL_EVERY_S, SECONDS))
        await town.settled()
        for task in (*following, *listening):
            task.cancel()
        await asyncio.gather(*following, *listening, return_exceptions=True)
    if not all(call.shown for call in town.calls):
        raise RuntimeError("a call was shown on no tablet")
    return (busy - idle) / (len(town.calls) - before) * 1000


async def _used(process: psutil.Process, act: "asyncio.Future[None] | object") -> float:
    """Processor seconds while `act` and some time after it."""
    began = sum(process.cpu_times()[:2])
    await asyncio.gather(act, asyncio.sleep(SECONDS + 5.0))  # type: ignore[arg-type]
    return float(sum(process.cpu_times()[:2]) - began)


def _more(count: int) -> list[str]:
    return list(itertools.islice(itertools.cycle(centre.patrols()), max(0, count)))


async def _listen(door: str, unit: str) -> asyncio.Task[None]:
    """One more tablet, that only reads: bytes, so that it costs this side next to nothing."""
    host, _, port = door.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    ask = f"GET /v1/stream?unit={unit} HTTP/1.1\r\nHost: {host}\r\nX-Actor: {unit}\r\nAccept: text/event-stream\r\n\r\n"
    writer.write(ask.encode())
    await reader.readuntil(b"\r\n\r\n")

    async def read() -> None:
        try:
            while await reader.read(65536):
                pass
        finally:
            writer.close()

    return asyncio.create_task(read())
