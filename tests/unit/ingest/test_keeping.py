"""Which way a signal takes: straight to Kafka, through the journal, past Kafka to dispatch."""

import asyncio
from concurrent.futures import Future
from dataclasses import replace

import orjson
import pytest
from prometheus_client import REGISTRY

from schemas.vocabulary.natures import Nature
from services.ingest.journal.drain import Drain
from services.ingest.journal.entry import Lane
from services.ingest.messages import Record
from services.ingest.reception import NotAccepted, Receipt, RefusalReason
from tests.unit.ingest.test_identity_and_repeats import PRESS
from tests.unit.ingest.world import World

LAMP = replace(PRESS, nature=Nature.LAMP_OUT, device="lamp")


class Doors:
    """Dispatch, which accepts or does not."""

    def __init__(self, accepts: bool) -> None:
        self.accepts, self.posted = accepts, list[Record]()

    async def post(self, record: Record) -> bool:
        self.posted.append(record)
        return self.accepts


class Sender:
    """A drain's producer that answers when told."""

    def __init__(self) -> None:
        self.sent: list[tuple[bytes | None, Future[None]]] = []

    def send(
        self, topic: str, key: bytes | None, value: bytes | None, headers: object, partition: int = -1
    ) -> Future[None]:
        future: Future[None] = Future()
        self.sent.append((value, future))
        return future

    def abandon(self) -> None:
        """Nothing is under way."""


def keeping_world() -> World:
    """A world with a journal, where Kafka says nothing."""
    world = World(wait_s=5.0, journal_bytes=10**6)
    world.lanes.silent = True
    return world


def send(world: World, mark: str, device: str = "lamp") -> asyncio.Task[Receipt]:
    """One signal on its way."""
    return asyncio.create_task(world.reception.receive(replace(LAMP, mark=mark, device=device), "test"))


async def turn() -> None:
    """Lets what is ready happen."""
    for _ in range(3):
        await asyncio.sleep(0)


async def test_without_an_answer_the_journal_acknowledges() -> None:
    """After a second without Kafka's word the signal is in the journal and the device answered; the next at once."""
    world = keeping_world()
    first = send(world, "1")
    await turn()
    world.now = 0.9
    world.keeping.look()
    assert (world.journal.depth, world.keeping.away) == (0, False)
    world.now = 1.0
    world.keeping.look()
    receipt = await asyncio.wait_for(first, 5)
    assert (receipt.repeat, world.journal.depth, world.keeping.away) == (False, 1, True)
    await asyncio.wait_for(send(world, "2", "other"), 5)
    assert (world.journal.depth, len(world.lanes.records)) == (2, 1)


def told_away() -> float | None:
    """What is shown of Kafka."""
    return REGISTRY.get_sample_value("vigie_ingest_kafka_away", {"lane": "signals"})


async def test_a_flapping_outage_is_told_as_one() -> None:
    """The drain gets through on one partition while another has no leader: back is said when nothing is left."""
    world = keeping_world()
    waiting = send(world, "1")
    await turn()
    for at in (1.0, 3.0):
        world.now = at
        world.keeping.look()
        world.keeping.kafka_answers()
        assert (told_away(), world.keeping.away, world.journal.depth) == (1, False, 1)
    await waiting
    world.lanes.answer()
    await turn()
    world.keeping.look()
    assert (told_away(), world.journal.depth) == (0, 0)


async def test_a_late_answer_removes_the_row() -> None:
    """Kafka took it after all: the row goes, and the device's next signal may go straight again."""
    world = keeping_world()
    waiting = send(world, "1")
    await turn()
    world.now = 2.0
    world.keeping.look()
    await waiting
    world.lanes.answer()
    await turn()
    assert (world.journal.depth, world.journal.holds(b"lamp")) == (0, False)


async def test_a_new_signal_never_overtakes_its_devices_older_one() -> None:
    """With Kafka back and the row of one device still there, that device queues behind it; another goes straight."""
    world = keeping_world()
    waiting = send(world, "1")
    await turn()
    world.now = 2.0
    world.keeping.look()
    await waiting
    world.keeping.kafka_answers()
    await asyncio.wait_for(send(world, "2"), 5)
    other = send(world, "3", "other")
    await turn()
    assert [signal.mark for signal in world.lanes.signals] == ["1", "3"]
    assert world.journal.depth == 2
    world.lanes.answer()
    await other


async def test_full_journal_refuses_and_answers_falsely_never() -> None:
    """Nine tenths taken and Kafka away: a routine signal is refused with the reason, an urgent one still kept."""
    world = World(wait_s=5.0, journal_bytes=1400)
    world.lanes.away = world.lanes.urgent_away = True
    await world.reception.receive(replace(LAMP, mark="1"), "test")
    with pytest.raises(NotAccepted) as refused:
        await world.reception.receive(replace(LAMP, mark="2"), "test")
    assert refused.value.reason is RefusalReason.JOURNAL_FULL
    assert world.journal.depth == 1


async def test_urgent_goes_to_dispatch_and_still_to_signals() -> None:
    """After 250 ms an urgent signal is posted; dispatch's word serves its lane, the row keeps it for `signals`."""
    world = keeping_world()
    doors = Doors(accepts=True)
    world.keeping._second_path = doors
    waiting = asyncio.create_task(world.reception.receive(PRESS, "test"))
    await turn()
    world.now = 0.2
    world.keeping.look()
    assert doors.posted == []
    world.now = 0.25
    world.keeping.look()
    await asyncio.wait_for(waiting, 5)
    await turn()
    assert len(doors.posted) == 1
    (entry,) = await world.journal.after(0, 10)
    assert world.journal.misses(entry.seq) is Lane.SIGNALS


class HangingDoors:
    """Dispatch, which never answers."""

    async def post(self, record: Record) -> bool:
        await asyncio.Event().wait()
        return False


async def test_the_urgent_lane_and_the_second_path_are_beside_the_answer() -> None:
    """`signals` answers, the urgent lane and dispatch are silent: acknowledged at once; later a row for that lane."""
    world = World(wait_s=5.0, journal_bytes=10**6)
    world.lanes.urgent_silent = True
    world.keeping._second_path = HangingDoors()
    await asyncio.wait_for(world.reception.receive(PRESS, "test"), 5)
    assert world.journal.depth == 0
    world.now = 0.25
    world.keeping.look()
    ((seq, _key),) = world.journal.urgent()
    assert world.journal.misses(seq) is Lane.URGENT
    world.lanes.answer()
    while world.journal.depth:
        await asyncio.sleep(0.01)


async def test_a_second_path_that_hangs_holds_up_no_sos() -> None:
    """Kafka silent and dispatch never answering: the journal's row alone acknowledges, after 250 ms."""
    world = keeping_world()
    world.keeping._second_path = HangingDoors()
    waiting = asyncio.create_task(world.reception.receive(PRESS, "test"))
    await turn()
    world.now = 0.25
    world.keeping.look()
    await asyncio.wait_for(waiting, 5)
    (entry,) = await world.journal.after(0, 10)
    assert world.journal.misses(entry.seq) == Lane.SIGNALS | Lane.URGENT


async def test_neither_disk_nor_urgent_lane_hold_up_what_signals_has() -> None:
    """No journal, the urgent lane silent: `signals` alone acknowledges, and nothing is left waiting for ever."""
    world = World(wait_s=5.0)
    world.lanes.urgent_silent = True
    await asyncio.wait_for(world.reception.receive(PRESS, "test"), 5)
    world.now = 2.0
    world.keeping.look()
    assert world.keeping._open == {}


async def test_what_neither_lane_took_stays_for_both() -> None:
    """With Kafka and dispatch away the row misses both lanes, and is acknowledged all the same: it is durable."""
    world = keeping_world()
    world.lanes.silent, world.lanes.away, world.lanes.urgent_away = False, True, True
    world.keeping._second_path = doors = Doors(accepts=False)
    await asyncio.wait_for(world.reception.receive(PRESS, "test"), 5)
    (entry,) = await world.journal.after(0, 10)
    assert world.journal.misses(entry.seq) == Lane.SIGNALS | Lane.URGENT
    assert len(doors.posted) == 1
    await asyncio.wait_for(world.reception.receive(replace(PRESS, mark="next"), "test"), 5)
    await turn()
    assert len(doors.posted) == 2  # at once, now that the lane is known to be away


def drain_goes_on(world: World) -> bool:
    """A function, because mypy takes a value that it has seen once for a constant."""
    return world.keeping.away


async def test_the_drain_keeps_order_and_ends_the_detour() -> None:
    """Rows go out in order and leave with Kafka's word; only when none is left behind do signals go straight again."""
    world = keeping_world()
    world.lanes.silent, world.lanes.away = False, True
    for mark in range(5):
        await world.reception.receive(replace(LAMP, mark=str(mark)), "test")
    assert (world.keeping.away, world.journal.depth) == (True, 5)
    world.clock.forward(5)
    sender, stop = Sender(), asyncio.Event()
    drain = Drain(world.journal, lambda: sender, world.clock, 1.0, world.keeping.kafka_answers)
    running = asyncio.create_task(drain.run(stop))
    while len(sender.sent) < 5:
        await asyncio.sleep(0.01)
    assert [orjson.loads(value or b"")["mark"] for value, _ in sender.sent] == ["0", "1", "2", "3", "4"]
    for _, future in sender.sent[:4]:
        future.set_result(None)
    while world.journal.depth > 1:
        await asyncio.sleep(0.01)
    assert drain_goes_on(world)
    sender.sent[4][1].set_result(None)
    while drain_goes_on(world):
        await asyncio.sleep(0.01)
    stop.set()
    await running
    assert world.journal.depth == 0
