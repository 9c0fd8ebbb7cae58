"""Two and three brokers away, and a broker whose disk is full."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from tests.faults.case import case
from tests.faults.stack import BROKERS
from tests.faults.town import Town

AWAY_S = 12.0
BLOCK = 1 << 20


@case("two-brokers-killed")
async def two_brokers_killed(town: Town) -> None:
    """kill -9 of two brokers of three, then healed: nothing was acknowledged that Kafka or the journal did not have."""
    for victim in BROKERS[:2]:
        town.stack.hold(victim)
    await asyncio.sleep(AWAY_S)
    for victim in BROKERS[:2]:
        town.stack.release(victim)
    await town.stack.healthy(90)
    await asyncio.sleep(3)


@case("all-brokers-killed")
async def all_brokers_killed(town: Town) -> None:
    """kill -9 of all three brokers with ingest running on: 202 from its journal or 503, never a false 202."""
    acknowledged = _acknowledged(town)
    for victim in BROKERS:
        town.stack.hold(victim)
    await asyncio.sleep(3)
    before = _acknowledged(town)
    await asyncio.sleep(AWAY_S)
    town.notes["acknowledged_while_away"] = _acknowledged(town) - before
    town.notes["acknowledged_before"] = acknowledged
    for victim in BROKERS:
        town.stack.release(victim)
    await town.stack.healthy(120)
    await asyncio.sleep(3)


@case("disk-full", needs="tmpfs")
async def disk_full(town: Town) -> None:
    """The small disk under one broker's log is full, and free again after a while."""
    folder = town.stack.var / "data" / "kafka-3"
    ballast = folder / "ballast"
    await asyncio.to_thread(_fill, ballast)
    town.notes["free_bytes"] = _free(folder)
    await asyncio.sleep(15)
    town.notes["broker_left"] = not await asyncio.to_thread(town.stack.replicated)
    town.demand(town.notes["broker_left"], "the full disk hurt nobody: the fault was not there")
    ballast.unlink()
    await town.stack.healthy(90)
    await asyncio.sleep(3)


def _acknowledged(town: Town) -> int:
    return sum(sent.acknowledged_at is not None for sent in town.ledger.sent)


def _fill(file: Path) -> None:
    """Writes until the disk takes no more."""
    with file.open("wb", buffering=0) as ballast:
        try:
            while ballast.write(os.urandom(BLOCK)):
                pass
        except OSError:
            return  # full: that is the fault


def _free(folder: Path) -> int:
    told = os.statvfs(folder)
    return told.f_bavail * told.f_frsize
