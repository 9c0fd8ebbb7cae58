"""The small city under the machine: the world, the letters under way, and what was seen last."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from services.chassis.database import away
from tests.flow.dispatch.databases import put_back
from tests.flow.dispatch.stateful import chance, letters
from tests.flow.dispatch.stateful.letters import Letter
from tests.flow.dispatch.stateful.seen import Row, Seen, look
from tests.flow.dispatch.world import Engines, World

T = TypeVar("T")
Request = tuple[str, str, Any, dict[str, str]]
"""Method, path, body, headers."""


class Ground:
    """One loop, one database, one set of connections for all examples; each begins with the city as it was."""

    def __init__(self, url: str) -> None:
        self._loop, self._engines = asyncio.new_event_loop(), Engines.to(url)
        self._world = World(url, self._engines)
        self.run(chance.prepare(self._engines.direct))

    def run(self, doing: Coroutine[Any, Any, T]) -> T:
        """Does it, to its end."""
        return self._loop.run_until_complete(asyncio.wait_for(doing, 60))

    def town(self) -> "Town":
        """The city as it was at first."""

        async def begin() -> Town:
            await self._engines.direct_execute(put_back())
            town = Town(self._world)
            await town.look()
            return town

        return self.run(begin())

    def close(self) -> None:
        """Gives everything back."""
        self.run(self._world.close())
        self._loop.close()


@dataclass
class Town:
    """`seen` is what stood after the last move; every move chooses by it what it is about."""

    world: World
    passed_s: float = 0.0
    made: int = 0
    revision: int = 0
    under_way: list[Letter] = field(default_factory=list)
    delivered: list[Letter] = field(default_factory=list)
    asked: list[Request] = field(default_factory=list)
    answered: dict[str, Any] = field(default_factory=dict)
    seen: Seen = field(init=False)

    async def look(self) -> Seen:
        """What stands now."""
        self.seen = await look(self.world.direct)
        return self.seen

    def number(self) -> int:
        """The next number, for ids and keys that are the same in each run of an example."""
        self.made += 1
        return self.made

    async def deliver(self, letter: Letter) -> None:
        """Dispatch reads a letter; it counts as delivered once that has been done."""
        self.revision += 1
        await letters.deliver(self.world, letter, self.passed_s, self.revision)
        self.delivered.append(letter)

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> int:
        """An HTTP request with a key of its own; the status."""
        key = {} if method != "POST" else {"Idempotency-Key": f"k-{self.number()}"}
        return await self.send((method, path, body, key | headers))

    async def send(self, request: Request) -> int:
        """The request, perhaps a second time: then a key is answered the same again."""
        method, path, body, headers = request
        answer = await self.world.http.request(method, path, json=body, headers=headers)
        assert answer.status_code < 500, (request, answer.text)
        self.asked.append(request)
        key = headers.get("Idempotency-Key")
        if key and answer.is_success:
            assert self.answered.setdefault(key, answer.json()) == answer.json(), request
        return answer.status_code

    async def timers(self, processes: int = 1) -> None:
        """So many processes look at what fell due, at once; as in life they look again where PostgreSQL was away."""
        await asyncio.gather(*(self._round() for _ in range(processes)))

    async def _round(self) -> None:
        for _ in range(5):
            try:
                return await self.world.timers.round()
            except Exception as error:
                if not away(error):
                    raise
        raise AssertionError("PostgreSQL did not come back")

    async def pass_time(self, seconds: float) -> None:
        """So many seconds go by."""
        self.passed_s += seconds
        await chance.pass_time(self.world.direct, seconds)

    async def crash_at(self, commit: int) -> None:
        """The so-maniest commit from now on fails."""
        await chance.crash_at(self.world.direct, commit)


def pick(rows: list[Row], which: int) -> Row | None:
    """One of them, None of none."""
    return rows[which % len(rows)] if rows else None
