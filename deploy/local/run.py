"""One run of the stack in this process: lock, clean up, assemble, start, keep, stop."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from deploy.local.assembly import Assembler, Assembly
from deploy.local.diagnosis import require_space
from deploy.local.keeper import Surroundings
from deploy.local.layout import Layout
from deploy.local.own_parts import require_own_parts
from deploy.local.ports import PortBook
from deploy.local.record import ProcessRecord, RunLock, end_leftovers
from deploy.local.screen import Screen
from deploy.local.sentences import StackError, already_up
from deploy.local.settings import LocalSettings
from deploy.local.stack_file import StackFile
from deploy.local.supervisor import Supervisor


@dataclass(frozen=True)
class Running:
    """A stack that is up."""

    assembly: Assembly
    supervisor: Supervisor
    stop: asyncio.Event
    seconds: float


@contextlib.asynccontextmanager
async def running_stack(settings: LocalSettings, screen: Screen, only: Iterable[str] = ()) -> AsyncIterator[Running]:
    """Brings the stack up and yields it; stops everything at the end. Raises StackError."""
    layout = settings.layout
    began = time.monotonic()
    with contextlib.ExitStack() as held:
        _lock(layout, held)
        require_space(layout.var)
        for name in await asyncio.to_thread(end_leftovers, layout.record_file):
            screen.say(name, "reste d'un démarrage interrompu, arrêté / left by a killed run, ended")
        book = PortBook()
        held.callback(book.release)
        assembly = await asyncio.to_thread(Assembler(settings, book, screen.say, only).assemble)
        await require_own_parts(settings)
        stop = stop_on_signals()
        facts = StackFile(layout, assembly)
        held.callback(facts.remove)
        around = Surroundings(
            layout=layout,
            env=dict(os.environ),
            record=ProcessRecord(layout.record_file, changed=facts.processes_changed),
            say=screen.say,
        )
        async with Supervisor(assembly.parts, around) as supervisor:
            await _until_ready(supervisor, stop)
            facts.became_ready()
            yield Running(assembly, supervisor, stop, time.monotonic() - began)
            screen.say("vigie", "arrêt / stopping")
        layout.record_file.unlink(missing_ok=True)


class Interrupted(Exception):
    """The run was asked to stop before it was up."""


def _lock(layout: Layout, held: contextlib.ExitStack) -> None:
    layout.create()
    lock = RunLock(layout.lock_file)
    if not lock.acquire():
        raise StackError(already_up(str(layout.var), lock.holder() or 0))
    held.callback(lock.release)


def stop_on_signals() -> asyncio.Event:
    """Returns an event that Ctrl-C, `make down` (SIGTERM) or a closed terminal sets."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(each, stop.set)
    return stop


async def _until_ready(supervisor: Supervisor, stop: asyncio.Event) -> None:
    stopped = asyncio.create_task(stop.wait())
    ready = asyncio.create_task(supervisor.until_ready())
    try:
        await asyncio.wait((stopped, ready), return_when=asyncio.FIRST_COMPLETED)
        if not ready.done():
            raise Interrupted
        await ready
    finally:
        stopped.cancel()
        ready.cancel()
