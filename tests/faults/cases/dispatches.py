"""Faults of the two dispatch processes."""

from __future__ import annotations

import asyncio
import signal
import time

from tests.faults.case import case
from tests.faults.stack import DISPATCHES, until
from tests.faults.town import Town

STOPPED_S = 90.0


@case("dispatch-killed", urgent=True, short=True)
async def dispatch_killed(town: Town) -> None:
    """kill -9 of one of the two dispatch processes, then of the other once the first is back."""
    for victim in ("dispatch", "dispatch-2"):
        before = town.stack.kill(victim)
        await asyncio.sleep(4)
        await until(lambda v=victim, b=before: town.stack.pid(v) not in (None, b), "restarted", 20)  # type: ignore[misc]
        await town.stack.healthy(30)


@case("dispatch-stopped", urgent=True)
async def dispatch_stopped(town: Town) -> None:
    """SIGSTOP of one dispatch in mid-transaction for 90 s, then CONT: the other does not wait, no old epoch counts."""
    order = "alarms.urgent.before_commit"
    town.stack.order("dispatch", order, "stop")
    await until(lambda: town.stack.carried_out("dispatch", order), "stopped in mid-transaction", 20)
    await asyncio.sleep(STOPPED_S)
    town.stack.send("dispatch", signal.SIGCONT)
    await asyncio.sleep(6)


@case("terminated", short=True)
async def terminated(town: Town) -> None:
    """An upgrade in mid-load: migrations, then SIGTERM of each process in turn; each ends within 10 s by itself."""
    for service in ("dispatch", "notify"):
        code, said = await town.stack.migrate(service)
        town.demand(code == 0, f"{service} migrate under load: {code} {said}")
    for name in (*DISPATCHES, "ingest", "screening", "correlation", "notify"):
        began = time.monotonic()
        pid = town.stack.send(name, signal.SIGTERM)
        await until(lambda n=name, p=pid: town.stack.pid(n) != p, f"{name} ended", 15)  # type: ignore[misc]
        took = time.monotonic() - began
        town.notes[f"{name}_ended_s"] = round(took, 1)
        town.demand(took < 10, f"{name} took {took:.1f} s to end")
        await town.stack.healthy(40)
