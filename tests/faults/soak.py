"""`make soak`: random faults for half an hour under load; counts, and the memory of each process at start and end.

SOAK_MINUTES (30) says how long, SOAK_SEED chooses the faults: the same seed, the same faults in the same order.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import psutil

from tests.faults.abilities import unable
from tests.faults.case import Case
from tests.faults.cases.network import LOST_PERCENT, losing
from tests.faults.stack import BROKERS, DISPATCHES, SERVICES, NotHealed, Stack, until
from tests.faults.town import Town

NAME = "soak"
SETTLED_S = 60.0
"""From the beginning until memory counts: processes have compiled and filled what they fill once."""
QUIET_S = (5.0, 20.0)
"""Between two faults."""
STOPPED_S = (2.0, 15.0)
LOSING_S = 10.0
CLOCK_S = 600.0
HEAL_S = 120.0
MEGABYTE = 1 << 20

Stroke = Callable[[Town, random.Random], Awaitable[None]]


def minutes() -> float:
    """How long it lasts."""
    return float(os.environ.get("SOAK_MINUTES") or 30)


def seed() -> int:
    """Of the choice of faults."""
    return int(os.environ.get("SOAK_SEED") or 1)


@dataclass
class Memory:
    """Megabytes of each part with its children, as the kernel shares them out (PSS)."""

    stack: Stack
    first: dict[str, float] = field(default_factory=dict)
    most: dict[str, float] = field(default_factory=dict)
    last: dict[str, float] = field(default_factory=dict)

    def look(self) -> None:
        """Measures once; a part that is just away keeps its last figure."""
        for part, pid in self.stack.facts["pids"].items():
            with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
                megabytes = round(sum(one.memory_full_info().pss for one in family) / MEGABYTE, 1)
                self.first.setdefault(part, megabytes)
                self.most[part] = max(megabytes, self.most.get(part, 0.0))
                self.last[part] = megabytes

    def notes(self) -> dict[str, list[float]]:
        """By part: at the start, at most, at the end."""
        return {part: [self.first[part], self.most[part], self.last[part]] for part in sorted(self.first)}


async def soak(town: Town) -> None:
    """Random faults, one after the other, each healed before the next; the load goes on through all of them."""
    chance, strokes = random.Random(seed()), _strokes()
    memory, counted = Memory(town.stack), Counter[str]()
    ends = time.monotonic() + minutes() * 60
    await asyncio.sleep(SETTLED_S)
    await asyncio.to_thread(memory.look)
    while time.monotonic() < ends:
        name, stroke = chance.choice(strokes)
        counted[name.split()[0]] += 1
        print(f"{minutes() - (ends - time.monotonic()) / 60:5.1f} min  {name}", flush=True)
        await _one(town, name, partial(stroke, town, chance))
        await asyncio.to_thread(memory.look)
        await asyncio.sleep(chance.uniform(*QUIET_S))
    await asyncio.sleep(SETTLED_S)
    await asyncio.to_thread(memory.look)
    town.notes |= {"minutes": minutes(), "seed": seed(), "faults": dict(counted), "memory_mb": memory.notes()}


async def _one(town: Town, name: str, stroke: Callable[[], Awaitable[None]]) -> None:
    try:
        await stroke()
    except ProcessLookupError:
        town.notes.setdefault("already_away", []).append(name)
    finally:
        town.stack.heal_everything()
    try:
        await town.stack.healthy(HEAL_S)
    except NotHealed as failure:
        town.demand(False, f"after {name}: {failure}")


def _strokes() -> list[tuple[str, Stroke]]:
    """Every fault that may be chosen, by name."""
    parts = (*BROKERS, *SERVICES, "postgres", "mqtt")
    found: list[tuple[str, Stroke]] = [(f"killed {part}", partial(_kill, part=part)) for part in parts]
    found += [(f"stopped {part}", partial(_stop, part=part)) for part in (*BROKERS, *SERVICES)]
    found += [(f"terminated {part}", partial(_terminate, part=part)) for part in SERVICES]
    found += [(f"clock {part}", partial(_clock, part=part)) for part in (*SERVICES[:4], *DISPATCHES)]
    if unable("packet loss") is None:
        found.append(("packets lost", _lose))
    return found


async def _kill(town: Town, _: random.Random, part: str) -> None:
    town.stack.kill(part)
    await asyncio.sleep(1.0)  # the supervisor has seen it when readiness is asked for


async def _stop(town: Town, chance: random.Random, part: str) -> None:
    town.stack.send(part, signal.SIGSTOP)
    await asyncio.sleep(chance.uniform(*STOPPED_S))


async def _terminate(town: Town, _: random.Random, part: str) -> None:
    pid = town.stack.send(part, signal.SIGTERM)
    took = await until(lambda: town.stack.pid(part) != pid, f"{part} ended", 20)
    town.demand(took < 10, f"{part} took {took:.1f} s to end")


async def _clock(town: Town, _: random.Random, part: str) -> None:
    town.stack.set_clock(part, CLOCK_S)
    await asyncio.sleep(5)


async def _lose(_town: Town, _: random.Random) -> None:
    with losing(LOST_PERCENT):
        await asyncio.sleep(LOSING_S)


def as_case() -> Case:
    """What the suite plays instead of its list."""
    return Case(NAME, soak, (soak.__doc__ or "").split("\n")[0], longest_s=minutes() * 60 + 600)


def memory_table(notes: dict[str, Any]) -> str:
    """Megabytes of each part at the start, at most and at the end."""
    rows = [f"{'Mo / MB':<16}{'début / start':>16}{'max':>8}{'fin / end':>12}"]
    rows += [f"{part:<16}{first:>16.1f}{most:>8.1f}{last:>12.1f}" for part, (first, most, last) in notes.items()]
    return "\n".join(rows)
