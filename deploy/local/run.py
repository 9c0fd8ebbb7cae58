"""One run of the stack in this process: lock, clean up, assemble, start, keep, stop."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import time
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from deploy.local.assembly import Assembler, Assembly
from deploy.local.diagnosis import require_space
from deploy.local.health import kafka_answers, mqtt_answers, postgres_answers
from deploy.local.keeper import Surroundings
from deploy.local.layout import Layout
from deploy.local.ports import PortBook
from deploy.local.record import ProcessRecord, RunLock, end_leftovers, replace_text
from deploy.local.screen import Screen
from deploy.local.sentences import StackError, already_up, unreachable
from deploy.local.settings import LocalSettings
from deploy.local.supervisor import Supervisor

OWN_PART_SECONDS = 10.0
"""How long a Kafka, database or MQTT broker of the user's own may take to answer."""


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
        await _own_parts_answer(settings)
        stop = stop_on_signals()
        around = Surroundings(
            layout=layout,
            env=dict(os.environ),
            record=ProcessRecord(layout.record_file),
            say=screen.say,
            output=screen.say,
        )
        held.callback(layout.stack_file.unlink, missing_ok=True)
        async with Supervisor(assembly.parts, around) as supervisor:
            await _until_ready(supervisor, stop)
            _write_stack_file(layout, assembly, around.record)
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


async def _own_parts_answer(settings: LocalSettings) -> None:
    """Raises StackError if something that the user brings does not answer."""
    database = settings.database.get_secret_value() if settings.database else None
    checks = [
        ("Kafka", "KAFKA_BOOTSTRAP_SERVERS", settings.kafka, kafka_answers),
        ("PostgreSQL", "DATABASE_URL", database, postgres_answers),
        ("MQTT", "MQTT_URL", settings.mqtt, mqtt_answers),
    ]
    for part, setting, value, check in checks:
        if value is not None and not await _answers_in_time(check(value)):
            shown = "l'adresse donnée" if setting == "DATABASE_URL" else value
            raise StackError(unreachable(part, setting, shown))


async def _answers_in_time(check: object) -> bool:
    deadline = time.monotonic() + OWN_PART_SECONDS
    while not await check():  # type: ignore[operator]
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.2)
    return True


def _write_stack_file(layout: Layout, assembly: Assembly, record: ProcessRecord) -> None:
    """Writes the endpoints for clients (demo, tests, cli); it holds the database's password, hence mode 0600."""
    doors, endpoints = assembly.doors, assembly.endpoints
    content = {
        "kafka": endpoints.kafka,
        "database_url": endpoints.database,
        "mqtt_url": endpoints.mqtt,
        "ingest_url": doors.ingest_url,
        "dc09": doors.dc09_address,
        "dispatch_urls": doors.dispatch_urls,
        "metrics": doors.metrics(),
        "pids": {"supervisor": os.getpid(), **record.pids},
        "started_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "var": str(layout.var),
    }
    replace_text(layout.stack_file, json.dumps(content, indent=1))
