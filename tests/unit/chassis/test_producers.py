"""Futures of sending: the first acknowledgement counts, and nothing a waiter does stops the delivery thread."""

import asyncio
import itertools
from concurrent.futures import Future

import pytest

from services.chassis.fan_out_producer import first_of
from services.chassis.producer import DeliveryFailed, Producer

NOWHERE = {"bootstrap.servers": "127.0.0.1:1", "message.timeout.ms": 300, "log_level": 0}


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_first_success_wins_whatever_the_others_say(order: tuple[int, ...]) -> None:
    """One of three copies is acknowledged: the send has succeeded as soon as that is known."""
    copies: list[Future[None]] = [Future() for _ in range(3)]
    first = first_of(copies)
    for number in order:
        if number == 1:
            copies[number].set_result(None)
            assert first.done()
        else:
            copies[number].set_exception(DeliveryFailed(f"copy {number}"))
    assert first.result(0) is None


def test_only_when_all_have_failed_has_the_send_failed() -> None:
    """Two of three failed: still open; the last one's error is the send's."""
    copies: list[Future[None]] = [Future() for _ in range(3)]
    first = first_of(copies)
    for number, copy in enumerate(copies):
        assert not first.done()
        copy.set_exception(DeliveryFailed(f"copy {number}"))
    with pytest.raises(DeliveryFailed, match="copy 2"):
        first.result(0)


def test_copies_that_are_settled_already_count() -> None:
    """A full local queue answers at once, before anyone listens."""
    failed: Future[None] = Future()
    failed.set_exception(DeliveryFailed("local queue full"))
    done: Future[None] = Future()
    done.set_result(None)
    assert first_of([failed, done]).result(0) is None


async def test_a_waiter_that_gives_up_does_not_end_the_delivery_thread() -> None:
    """A send is awaited too briefly and cancelled; the next send's answer still arrives."""
    producer = Producer(NOWHERE)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.wrap_future(producer.send("t", None, b"v", [])), 0.01)
    with pytest.raises(DeliveryFailed):
        await asyncio.wait_for(asyncio.wrap_future(producer.send("t", None, b"v", [])), 5)
    assert producer.close(1.0) == 0


def test_an_impossible_send_fails_at_once_and_for_good() -> None:
    """A record beyond the client's limit is refused without a broker, as permanent."""
    producer = Producer(NOWHERE)
    failed = producer.send("t", None, b"x" * 2_000_000, []).exception(0)
    assert isinstance(failed, DeliveryFailed)
    assert not failed.retryable
    producer.close(0.1)


def test_an_empty_batch_is_done() -> None:
    """Nothing to wait for."""
    producer = Producer(NOWHERE)
    producer.batch().wait(0.1)
    producer.close(0.1)


def test_a_batch_names_its_first_failure() -> None:
    """All or nothing: one that is not acknowledged fails the batch."""
    producer = Producer(NOWHERE)
    batch = producer.batch()
    batch.send("t", None, b"v", [])
    with pytest.raises(DeliveryFailed, match="1 records failed"):
        batch.wait(10)
    producer.close(0.1)
