"""One case: tablets, partner and senders at work, a fault, and the books after everything has settled."""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
from confluent_kafka import KafkaException

from demo.ledger import Ledger, TabletEvent
from tests.faults import books
from tests.faults.books import Held, Verdict
from tests.faults.city import SHARE, units
from tests.faults.clients import Clients, clients
from tests.faults.doors import Doors
from tests.faults.load import PANELS, Load
from tests.faults.partner import Partner
from tests.faults.reading import Mark, Unread
from tests.faults.stack import PATIENCE, NotHealed, Stack, until
from tests.faults.tablets import Tablet

WARM_S = 2.0
CONNECT_S = 20.0
TOGETHER = 4
SETTLE_S = 90.0
LOOK_S = 0.5


@dataclass
class Town:
    """Everybody of one case. `notes`: figures and sentences of the case for its line in the summary."""

    stack: Stack
    partner: Partner
    clients: Clients
    mark: Mark
    ledger: Ledger = field(default_factory=Ledger)
    notes: dict[str, Any] = field(default_factory=dict)
    tablets: list[Tablet] = field(default_factory=list)
    demands: list[str] = field(default_factory=list)
    """What the case itself found wrong, beyond the invariants: sentences."""
    must_be_heard: set[str] = field(default_factory=set)
    """Objects that cameras saw, of which one at least must have been heard."""

    def __post_init__(self) -> None:
        facts = self.stack.facts
        self.urls = tuple(facts["dispatch_urls"])
        self.doors = Doors(self.clients.tablets, self.urls)
        self.partner.doors = self.doors
        self.ingest = str(facts["ingest_url"])
        host, _, port = facts["dc09"].rpartition(":")
        mqtt_host, _, mqtt_port = facts["mqtt_url"].removeprefix("mqtt://").partition(":")
        self.load = Load(
            self.clients,
            self.ingest,
            (host, int(port)),
            (mqtt_host, int(mqtt_port)),
            self.stack.accounts,
            self.ledger,
            f"f{time.time_ns() // 1_000_000}",
            number=self.stack.calls,
        )
        self.began = 0.0

    async def open(self) -> None:
        """All tablets follow both doors before anything is sent."""
        self.tablets = [self.tablet(unit) for unit in units()]
        for some in batched(self.tablets, TOGETHER):  # not all at once: that is a fault of its own
            for tablet in some:
                tablet.start()
            for follower in (follower for tablet in some for follower in tablet.followers):
                await follower.connected(CONNECT_S * PATIENCE)

    def tablet(self, unit: str, session: str = "1") -> Tablet:
        """A session of that unit's tablet."""
        return Tablet(unit, self.urls, self.clients.streams, self.doors, self.ledger, session)

    def idle(self) -> Tablet | None:
        """The tablet whose unit was sent most often, of those that were sent and are bound by nothing now."""
        history = self.history()
        state = {event.unit: event.state for event in history}
        sent = Counter(event.unit for event in history if event.state == "offered")
        free = [tablet for tablet in self.tablets if sent[tablet.unit] and state[tablet.unit] not in books.ACTIVE]
        return max(free, key=lambda tablet: sent[tablet.unit], default=None)

    def history(self) -> list[TabletEvent]:
        """Every state of every assignment so far, in commit order, as the database has it."""
        return self.mark.history()

    def states_of(self, unit: str, after: int) -> list[str]:
        """The states that the unit's assignments went through after a position of the stream."""
        return [event.state for event in self.history() if event.unit == unit and event.position > after]

    def cards(self) -> int:
        """Cards of this case that are no SOS."""
        return self.mark.cards()

    async def until(self, look: Callable[[], bool], what: str, seconds: float) -> None:
        """Waits for something; the case fails, and goes on, where it does not come."""
        try:
            await until(look, what, seconds)
        except NotHealed as failure:
            self.demand(False, str(failure))

    async def warm(self) -> None:
        """Load as on any day, and the measured part begins."""
        self.load.start()
        await asyncio.sleep(WARM_S)
        self.began = asyncio.get_running_loop().time()

    async def close(self) -> None:
        """Everybody goes home."""
        self.partner.down = False
        await asyncio.gather(*(tablet.stop() for tablet in self.tablets))
        self.stack.calls = self.load.number

    def demand(self, held: bool, sentence: str) -> None:
        """Notes what the case asks for beyond the invariants."""
        if not held:
            self.demands.append(sentence)

    async def settled(self, seconds: float = SETTLE_S) -> Held:
        """What the system holds once nothing is open any more, or after `seconds` whatever it is then."""
        deadline = time.monotonic() + seconds * PATIENCE
        held = Held()
        while True:
            try:
                held = await asyncio.to_thread(self.mark.held, PANELS)
                left = self._open(held)
            except (psycopg.Error, KafkaException, Unread) as away:
                left = [type(away).__name__]
            if not left or time.monotonic() > deadline:
                self.notes["open_after_settling"] = left
                return held
            await asyncio.sleep(LOOK_S)

    def _open(self, held: Held) -> list[str]:
        """What is still on its way: sentences, empty when the books can be closed."""
        open_ = books.missing(self.ledger, held)[:3]
        told = set(self.partner.letters.values())
        open_ += [f"hand-over {name} not told" for name in held.hand_overs if name not in told][:3]
        open_ += [f"hand-over {name} {state}" for name, state in held.hand_overs.items() if state != "completed"][:3]
        if self.must_be_heard and not self.must_be_heard & held.subjects:
            open_.append("no camera was heard after the fault")
        if held.unsent:
            open_.append(f"{held.unsent} rows in the outbox")
        active = {e.assignment_id: e.state for e in sorted(held.history, key=lambda e: e.position)}
        open_ += [f"assignment {name} {state}" for name, state in active.items() if state in books.ACTIVE][:3]
        return open_

    def verdict(self, held: Held) -> Verdict:
        """The invariants, from what clients and database say."""
        twice = [sentence for tablet in self.tablets for sentence in tablet.twice]
        waits_ms, late = books.waits(self.ledger, self.began)
        return Verdict(
            sent=len(self.ledger.sent),
            acknowledged=sum(sent.acknowledged_at is not None for sent in self.ledger.sent),
            lost=books.missing(self.ledger, held),
            doubled=books.doubled(self.ledger, held) + books.epochs_in_order(held.history),
            effects=books.effects(held, self._letters(held), twice),
            waits_ms=waits_ms,
            late=late,
        )

    def _letters(self, held: Held) -> list[str]:
        """Of this case only."""
        return [name for name in self.partner.letters.values() if name in held.hand_overs]


def batched(tablets: list[Tablet], count: int) -> Iterator[list[Tablet]]:
    """Groups of `count`."""
    for start in range(0, len(tablets), count):
        yield tablets[start : start + count]


Act = Callable[[Town], Awaitable[None]]


async def perform(stack: Stack, partner: Partner, name: str, act: Act, *, urgent: bool) -> dict[str, Any]:
    """One case from its first connection to its line in the table; whatever happens, the stack is healed after it."""
    began = time.monotonic()
    await stack.healthy()
    async with clients() as pools:
        mark = await asyncio.to_thread(Mark, stack.database, stack.kafka)
        town = Town(stack, partner, pools, mark)
        try:
            await _play(town, act)
            held = await town.settled()
        finally:
            await town.close()
    town.demand(not town.notes["open_after_settling"], f"still open: {town.notes['open_after_settling']}")
    return _line(name, town, town.verdict(held), urgent, time.monotonic() - began)


async def _play(town: Town, act: Act) -> None:
    """Everybody takes their place, the fault, and healing. A fault that cannot be made fails the case, not the run."""
    try:
        await town.open()
        await town.warm()
        await act(town)
    except (NotHealed, ProcessLookupError) as failure:
        town.demand(False, f"{type(failure).__name__}: {failure}")
    finally:
        town.stack.heal_everything()
        await town.load.stop()
    try:
        await town.stack.healthy()
    except NotHealed as failure:
        town.demand(False, str(failure))


def _line(name: str, town: Town, verdict: Verdict, urgent: bool, seconds: float) -> dict[str, Any]:
    holds = {
        "L": not verdict.lost,
        "U": not verdict.doubled,
        "E": not verdict.effects,
        "T": (not verdict.late) if urgent else None,
        "case": not town.demands,
    }
    wrong = [*verdict.lost[:5], *verdict.doubled[:5], *verdict.effects[:5], *(verdict.late[:8] if urgent else ())]
    more = {
        "wrong": [*wrong, *town.demands],
        "late": verdict.late[:12],
        "notes": town.notes,
        "partner_letters_again": town.partner.again,
        "seconds": round(seconds, 1),
        "share_of_load": SHARE,
        "load_average": os.getloadavg()[0],
    }
    return books.row_of(name, verdict, holds, more)
