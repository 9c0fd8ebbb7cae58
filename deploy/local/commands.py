"""What each make target does."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from typing import TextIO

from deploy.local.diagnosis import require_space
from deploy.local.kafka.jars import fetch_jars
from deploy.local.kafka.java import require_java
from deploy.local.layout import REPOSITORY
from deploy.local.record import Recorded, RunLock, end_leftovers
from deploy.local.run import Running, running_stack
from deploy.local.screen import Screen
from deploy.local.sentences import StackError, not_up
from deploy.local.settings import LocalSettings

STOP_SECONDS = 45.0
"""Longest orderly stop: services 10 s, then Kafka 20 s, then what is left; afterwards processes are killed."""
READY = "vigie-ready"


async def run(settings: LocalSettings, only: Iterable[str], report_to: int | None) -> int:
    """Foreground: up, keep until Ctrl-C or SIGTERM, stop. With `report_to`, progress goes to that descriptor."""
    settings.layout.create()
    report = os.fdopen(report_to, "w") if report_to is not None else None
    screen = Screen(settings.layout.log("supervisor"), report or sys.stdout)
    async with running_stack(settings, screen, only) as stack:
        for line in summary(stack):
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


def up(settings: LocalSettings, only: Iterable[str]) -> int:
    """Starts the stack in the background and returns when all of it is ready."""
    settings.layout.create()
    reading, writing = os.pipe()
    log = settings.layout.log("supervisor").open("a")
    command = (sys.executable, "-m", "deploy.local", "run", "--report-to", str(writing), "--only", ",".join(only))
    process = subprocess.Popen(
        command,
        cwd=REPOSITORY,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        pass_fds=(writing,),
        start_new_session=True,
    )
    os.close(writing)
    try:
        if _follow(reading):
            return 0
    except KeyboardInterrupt:
        process.terminate()
    code = process.wait()
    if code != 0:
        _show_end_of_log(settings)
    return code


def _follow(reading: int) -> bool:
    """Shows the progress of a start; True once it is ready, False if it ended before."""
    with os.fdopen(reading) as progress:
        for line in progress:
            if line.strip() == READY:
                return True
            with contextlib.suppress(BrokenPipeError):  # `make up | head`
                print(line, end="", flush=True)
    return False


def _show_end_of_log(settings: LocalSettings) -> None:
    lines = settings.layout.log("supervisor").read_text(errors="replace").splitlines()
    print(lines[-1] if lines else "", file=sys.stderr)


def down(settings: LocalSettings) -> int:
    """Stops the stack of this VIGIE_VAR, also what a killed one left. Raises StackError if there is none."""
    layout = settings.layout
    pid = RunLock(layout.lock_file).holder()
    if pid is None:
        left = end_leftovers(layout.record_file)
        layout.stack_file.unlink(missing_ok=True)
        if not left:
            raise StackError(not_up(str(layout.var)))
        print(f"restes arrêtés / leftovers ended: {', '.join(left)}")
        return 0
    supervisor = Recorded.of("supervisor", pid)
    if supervisor is not None and not _stopped(supervisor, signal.SIGTERM, STOP_SECONDS):
        print("le superviseur ne répond pas, il est tué / the supervisor does not answer and is killed")
        _stopped(supervisor, signal.SIGKILL, 5.0)
    end_leftovers(layout.record_file)
    layout.stack_file.unlink(missing_ok=True)
    print("Vigie est arrêtée. / Vigie is stopped.")
    return 0


def _stopped(supervisor: Recorded, how: signal.Signals, seconds: float) -> bool:
    """Sends the signal; True once the process has ended (a zombie that nobody reaps, as in containers, has)."""
    deadline = time.monotonic() + seconds
    with contextlib.suppress(ProcessLookupError):
        os.kill(supervisor.pid, how)
    while supervisor.process() is not None:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


async def demo(settings: LocalSettings, only: Iterable[str]) -> int:
    """Up in the foreground, then the demo driver, then everything stops; returns the driver's exit code."""
    settings = with_exercise(settings)
    settings.layout.create()
    screen = Screen(settings.layout.log("supervisor"))
    async with running_stack(settings, screen, only) as stack:
        for line in summary(stack):
            screen.always(line)
        screen.muted = sys.stdout.isatty()
        code = await _drive(settings, stack)
        screen.muted = False
        for name, count in stack.supervisor.restarts.items():
            screen.say(name, f"redémarré {count} fois / restarted {count} times")
    return code


def with_exercise(settings: LocalSettings) -> LocalSettings:
    """The demo applies the city's exercise overlay, unless VIGIE_OVERLAY names another."""
    exercise = REPOSITORY / "deploy" / "cities" / settings.city / "overlays" / "exercice"
    if settings.overlay is not None or not exercise.is_dir():
        return settings
    return settings.model_copy(update={"overlay": exercise})


async def _drive(settings: LocalSettings, stack: Running) -> int:
    """Runs the driver until it ends, Ctrl-C, or a part failed for good."""
    env = {
        **os.environ,
        **stack.assembly.secrets,
        "VIGIE_VAR": str(settings.var),
        "VIGIE_SECRETS_DIR": str(settings.secrets),
        "VIGIE_CITY": settings.city,
        "PYTHONPATH": str(REPOSITORY),
    }
    driver = await asyncio.create_subprocess_exec(sys.executable, "-m", "demo", env=env, cwd=REPOSITORY)
    ended = asyncio.create_task(driver.wait())
    kept = asyncio.create_task(stack.supervisor.until(stack.stop))
    try:
        await asyncio.wait((ended, kept), return_when=asyncio.FIRST_COMPLETED)
        if kept.done():
            await kept
        with contextlib.suppress(TimeoutError):
            return await asyncio.wait_for(asyncio.shield(ended), 10.0)
        return 1
    finally:
        kept.cancel()
        if driver.returncode is None:
            driver.terminate()
            await driver.wait()


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


def summary(stack: Running) -> list[str]:
    """The addresses to use, as lines."""
    doors, endpoints = stack.assembly.doors, stack.assembly.endpoints
    names = {part.name for part in stack.assembly.parts}
    lines = [f"Vigie est en marche / is up ({stack.seconds:.1f} s)"]
    if "dispatch" in names:
        lines += [f"  dispatch  {url}" for url in doors.dispatch_urls]
        lines.append(f"  suivre / follow  curl -N {doors.dispatch_urls[0]}/v1/stream")
    if "ingest" in names:
        lines.append(f"  ingest    {doors.ingest_url}   DC-09 {doors.dc09_address} (TCP, UDP)")
    known = (("Kafka", endpoints.kafka), ("MQTT", endpoints.mqtt))
    lines += [f"  {name:<9} {address}" for name, address in known if address]
    if endpoints.database:
        lines.append("  PostgreSQL  var/run/stack.json (database_url)")
    return lines
