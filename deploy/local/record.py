"""Which processes a run started, so that the next one can end what a killed run left behind.

A pid alone proves nothing, it may have been given to another program since: a process is ours only if its start
time is the recorded one.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from deploy.local.sentences import StackError, leftover

START_TIME_TOLERANCE = 0.05  # seconds; psutil computes it from clock ticks of 10 ms


@dataclass(frozen=True)
class Recorded:
    """A process as it was when started."""

    name: str
    pid: int
    started: float

    @classmethod
    def of(cls, name: str, pid: int) -> Recorded | None:
        """Returns None if the process has already ended."""
        try:
            return cls(name, pid, psutil.Process(pid).create_time())
        except psutil.NoSuchProcess:
            return None

    def process(self) -> psutil.Process | None:
        """Returns the process if it is still the same one and not a zombie."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.started) < START_TIME_TOLERANCE
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.NoSuchProcess:
            return None


class ProcessRecord:
    """The file of the running processes, rewritten whole at each change."""

    def __init__(self, path: Path, changed: Callable[[dict[str, int]], None] = lambda _: None) -> None:
        self._path = path
        self._changed = changed
        self._running: dict[str, Recorded] = {}

    def add(self, name: str, pid: int) -> None:
        """Notes a process that has just been started."""
        recorded = Recorded.of(name, pid)
        if recorded is not None:
            self._running[name] = recorded
            self._write()

    def remove(self, name: str) -> None:
        """Notes that a process has ended."""
        if self._running.pop(name, None) is not None:
            self._write()

    @property
    def pids(self) -> dict[str, int]:
        """Pid of each running part."""
        return {name: recorded.pid for name, recorded in self._running.items()}

    def _write(self) -> None:
        text = json.dumps([asdict(recorded) for recorded in self._running.values()], indent=1)
        replace_text(self._path, text)
        self._changed(self.pids)


def read_record(path: Path) -> list[Recorded]:
    """Returns what the file says; a missing or half-written file of a killed run counts as empty."""
    try:
        return [Recorded(**entry) for entry in json.loads(path.read_text())]
    except (FileNotFoundError, json.JSONDecodeError, TypeError):
        return []


def end_leftovers(path: Path, seconds: float = 5.0) -> list[str]:
    """Ends processes that a killed run left; returns their names. Raises StackError if one cannot be ended."""
    left = {r.name: process for r in read_record(path) if (process := r.process()) is not None}
    for process in left.values():
        for each in (*process.children(recursive=True), process):
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()
    _, alive = psutil.wait_procs(list(left.values()), timeout=seconds)
    for process in alive:
        raise StackError(leftover(process.name(), process.pid))
    path.unlink(missing_ok=True)
    return sorted(left)


class RunLock:
    """One supervisor a VIGIE_VAR: an flock, which the kernel drops with its holder, so it is never stale."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd: int | None = None

    def acquire(self) -> bool:
        """Returns False if another supervisor holds it."""
        fd = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            return False
        os.ftruncate(fd, 0)
        os.pwrite(fd, str(os.getpid()).encode(), 0)
        self._fd = fd
        return True

    def holder(self) -> int | None:
        """Returns the pid of the supervisor that holds the lock, None if nobody does."""
        try:
            fd = os.open(self._path, os.O_RDWR)
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(os.pread(fd, 20, 0) or b"0") or None
        finally:
            os.close(fd)
        return None

    def release(self) -> None:
        """Drops the lock."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


def replace_text(path: Path, text: str) -> None:
    """Writes a file of mode 0600 that a reader sees whole or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(fd, "w") as file:
        file.write(text)
    temporary.replace(path)
