"""Ordinary requests are understood in turn; what may be an alarm goes past them."""

import asyncio

import pytest

from services.chassis.problems import Problem
from services.ingest.adapters.generic.routes import _may_be_urgent
from services.ingest.adapters.http import turns
from services.ingest.adapters.http.turns import AT_ONCE, SLICE, Turns, begin


class Requests:
    """Requests that stay inside until they are told to go on."""

    def __init__(self) -> None:
        self.turns, self.go_on = Turns(), asyncio.Event()
        self.inside: list[str] = []
        self.tasks: list[asyncio.Task[None]] = []

    async def come(self, name: str, urgent: bool = False) -> None:
        self.tasks.append(asyncio.create_task(self._stay(name, urgent)))
        for _ in range(3):
            await asyncio.sleep(0)

    async def _stay(self, name: str, urgent: bool) -> None:
        async with self.turns.one(urgent):
            self.inside.append(name)
            await self.go_on.wait()


async def test_an_alarm_goes_past_those_that_wait() -> None:
    """However many wait, what is urgent is inside at once; the others follow in order."""
    requests = Requests()
    ordinary = [f"batch-{number}" for number in range(AT_ONCE + 3)]
    for name in ordinary:
        await requests.come(name)
    assert requests.inside == ordinary[:AT_ONCE]
    await requests.come("fire", urgent=True)
    assert requests.inside == [*ordinary[:AT_ONCE], "fire"]
    requests.go_on.set()
    await asyncio.gather(*requests.tasks)
    assert requests.inside == [*ordinary[:AT_ONCE], "fire", *ordinary[AT_ONCE:]]


async def test_too_many_are_told_to_repeat(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was acknowledged to them; an alarm still comes in, and place is made again."""
    monkeypatch.setattr(turns, "MOST_WAITING", 2)
    requests = Requests()
    for number in range(AT_ONCE + 2):
        await requests.come(f"batch-{number}")
    with pytest.raises(Problem) as refused:
        async with requests.turns.one(False):
            pass
    assert refused.value.status == 503
    assert refused.value.headers == {"Retry-After": "2"}
    await requests.come("fire", urgent=True)
    assert requests.inside[-1] == "fire"
    requests.go_on.set()
    await asyncio.gather(*requests.tasks)
    async with requests.turns.one(False):
        assert len(requests.inside) == AT_ONCE + 3


async def test_who_gives_up_waiting_leaves_its_place() -> None:
    """A device that hangs up holds no turn."""
    requests = Requests()
    for number in range(AT_ONCE + 1):
        await requests.come(f"batch-{number}")
    requests.tasks[-1].cancel()
    requests.go_on.set()
    await asyncio.gather(*requests.tasks, return_exceptions=True)
    for number in range(AT_ONCE):
        await requests.come(f"later-{number}")
    assert len(requests.inside) == 2 * AT_ONCE


async def test_a_long_request_lets_others_in_between() -> None:
    """In order, a slice at a time: what came meanwhile is done before the rest."""
    seen: list[str] = []

    async def act(name: str) -> str:
        seen.append(name)
        return name

    names = [f"signal-{number}" for number in range(2 * SLICE)]
    other = asyncio.create_task(act("sos"))
    begun = await begin([act(name) for name in names])
    assert await asyncio.gather(*begun) == names
    assert await other == "sos"
    assert seen.index("sos") <= SLICE
    assert [name for name in seen if name != "sos"] == names


@pytest.mark.parametrize(
    ("item", "urgent"),
    [
        ({"nature": "fire"}, True),
        ({"nature": "sos", "phase": "cancel"}, True),
        ({"nature": "lamp_out"}, False),
        ({"nature": ["fire"]}, False),
        ({}, False),
        ("fire", False),
        (None, False),
    ],
)
def test_what_goes_past(item: object, urgent: bool) -> None:
    """By its nature, before it is understood; nonsense is in no hurry."""
    assert _may_be_urgent(item) is urgent
