"""One running process: started so that it cannot outlive the supervisor, its output kept in a bounded file."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from deploy.local import niceness
from deploy.local.part import Part

_PR_SET_PDEATHSIG = 1
_KEPT_LINES = 30
LOG_BYTES = 20_000_000
_LINE_BYTES = 1 << 20
_LAST_OUTPUT_SECONDS = 1.0
"""How long to wait for a pipe that a process outside of the dead one's session still holds."""
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
"""Loaded before any fork: a child of a process with threads must not load a library."""


def tie_to_parent(orphan_signal: signal.Signals, parent: int) -> None:
    """In the forked child: ask the kernel for `orphan_signal` when the parent dies (Linux).

    Elsewhere the process record is what the next start cleans up with.
    """
    if _LIBC is None:
        return
    _LIBC.prctl(_PR_SET_PDEATHSIG, int(orphan_signal), 0, 0, 0)
    if os.getppid() != parent:  # it died before the line above took effect
        os._exit(1)


class LogFile:
    """Append-only file; past `limit` bytes the old half moves to `.1`, so that logs cannot fill the disk."""

    def __init__(self, path: Path, limit: int = LOG_BYTES) -> None:
        self._path = path
        self._limit = limit
        self._file = path.open("ab")

    def write(self, line: bytes) -> None:
        """Writes through at once: the log is read while the process runs."""
        self._file.write(line)
        self._file.flush()
        if self._file.tell() > self._limit:
            self._file.close()
            self._path.replace(self._path.with_suffix(".log.1"))
            self._file = self._path.open("ab")

    def close(self) -> None:
        """Closes the file."""
        self._file.close()


class Child:
    """A started process of a part. Two threads serve it: one waits for its end, one reads its output.

    Not asyncio's subprocess: there the end of a process is seen only once its pipe is closed, which a grandchild
    (a database backend after kill -9 of its server) may hold open.
    """

    def __init__(self, part: Part, process: subprocess.Popen[bytes], output: Callable[[str, str], None]) -> None:
        self.part = part
        self.pid = process.pid
        self.last_lines: deque[str] = deque(maxlen=_KEPT_LINES)
        self._process = process
        self._output = output
        self._loop = asyncio.get_running_loop()
        self._ended = asyncio.Event()
        self._read = asyncio.Event()

    @classmethod
    def start(
        cls,
        part: Part,
        base_env: Mapping[str, str],
        log: Path,
        output: Callable[[str, str], None],
        *,
        yielding: bool = False,
    ) -> Child:
        """Starts the process in a session of its own, so that Ctrl-C reaches the supervisor only.

        `yielding`: it leaves the processor to others until `full_share`. Must be called by the main thread:
        PR_SET_PDEATHSIG follows the thread that forked.
        """
        supervisor = os.getpid()

        def in_child() -> None:
            os.nice(niceness.STARTING if yielding else part.niceness)
            if part.account is not None:
                part.account.become()
            tie_to_parent(part.orphan_signal, supervisor)  # after setuid, which would clear it

        process = subprocess.Popen(
            part.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**base_env, **part.env},
            cwd=part.folder if part.account is None else "/",
            start_new_session=True,
            preexec_fn=in_child,
        )
        child = cls(part, process, output)
        for work in (child._await_end, partial(child._read_output, LogFile(log))):
            threading.Thread(target=work, name=f"{part.name}", daemon=True).start()
        return child

    def _await_end(self) -> None:
        self._process.wait()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)  # what it started and left in its session
        self._tell(self._ended.set)

    def _read_output(self, log: LogFile) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as stream:
            for raw in iter(partial(stream.readline, _LINE_BYTES), b""):
                log.write(raw)
                line = raw.decode("utf-8", "replace").rstrip()
                self.last_lines.append(line)
                shown = self.part.show(line)
                if shown is not None:
                    self._tell(partial(self._output, self.part.name, shown))
        log.close()
        self._tell(self._read.set)

    def _tell(self, what: Callable[[], object]) -> None:
        with contextlib.suppress(RuntimeError):  # the supervisor's loop has ended: nobody is left to tell
            self._loop.call_soon_threadsafe(what)

    async def wait(self) -> int:
        """Returns the exit code (negative: signal) once the process has ended and its output is read."""
        await self._ended.wait()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._read.wait(), _LAST_OUTPUT_SECONDS)
        return int(self._process.returncode)

    async def ended_within(self, seconds: float) -> bool:
        """True as soon as the process has ended, False after `seconds`."""
        try:
            await asyncio.wait_for(self._ended.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def full_share(self) -> None:
        """It is up: it yields no more."""
        niceness.full_share(self.pid, self.part.niceness)

    def kill(self) -> None:
        """kill -9, for one that no longer answers; SIGKILL ends a stopped process too."""
        self._process.kill()

    async def stop(self) -> bool:
        """Asks, waits, then kills. Returns False if it had to be killed."""
        self._process.send_signal(self.part.stop_signal)
        if await self.ended_within(self.part.stop_seconds):
            return True
        self._process.kill()
        await self._ended.wait()
        return False
