"""Reads a dead process's last words for the causes that deserve a sentence of their own."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from deploy.local.sentences import Sentence, StackError, disk_full, part_failed, port_lost

NEEDED_MB = 600
"""Kafka's first segments and indexes, PostgreSQL's first WAL files, logs of an hour."""

_NO_SPACE = ("No space left on device", "Disk quota exceeded", "ENOSPC")
_TAKEN = ("Address already in use", "address already in use", "BindException", "Errno 98")


def free_mb(path: Path) -> int:
    """Free megabytes on the volume of `path`, or of its nearest existing parent."""
    existing = next(folder for folder in (path, *path.parents) if folder.exists())
    return shutil.disk_usage(existing).free // 1_000_000


def require_space(path: Path, needed_mb: int = NEEDED_MB) -> None:
    """Raises StackError if the volume of `path` has too little room to start."""
    free = free_mb(path)
    if free < needed_mb:
        raise StackError(disk_full(str(path), free, needed_mb))


def says_disk_full(line: str) -> bool:
    """True if an output line reports ENOSPC."""
    return any(mark in line for mark in _NO_SPACE)


def explain(part: str, code: int, last_lines: Iterable[str], var: Path, log: Path) -> Sentence:
    """Returns the sentence for a process that ended with `code` before it was ready."""
    lines = list(last_lines)
    if any(says_disk_full(line) for line in lines):
        return disk_full(str(var), free_mb(var), NEEDED_MB)
    if any(mark in line for line in lines for mark in _TAKEN):
        return port_lost(part, str(log))
    return part_failed(part, f"s'est arrêté (code {code})", f"stopped (code {code})", str(log))
