"""A process ends loudly when one of its parts does."""

import asyncio

import pytest

from services.chassis.lifecycle import until_stopped


async def test_all_parts_end_when_told() -> None:
    """The stop event ends them, and nothing is raised."""
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(0.01, stop.set)

    async def part() -> None:
        await stop.wait()

    await asyncio.wait_for(until_stopped(stop, part(), part()), 5)


async def test_a_part_that_fails_stops_the_others_and_is_raised() -> None:
    """The others see the stop event before they are cancelled; the failure leaves."""
    stop = asyncio.Event()
    ended = []

    async def waits() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(stop.is_set())

    async def fails() -> None:
        raise ZeroDivisionError

    with pytest.raises(BaseExceptionGroup) as raised:
        await asyncio.wait_for(until_stopped(stop, waits(), fails()), 5)
    assert raised.group_contains(ZeroDivisionError)
    assert ended == [True]


async def test_a_part_that_ends_quietly_counts_as_failed() -> None:
    """Nothing may end before the process was told to."""
    stop = asyncio.Event()

    async def ends() -> None:
        """Returns at once."""

    with pytest.raises(BaseExceptionGroup) as raised:
        await asyncio.wait_for(until_stopped(stop, ends()), 5)
    assert raised.group_contains(RuntimeError, match="ended before")
