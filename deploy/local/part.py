"""What the supervisor needs to know about one process of the stack."""

from __future__ import annotations

import signal
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.account import Account
from deploy.local.layout import REPOSITORY

Check = Callable[[], Awaitable[bool]]
Words = Callable[[], Awaitable[str]]
Preparation = Callable[[], None]


async def no_check() -> bool:
    """For a part that is ready as soon as it runs."""
    return True


def whole_line(line: str) -> str | None:
    """Shows every output line."""
    return line


@dataclass(frozen=True)
class Part:
    """One process. A `once` part is a step: it is ready when it has ended with 0, and is not restarted."""

    name: str
    command: tuple[str, ...]
    after: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    folder: Path = REPOSITORY
    """Where it runs; one with an account of its own runs in `/`."""
    ready: Check = no_check
    alive: Check | None = None
    """Asked every `keeper.ALIVE_EVERY` once the part answered: one that keeps silent is killed and started anew."""
    why_not_ready: Words | None = None
    """Asked when the part is given up: what it is still waiting for."""
    niceness: int = 0
    """Above 0: what carries urgent alarms has the processor before it."""
    gives_way: bool = False
    """What is urgent goes on without it: it starts again without taking the processor from those who do that."""
    once: bool = False
    prepare: Preparation | None = None
    """Runs in a thread before each start; may raise StackError."""
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    orphan_signal: signal.Signals = signal.SIGKILL
    """Sent by the kernel when the supervisor dies."""
    stop_seconds: float = 10.0
    ready_seconds: float = 60.0
    show: Callable[[str], str | None] = whole_line
    """What of an output line reaches the terminal; None keeps it in the log file only."""
