"""Keeps one part running: starts it when what it needs is ready, waits until it answers, restarts it when it dies.

One that hangs is killed first: it holds leases, connections and ports, and answers nobody.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from deploy.local import niceness
from deploy.local.child import Child
from deploy.local.diagnosis import explain, says_disk_full
from deploy.local.layout import Layout
from deploy.local.part import Part
from deploy.local.record import ProcessRecord
from deploy.local.sentences import Sentence, StackError, part_failed

LAST_WORDS = 5
"""Output lines shown of a process that did not come up."""
CHECK_EVERY = 0.1  # seconds between two attempts while a part comes up
FIRST_TRIES = 3
"""A part that never answered is started this often before the stack gives up."""
ALIVE_EVERY = 2.0
"""Seconds between two questions whether a part still lives."""
HUNG_AFTER = 10
"""So many unanswered in a row, 20 to 40 s, and the part counts as hung. Not less: a loaded machine is slow, too."""
STEADY_SECONDS = 60.0
"""After this long without a crash the back-off starts again from its first step."""
BACK_OFF = (0.05, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds before the 1st, 2nd … restart; the first is short because an urgent alarm may be waiting for it."""


def back_off(crashes: int) -> float:
    """Seconds to wait after `crashes` ≥ 1 crashes in a row."""
    return BACK_OFF[min(crashes, len(BACK_OFF)) - 1]


@dataclass
class Surroundings:
    """What all keepers of a run share."""

    layout: Layout
    env: Mapping[str, str]
    record: ProcessRecord
    say: Callable[[str, str], None]


@dataclass
class Keeper:
    """The state of one part: its process, whether it answered, how often it was restarted."""

    part: Part
    around: Surroundings
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    restarts: int = 0
    hangs: int = 0
    """How often it had to be killed because it no longer answered."""
    child: Child | None = None
    quiet: bool = False
    """True while stopping: what a process says then is for its log file only."""

    async def keep(self, needs: list[Keeper]) -> None:
        """Runs until cancelled. Raises StackError if the part does not come up at first."""
        for need in needs:
            await need.ready.wait()
        crashes = 0
        while True:
            began = time.monotonic()
            child = await self._start()
            answered = await self._until_ready(child, began)
            code = await self._until_end(child)
            self._ended()
            if self._finished(child, code):
                return
            crashes = 1 if time.monotonic() - began > STEADY_SECONDS else crashes + 1
            if not self.ready.is_set() and not answered and crashes >= FIRST_TRIES:
                raise StackError(self._explanation(child, code))
            await self._before_restart(code, crashes)

    async def stop(self) -> None:
        """Stops the process, after `keep` was cancelled; says so if it had to be killed."""
        child = self.child
        if child is None:
            return
        self.quiet = True
        if not await child.stop():
            self.around.say(self.part.name, "tué après délai / killed after its time-out")
        await child.wait()
        self._ended()

    async def _start(self) -> Child:
        while self.around.layout.held(self.part.name).exists():  # noqa: ASYNC110 (a file tells no event)
            await asyncio.sleep(CHECK_EVERY)
        if self.part.prepare is not None:
            await asyncio.to_thread(self.part.prepare)
        log = self.around.layout.log(self.part.name)
        yielding = self.part.gives_way and self.restarts > 0 and niceness.may_be_undone()
        child = Child.start(self.part, self.around.env, log, self._output, yielding=yielding)
        self.child = child
        self.around.record.add(self.part.name, child.pid)
        return child

    def _output(self, name: str, line: str) -> None:
        if says_disk_full(line):
            self.around.say(name, "disque plein : faites de la place / disk full: make room")
        if not self.quiet:
            self.around.say(name, line)

    async def _until_ready(self, child: Child, began: float) -> bool:
        """True once the part answered; False if it ended first. Raises StackError after `ready_seconds`."""
        if self.part.once:
            return False
        while not await child.ended_within(CHECK_EVERY):
            if await self.part.ready():
                if niceness.may_be_undone():
                    child.full_share()
                self._announce(began)
                return True
            if time.monotonic() - began > self.part.ready_seconds:
                if not self.ready.is_set():
                    raise StackError(await self._silent())
                if self.part.alive is not None and not await self.part.alive():
                    self._kill_hung(child)  # while it came up again; one that lives waits for others, and says so
        return False

    async def _until_end(self, child: Child) -> int:
        """The exit code. Kills the process once it has left `HUNG_AFTER` questions in a row unanswered."""
        silent = 0
        while self.part.alive is not None and not await child.ended_within(ALIVE_EVERY):
            silent = 0 if await self.part.alive() else silent + 1
            if silent >= HUNG_AFTER:
                self._kill_hung(child)
                break
        return await child.wait()

    def _kill_hung(self, child: Child) -> None:
        child.kill()
        self.hangs += 1
        self.around.say(
            self.part.name,
            "ne répond plus, tué avant redémarrage / hung, killed before its restart",
        )

    def _announce(self, began: float) -> None:
        again = " de nouveau" if self.ready.is_set() else ""
        seconds = time.monotonic() - began
        self.around.say(self.part.name, f"prêt{again} / ready{' again' if again else ''} ({seconds:.1f} s)")
        self.ready.set()

    def _ended(self) -> None:
        self.child = None
        self.around.record.remove(self.part.name)

    def _finished(self, child: Child, code: int) -> bool:
        """True if this was a step that succeeded. Raises StackError if the step failed."""
        if not self.part.once:
            return False
        if code != 0:
            raise StackError(self._explanation(child, code))
        self.around.say(self.part.name, "fait / done")
        self.ready.set()
        return True

    async def _before_restart(self, code: int, crashes: int) -> None:
        self.restarts += 1
        delay = back_off(crashes)
        self.around.say(
            self.part.name,
            f"arrêté (code {code}), redémarrage n° {self.restarts} dans {delay:g} s / "
            f"stopped (code {code}), restart {self.restarts} in {delay:g} s",
        )
        await asyncio.sleep(delay)

    def _explanation(self, child: Child, code: int) -> Sentence:
        for line in list(child.last_lines)[-LAST_WORDS:]:
            self.around.say(self.part.name, line)
        layout = self.around.layout
        return explain(self.part.name, code, child.last_lines, layout.var, layout.log(self.part.name))

    async def _silent(self) -> Sentence:
        if self.part.why_not_ready is not None and (words := await self.part.why_not_ready()):
            self.around.say(self.part.name, words)
        seconds = self.part.ready_seconds
        return part_failed(
            self.part.name,
            f"ne répond pas après {seconds:g} s",
            f"does not answer after {seconds:g} s",
            str(self.around.layout.log(self.part.name)),
        )
