"""An alarm is acknowledged only when all it caused is durable, and in order."""

import asyncio
from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any

import pytest
from prometheus_client import REGISTRY

from services.chassis.health import Health
from services.chassis.producer import DeliveryFailed
from services.triage.correlation import acknowledging as module
from services.triage.correlation.acknowledging import Acknowledging, Handled
from services.triage.correlation.sequence import Sequence


def done(error: Exception | None = None) -> "Future[None]":
    """A delivery that has ended."""
    future: Future[None] = Future()
    if error:
        future.set_exception(error)
    else:
        future.set_result(None)
    return future


class Stream:
    """Records what is acknowledged."""

    def __init__(self) -> None:
        self.acked: list[Any] = []

    async def ack(self, event: Any) -> bool:
        """As Faust's."""
        self.acked.append(event)
        return True


def event(offset: int) -> Any:
    """An alarm of partition 0, as Faust gives it."""
    return SimpleNamespace(message=SimpleNamespace(partition=0, offset=offset))


def in_flight() -> float | None:
    """The gauge."""
    return REGISTRY.get_sample_value("vigie_correlation_in_flight")


async def settle() -> None:
    """Lets every ready task run."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_acknowledged_in_order_once_output_and_changelog_are_durable() -> None:
    """The second event, durable first, waits for the first; the first waits for its changelog record."""
    reached: list[tuple[int, int]] = []
    stream, acks = Stream(), Acknowledging(10, Health("test"), lambda *place: reached.append(place))
    running = asyncio.create_task(acks.run())
    changelog: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    first, second = event(7), event(8)
    await acks.put(Handled(first, done(), done, [changelog], 0.0), stream.ack)
    await acks.put(Handled(second, done(), done, [], 0.0), stream.ack)
    await settle()
    assert (stream.acked, reached, in_flight()) == ([], [], 2)
    changelog.set_result(None)
    await asyncio.wait_for(acks.drained(), 5)
    assert (stream.acked, reached) == ([first, second], [(0, 8), (0, 9)])
    await settle()
    assert in_flight() == 0
    running.cancel()


async def test_a_refused_output_is_sent_again_until_the_broker_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """While Kafka is away nothing is acknowledged and nothing is given up; health says so."""
    monkeypatch.setattr(module, "PAUSE_S", 0.0)
    health, stream = Health("test"), Stream()
    acks, attempts = Acknowledging(10, health, lambda *_: None), []

    def send() -> "Future[None]":
        attempts.append(health.degraded)
        return done(DeliveryFailed("away")) if len(attempts) < 3 else done()

    running = asyncio.create_task(acks.run())
    alarm = event(0)
    await acks.put(Handled(alarm, done(DeliveryFailed("away")), send, [], 0.0), stream.ack)
    await asyncio.wait_for(acks.drained(), 5)
    assert (attempts, stream.acked, health.degraded) == ([True] * 3, [alarm], False)
    running.cancel()


async def test_a_lost_changelog_record_ends_the_task_before_the_acknowledgement() -> None:
    """The process then leaves, so that the alarm is read again."""
    stream, acks = Stream(), Acknowledging(10, Health("test"), lambda *_: None)
    running = asyncio.create_task(acks.run())
    lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    lost.set_exception(TimeoutError("no answer"))
    await acks.put(Handled(event(0), done(), done, [lost], 0.0), stream.ack)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(running, 5)
    assert stream.acked == []


class Consumer:
    """The part of SteadyConsumer that Sequence asks."""

    def __init__(self) -> None:
        self.next_offset: dict[Any, int] = {}
        self.sought: list[Any] = []

    def too_early(self, tp: Any, offset: int) -> bool:
        """As SteadyConsumer's."""
        expected = self.next_offset.get(tp)
        if expected is None or offset > expected:
            return True
        self.next_offset[tp] = max(expected, offset + 1)
        return False

    async def seek_back(self, tp: Any) -> None:
        """Records the seek."""
        self.sought.append(tp)


class Partition:
    """A topic partition."""

    topic, partition = "alarms", 3


async def test_a_record_that_comes_too_early_is_refused_and_read_again_in_order() -> None:
    """Offsets 0, 2, 1, 2 are admitted as 0, 1, 2, with one seek; one that comes once more is admitted too."""
    consumer, tp = Consumer(), Partition()
    consumer.next_offset[tp] = 0
    sequence = Sequence(lambda: consumer, lambda sentence: pytest.fail(sentence))
    admitted = []
    for offset in (0, 2, 1, 2, 1):
        admitted.append(sequence.admits(tp, offset))
        await settle()
    assert admitted == [True, False, True, True, True]
    assert consumer.sought == [tp]


async def test_a_record_that_never_comes_ends_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """After some patience it is given up with a sentence that names partition and offset."""
    monkeypatch.setattr("services.triage.correlation.sequence.PATIENCE_S", 0.01)
    consumer, tp, said = Consumer(), Partition(), asyncio.Queue[str]()
    consumer.next_offset[tp] = 7
    assert not Sequence(lambda: consumer, said.put_nowait).admits(tp, 9)
    assert "alarms/3: 7 did not come, 9 did" in await asyncio.wait_for(said.get(), 5)
