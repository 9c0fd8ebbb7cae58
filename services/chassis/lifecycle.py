"""From start to SIGTERM: one stop signal that every part of the process watches, and a loud end on a fault."""

import asyncio
import contextlib
import signal
import threading
from collections.abc import Awaitable, Callable

import uvloop

from services.chassis import logs

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def run(main: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Runs an asyncio process until `main` returns; SIGTERM and SIGINT set the event it is given.

    An exception that leaves `main` ends the process with code 1, so that its supervisor starts it anew.
    """

    async def guarded() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in STOP_SIGNALS:
            loop.add_signal_handler(number, stop.set)
        await main(stop)

    try:
        uvloop.run(guarded())
    except BaseExceptionGroup as group:
        logs.get(__name__).error("process_failed", exc_info=group)
        raise SystemExit(1) from group


def stop_on_signals() -> threading.Event:
    """For a process without asyncio: an event that SIGTERM and SIGINT set."""
    stop = threading.Event()
    for number in STOP_SIGNALS:
        signal.signal(number, lambda *_: stop.set())
    return stop


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Between two rounds of a loop: returns after so long, or at once when `stop` is set."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


async def until_stopped(stop: asyncio.Event, *parts: Awaitable[None]) -> None:
    """Runs all parts until `stop` is set and they return; the first that fails stops the others and is raised.

    A part that returns before `stop` is set counts as failed: nothing here may end quietly.
    """

    async def watched(part: Awaitable[None]) -> None:
        try:
            await part
            if not stop.is_set():
                raise RuntimeError(f"{part!r} ended before the process was told to stop")
        except BaseException:
            stop.set()
            raise

    async with asyncio.TaskGroup() as group:
        for part in parts:
            group.create_task(watched(part))
