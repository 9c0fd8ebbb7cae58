"""Reception: durable first, then the answer."""

import asyncio
from dataclasses import replace

import pytest

from services.ingest.domain.repeats import ReceiptReason
from services.ingest.reception import NotAccepted, RefusalReason
from tests.unit.ingest.test_identity_and_repeats import PRESS
from tests.unit.ingest.world import World


async def test_repeat_under_way_waits_for_the_first() -> None:
    """A repeat that comes before Kafka's word shares the first's fate and is not produced again."""
    world = World(wait_s=5.0)
    world.lanes.silent = True
    first = asyncio.create_task(world.reception.receive(PRESS, "test"))
    await asyncio.sleep(0)
    repeat = asyncio.create_task(world.reception.receive(PRESS, "test"))
    await asyncio.sleep(0)
    assert len(world.lanes.records) == 1
    assert not first.done()
    assert not repeat.done()
    world.lanes.answer()
    receipts = [await first, await repeat]
    assert [receipt.reason for receipt in receipts] == [ReceiptReason.NEW, ReceiptReason.REPEAT_UNDER_WAY]
    assert len({receipt.signal_id for receipt in receipts}) == 1


async def test_a_failed_first_is_stored_again_under_its_id() -> None:
    """After a failure the device repeats: same id, same receipt time, and this time it is no repeat."""
    world = World()
    world.lanes.away = True
    with pytest.raises(NotAccepted) as refused:
        await world.reception.receive(PRESS, "test")
    assert refused.value.reason is RefusalReason.JOURNAL_UNWRITABLE
    world.lanes.away = False
    world.clock.forward(10)
    receipt = await world.reception.receive(PRESS, "test")
    assert (receipt.reason, receipt.repeat) == (ReceiptReason.RETRY, False)
    assert len({(signal.signal_id, signal.received_at) for signal in world.lanes.signals}) == 1


async def test_the_urgent_lane_is_never_a_reason_to_refuse() -> None:
    """`signals` has it and the urgent lane not: acknowledged. The other way round, without a journal: not durable."""
    world = World()
    world.lanes.urgent_away = True
    assert (await world.reception.receive(PRESS, "test")).reason is ReceiptReason.NEW
    assert len(world.lanes.records) == len(world.lanes.urgent_records) == 1
    world = World()
    world.lanes.away = True
    with pytest.raises(NotAccepted):
        await world.reception.receive(PRESS, "test")
    assert len(world.lanes.records) == len(world.lanes.urgent_records) == 1


async def test_a_caller_that_goes_away_does_not_stop_the_storing() -> None:
    """A device that hangs up while it waits changes nothing: its repeat is known as stored."""
    world = World(wait_s=5.0)
    world.lanes.silent = True
    waiting = asyncio.create_task(world.reception.receive(PRESS, "test"))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    world.lanes.answer()
    assert await world.reception.drain(1.0) == 0
    assert (await world.reception.receive(PRESS, "test")).reason is ReceiptReason.REPEAT


async def test_without_a_mark_there_is_no_fingerprint() -> None:
    """Two identical messages without a mark are two signals that no reader can take for repeats."""
    world = World()
    receipts = [await world.reception.receive(replace(PRESS, mark=None), "test") for _ in range(2)]
    assert [receipt.reason for receipt in receipts] == [ReceiptReason.NO_MARK] * 2
    assert len({receipt.signal_id for receipt in receipts}) == 2
    assert [signal.fingerprint for signal in world.lanes.signals] == [None, None]


async def test_order_of_one_caller_is_kept() -> None:
    """Signals received together go to Kafka in the order of the calls."""
    world = World()
    presses = [replace(PRESS, mark=str(number)) for number in range(200)]
    await asyncio.gather(*(world.reception.receive(press, "test") for press in presses))
    assert [signal.mark for signal in world.lanes.signals] == [str(number) for number in range(200)]


async def test_drain_tells_what_had_no_answer() -> None:
    """What Kafka has not answered by the time-out is counted."""
    world = World(wait_s=0.01)
    world.lanes.silent = True
    with pytest.raises(NotAccepted):
        await world.reception.receive(PRESS, "test")
    assert await world.reception.drain(0.01) == 1
    world.lanes.answer()
    assert await world.reception.drain(1.0) == 0
