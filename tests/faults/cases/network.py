"""A line that loses packets, inside the run's own network."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
from collections.abc import Iterator

from tests.faults.case import case
from tests.faults.town import Town

LOST_PERCENT = 20
SECONDS = 20.0
TABLE = ("inet", "faults")


@case("packet-loss", needs="packet loss")
async def packet_loss(town: Town) -> None:
    """20 % of all packets are lost for 20 s: of devices, brokers, database and tablets alike."""
    with losing(LOST_PERCENT):
        await asyncio.sleep(SECONDS)
        town.notes["packets_lost"] = _dropped()
    town.demand(town.notes["packets_lost"] > 100, "no packet was lost: the fault was not there")
    await asyncio.sleep(3)


@contextlib.contextmanager
def losing(percent: int) -> Iterator[None]:
    """Drops at random what comes in, by netfilter: this kernel has no netem."""
    _nft("add", "table", *TABLE)
    try:
        _nft("add", "chain", *TABLE, "inwards", "{ type filter hook input priority 0 ; }")
        _nft("add", "rule", *TABLE, "inwards", f"numgen random mod 100 < {percent} counter drop")
        yield
    finally:
        _nft("delete", "table", *TABLE)


def _dropped() -> int:
    words = _nft("list", "table", *TABLE).split()
    return int(words[words.index("packets") + 1])


def _nft(*words: str) -> str:
    return subprocess.run(("nft", *words), check=True, capture_output=True, text=True).stdout
