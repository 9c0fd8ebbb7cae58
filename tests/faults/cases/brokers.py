"""Faults of Kafka."""

from __future__ import annotations

import asyncio
import signal

from tests.faults.case import case
from tests.faults.town import Town

AFTER_S = 8.0
"""How long the load goes on after a fault that heals by itself."""


@case("leader-killed", urgent=True, short=True)
async def leader_killed(town: Town) -> None:
    """kill -9 of the leader of an urgent partition that is not the controller."""
    stack = town.stack
    controller = await asyncio.to_thread(stack.controller)
    leaders = [await asyncio.to_thread(stack.leader, "alarms.urgent", number) for number in range(3)]
    victim = next(name for name in leaders if name != controller)
    town.notes["killed"] = victim
    stack.kill(victim)
    await asyncio.sleep(AFTER_S)


@case("controller-killed", urgent=True, short=True)
async def controller_killed(town: Town) -> None:
    """kill -9 of the active controller."""
    victim = await asyncio.to_thread(town.stack.controller)
    town.notes["killed"] = victim
    town.stack.kill(victim)
    await asyncio.sleep(AFTER_S)


@case("broker-stopped", urgent=True)
async def broker_stopped(town: Town) -> None:
    """SIGSTOP of a broker for 15 s: it accepts connections and says nothing."""
    victim = await asyncio.to_thread(town.stack.leader, "alarms.urgent", 0)
    town.notes["stopped"] = victim
    town.stack.send(victim, signal.SIGSTOP)
    await asyncio.sleep(15)
    town.stack.send(victim, signal.SIGCONT)
    await asyncio.sleep(4)
