"""`make up` and `make down`: a supervisor of its own session, started, followed until it is ready, and stopped."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable

from deploy.local.layout import REPOSITORY
from deploy.local.record import Recorded, RunLock, end_leftovers
from deploy.local.sentences import StackError, not_up
from deploy.local.settings import LocalSettings

STOP_SECONDS = 45.0
"""Longest orderly stop: services 10 s, then Kafka 20 s, then what is left; afterwards processes are killed."""
READY = "vigie-ready"
"""What the supervisor reports to `up` when everything answers."""


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
