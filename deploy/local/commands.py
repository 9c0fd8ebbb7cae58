"""What a supervisor in this process does: run, status, fetch. See background.py and demonstration.py for the rest."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterable
from typing import TextIO

from deploy.local.background import READY
from deploy.local.diagnosis import require_space
from deploy.local.kafka.jars import fetch_jars
from deploy.local.kafka.java import require_java
from deploy.local.record import Recorded, RunLock
from deploy.local.run import Running, running_stack
from deploy.local.screen import Screen
from deploy.local.sentences import StackError, not_up
from deploy.local.settings import EXERCISE_PIN, LocalSettings


async def run(settings: LocalSettings, only: Iterable[str], report_to: int | None) -> int:
    """Foreground: up, keep until Ctrl-C or SIGTERM, stop. With `report_to`, progress goes to that descriptor."""
    settings.layout.create()
    report = os.fdopen(report_to, "w") if report_to is not None else None
    screen = Screen(settings.layout.log("supervisor"), report or sys.stdout)
    async with running_stack(settings, screen, only) as stack:
        for line in summary(stack, settings):
            screen.always(line)
        if report is not None:
            screen.detach()
            _report_ready(report)
        await stack.supervisor.until(stack.stop)
    return 0


def _report_ready(report: TextIO) -> None:
    """Tells `up` that it may return; if that was ended meanwhile the stack stays up all the same."""
    with contextlib.suppress(BrokenPipeError):
        report.write(f"{READY}\n")
        report.flush()
    with contextlib.suppress(BrokenPipeError):
        report.close()


def status(settings: LocalSettings) -> int:
    """Prints what runs. Raises StackError if nothing does."""
    layout = settings.layout
    if RunLock(layout.lock_file).holder() is None or not layout.stack_file.exists():
        raise StackError(not_up(str(layout.var)))
    stack = json.loads(layout.stack_file.read_text())
    for name, pid in stack["pids"].items():
        process = Recorded.of(name, pid)
        print(f"{name:<18} {pid:>7}  {'en marche / running' if process else 'arrêté / stopped'}")
    print(f"{layout.stack_file}")
    return 0


def fetch(settings: LocalSettings) -> int:
    """Downloads what the set-up needs beyond Python packages, so that the first start needs no network."""
    require_space(settings.cache)
    java = require_java()
    print(f"Java {java.release}: {java.path}")
    fetch_jars(settings.cache, lambda line: print(f"kafka: {line}", flush=True))
    return 0


def summary(stack: Running, settings: LocalSettings) -> list[str]:
    """The addresses to use, as lines."""
    doors, endpoints = stack.assembly.doors, stack.assembly.endpoints
    names = {part.name for part in stack.assembly.parts}
    lines = [f"Vigie est en marche / is up ({stack.seconds:.1f} s)"]
    if "dispatch" in names:
        lines += [f"  dispatch  {url}" for url in doors.dispatch_urls]
        lines += _pages(doors.dispatch_urls[0], settings)
    if "ingest" in names:
        for url, dc09 in zip(doors.ingest_urls, doors.dc09_addresses, strict=True):
            lines.append(f"  ingest    {url}   DC-09 {dc09} (TCP, UDP)")
    known = (("Kafka", endpoints.kafka), ("MQTT", endpoints.mqtt))
    lines += [f"  {name:<9} {address}" for name, address in known if address]
    if stack.assembly.prometheus:
        lines.append(f"  Prometheus  {stack.assembly.prometheus}/alerts")
    if endpoints.database:
        lines.append("  PostgreSQL  var/run/stack.json (database_url)")
    return lines


def _pages(door: str, settings: LocalSettings) -> list[str]:
    """Where the pages are and how one signs in. A PIN of the user's own is not repeated."""
    lines = [f"  pages     {door}/  {door}/tablette/  {door}/equipe/"]
    if settings.accounts == "open":
        return [*lines, f"  suivre / follow  curl -N {door}/v1/stream"]
    pin = settings.demo_pin.get_secret_value()
    shown = pin if pin == EXERCISE_PIN else "VIGIE_DEMO_PIN"
    return [*lines, f"  comptes / accounts  operateur-1, chef-de-salle, pm-11, tech-1 …   code / PIN {shown}"]
