"""One running process: started so that it cannot outlive the supervisor, its output kept in a bounded file."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

from deploy.local.layout import REPOSITORY
from deploy.local.part import Part

_PR_SET_PDEATHSIG = 1
_KEPT_LINES = 30
LOG_BYTES = 20_000_000
_LINE_BYTES = 1 << 20


def tie_to_parent(orphan_signal: signal.Signals, parent: int) -> None:
    """In the forked child: ask the kernel for `orphan_signal` when the parent dies (Linux).

    Elsewhere the process record is what the next start cleans up with.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(orphan_signal), 0, 0, 0)
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
    """A started process of a part."""

    def __init__(self, part: Part, process: asyncio.subprocess.Process, log: LogFile) -> None:
        self.part = part
        self.pid = process.pid
        self.last_lines: deque[str] = deque(maxlen=_KEPT_LINES)
        self._process = process
        self._log = log
        self._pump: asyncio.Task[None] | None = None

    @classmethod
    async def start(
        cls, part: Part, base_env: Mapping[str, str], log: Path, output: Callable[[str, str], None]
    ) -> Child:
        """Starts the process in a session of its own, so that Ctrl-C reaches the supervisor only."""
        supervisor = os.getpid()

        def in_child() -> None:
            if part.account is not None:
                part.account.become()
            tie_to_parent(part.orphan_signal, supervisor)  # after setuid, which would clear it

        process = await asyncio.create_subprocess_exec(
            *part.command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={**base_env, **part.env},
            cwd=REPOSITORY if part.account is None else "/",
            start_new_session=True,
            preexec_fn=in_child,
            limit=_LINE_BYTES,
        )
        child = cls(part, process, LogFile(log))
        child._pump = asyncio.create_task(child._read(output), name=f"output of {part.name}")
        return child

    async def _read(self, output: Callable[[str, str], None]) -> None:
        stream = self._process.stdout
        assert stream is not None
        async for raw in _lines(stream):
            self._log.write(raw)
            line = raw.decode("utf-8", "replace").rstrip()
            self.last_lines.append(line)
            shown = self.part.show(line)
            if shown is not None:
                output(self.part.name, shown)

    async def wait(self) -> int:
        """Returns the exit code (negative: signal) once the process has ended and its output is read."""
        code = await self._process.wait()
        if self._pump is not None:
            # A grandchild may hold the pipe open; what the process itself wrote is there at once.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._pump, 1.0)
        self._log.close()
        return code

    async def wait_ended(self) -> None:
        """Returns when the process has ended, whatever is left to read of its output."""
        await self._process.wait()

    async def stop(self) -> bool:
        """Asks, waits, then kills. Returns False if it had to be killed."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(self.part.stop_signal)
        try:
            await asyncio.wait_for(self._process.wait(), self.part.stop_seconds)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
            return False
        return True


async def _lines(stream: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """Yields lines; one longer than the buffer comes in pieces instead of ending the reading."""
    while True:
        try:
            line = await stream.readuntil(b"\n")
        except asyncio.IncompleteReadError as end:
            if end.partial:
                yield end.partial
            return
        except asyncio.LimitOverrunError as long:
            line = await stream.readexactly(long.consumed) + b"\n"
        yield line
