"""Urgent alarms are decided before anything else that came over Kafka."""

import asyncio

import pytest

from services.dispatch import right_of_way
from services.dispatch.right_of_way import RightOfWay


async def test_others_begin_once_the_urgent_one_is_decided() -> None:
    """What arrives while an urgent alarm is being decided begins right after it, in its turn."""
    way, order, decided = RightOfWay(), [], asyncio.Event()

    async def urgent() -> None:
        async with way.urgent():
            order.append("urgent begins")
            await decided.wait()
            order.append("urgent decided")

    async def other() -> None:
        async with way.other():
            order.append("other")

    first = asyncio.create_task(urgent())
    await asyncio.sleep(0)
    second = asyncio.create_task(other())
    await asyncio.sleep(0)
    assert order == ["urgent begins"]
    decided.set()
    await asyncio.gather(first, second)
    assert order == ["urgent begins", "urgent decided", "other"]


async def test_a_storm_of_urgent_ones_holds_up_nobody_for_good(monkeypatch: pytest.MonkeyPatch) -> None:
    """Although an urgent alarm is never through, the others begin after their longest wait."""
    monkeypatch.setattr(right_of_way, "AT_MOST_S", 0.01)
    way = RightOfWay()
    async with asyncio.timeout(5), way.urgent(), way.other():
        pass
