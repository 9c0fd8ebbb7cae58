"""The upgrade itself, in the order of docs/en/admin/upgrade.md, while everybody works."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from confluent_kafka import Consumer, TopicPartition

from demo.ledger import Ledger
from schemas.topics.files import topics
from tests.faults.books import ways
from tests.faults.city import SHARE
from tests.faults.town import Town
from tests.upgrade.processes import Processes
from tests.upgrade.versions import Version

BEFORE = ("topics", "migrate-dispatch", "migrate-notify")
"""Once each, while the old version works."""
ORDER = ("dispatch", "dispatch-2", "pack", "notify", "correlation", "screening", "ingest")
"""Those that read before those that write; the pack once dispatch can take it. As roll-out.sh has it."""
SIDE_BY_SIDE_S = 4.0
"""How long old and new work together after each exchange."""
LEAST = 2000
"""Messages that the load sends in the meantime, at the least."""
TOO_EARLY = "trop tôt / too early"
HASTY = "dispatch-2"
"""The process that is exchanged too early, before the migration."""


@dataclass
class Rolling:
    """One upgrade of a running stack."""

    processes: Processes
    old: Version
    new: Version
    ledger: Ledger = field(default_factory=Ledger)
    steps: list[tuple[str, float, float]] = field(default_factory=list)
    """Name, and from when to when by the loop's clock."""

    async def start_old(self) -> None:
        """Everything of the old version, until it answers."""
        for name in (*BEFORE, *ORDER):
            if name in BEFORE or name == "pack":
                await self.processes.step(name, self.old)
                continue
            self.processes.start(name, self.old)
            if name.startswith("dispatch"):
                await self.processes.ready(name)
        for name in self.processes.running:
            await self.processes.ready(name)
        self.processes.facts.became_ready()

    async def __call__(self, town: Town) -> None:
        """The case of tests/faults/town."""
        self.ledger = town.ledger
        await asyncio.sleep(SIDE_BY_SIDE_S)
        hasty = self.new.migrations != self.old.migrations
        if hasty:
            with self._timed(f"{HASTY}, {TOO_EARLY}"):
                begins = await self._too_early(town)
        for name in BEFORE:
            with self._timed(name):
                await self.processes.step(name, self.new)
        if hasty:
            with self._timed(HASTY):  # it begins by itself
                await begins
        await asyncio.sleep(SIDE_BY_SIDE_S)  # what is still old works on the new database
        for name in (name for name in ORDER if not (hasty and name == HASTY)):
            with self._timed(name):
                await (self.processes.step(name, self.new) if name == "pack" else self._exchange(town, name))
            await asyncio.sleep(SIDE_BY_SIDE_S)
        letters = await asyncio.to_thread(dead_letters, town.stack.kafka)
        town.demand(not letters, f"dead letters: {letters}")
        town.demand(len(town.ledger.sent) > LEAST * SHARE, "the load was not there")

    async def _exchange(self, town: Town, name: str) -> None:
        by_itself = await self.processes.stop(name)
        town.demand(by_itself, f"{name} did not end by itself")
        self.processes.start(name, self.new, again=True)
        await self.processes.ready(name)

    async def _too_early(self, town: Town) -> asyncio.Task[None]:
        """A new dispatch on the old database does nothing, and says what is missing. Returns what waits for it."""
        await self.processes.stop(HASTY)
        self.processes.start(HASTY, self.new, again=True)
        begins = asyncio.create_task(self.processes.ready(HASTY))
        said = ""
        deadline = time.monotonic() + 30
        while "migrate" not in said and time.monotonic() < deadline:
            said = await self.processes.says(HASTY)
            await asyncio.sleep(0.1)
        town.demand("migrate" in said, f"{HASTY} before the migration says: {said}")
        town.notes["before_the_migration"] = said
        await asyncio.sleep(SIDE_BY_SIDE_S)
        status = await self.processes.asked(HASTY, "/v1/units")
        town.demand(status == 503, f"{HASTY} before the migration answers {status} instead of 503")
        return begins

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        began = asyncio.get_running_loop().time()
        yield
        self.steps.append((name, began, asyncio.get_running_loop().time()))

    def longest(self, began: float, ended: float) -> float | None:
        """Milliseconds that the slowest SOS took to a tablet, of those on their way between the two moments."""
        on_their_way = [
            (shown - sent.sent_at) * 1000
            for sent, shown in ways(self.ledger, 0)
            if shown is not None and sent.sent_at < ended and shown > began
        ]
        return max(on_their_way, default=None)


def dead_letters(kafka: str) -> dict[str, int]:
    """How many each dead letter topic holds, of those that hold any."""
    consumer = Consumer({"bootstrap.servers": kafka, "group.id": "upgrade-observer", "log_level": 0})
    try:
        found = consumer.list_topics(timeout=10).topics
        names = [file.dead_topic for file in topics().values() if file.dead_topic in found]
        places = [TopicPartition(name, number) for name in names for number in found[name].partitions]
        ends = Counter({p.topic: 0 for p in places})
        for place in places:
            ends[place.topic] += consumer.get_watermark_offsets(place, timeout=10)[1]
    finally:
        consumer.close()
    return {name: count for name, count in ends.items() if count}
