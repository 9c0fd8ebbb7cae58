"""The steps and services of one stack, each of which may be of either version; ports and folders stay the same."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from deploy.local import niceness
from deploy.local.assembly import Assembler, Assembly
from deploy.local.child import Child
from deploy.local.ports import PortBook
from deploy.local.settings import LocalSettings
from deploy.local.stack_file import StackFile
from tests.faults.stack import PATIENCE, NotHealed
from tests.upgrade.versions import Version

LOOK_S = 0.1
READY_S = 60.0
STEP_S = 120.0


@dataclass
class Processes:
    """What the supervisor would run; here each is started and ended by hand, as an administrator does."""

    assembly: Assembly
    settings: LocalSettings
    facts: StackFile
    running: dict[str, Child] = field(default_factory=dict)
    versions: dict[str, Version] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._parts = {part.name: part for part in self.assembly.parts}

    async def step(self, name: str, version: Version) -> float:
        """Runs a step to its end; the seconds it took. Raises NotHealed with its last words where it fails."""
        began = time.monotonic()
        child = self._child(name, version)
        if not await child.ended_within(STEP_S * PATIENCE):
            child.kill()
        if code := await child.wait():
            raise NotHealed(f"{name} of {version.name} ended with {code}: {' '.join(child.last_lines)[-400:]}")
        return time.monotonic() - began

    def start(self, name: str, version: Version, *, again: bool = False) -> None:
        """Starts a service. `again`: it leaves the processor to who does its work meanwhile, as the supervisor does."""
        yielding = again and self._parts[name].gives_way and niceness.may_be_undone()
        self.running[name] = self._child(name, version, yielding=yielding)
        self.versions[name] = version
        self._write()

    async def ready(self, name: str) -> None:
        """Returns once it answers. Raises NotHealed with what it waits for, or its last words."""
        part, child = self._parts[name], self.running[name]
        deadline = time.monotonic() + READY_S * PATIENCE
        while not await part.ready():
            if await child.ended_within(LOOK_S):
                raise NotHealed(f"{name} ended: {' '.join(child.last_lines)[-400:]}")
            if time.monotonic() > deadline:
                raise NotHealed(f"{name} is not ready: {await self.says(name)}")
        if niceness.may_be_undone():
            child.full_share()

    async def says(self, name: str) -> str:
        """What its readiness door answers; empty while nothing does."""
        words = self._parts[name].why_not_ready
        return await words() if words is not None else ""

    async def stop(self, name: str) -> bool:
        """SIGTERM, and its end; False if it had to be killed."""
        child = self.running.pop(name)
        by_itself = await child.stop()
        await child.wait()
        self._write()
        return by_itself

    async def stop_all(self) -> None:
        """Everything at once."""
        await asyncio.gather(*(self.stop(name) for name in list(self.running)))

    async def asked(self, name: str, path: str) -> int:
        """Status of GET `path` at one process; 0 where nothing answers."""
        url = self.assembly.doors.peers()[name] + path
        async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
            try:
                return (await client.get(url)).status_code
            except httpx.HTTPError:
                return 0

    def _child(self, name: str, version: Version, *, yielding: bool = False) -> Child:
        part = version.of(self._parts[name])
        log = self.settings.layout.log(name)
        return Child.start(part, dict(os.environ), log, _in_the_log, yielding=yielding)

    def _write(self) -> None:
        self.facts.processes_changed({name: child.pid for name, child in self.running.items()})


@asynccontextmanager
async def processes(var: Path, environment: Mapping[str, str]) -> AsyncIterator[Processes]:
    """The description of all of them, nothing started yet; ends what runs."""
    settings = LocalSettings.model_validate({**environment, "VIGIE_VAR": var, "VIGIE_ACCOUNTS": "open"})
    settings.layout.create()
    book = PortBook()
    assembly = Assembler(settings, book, _in_the_log).assemble()
    found = Processes(assembly, settings, StackFile(settings.layout, assembly))
    try:
        yield found
    finally:
        await found.stop_all()
        book.release()


def _in_the_log(name: str, line: str) -> None:
    """Everything that is said is in the log already."""
