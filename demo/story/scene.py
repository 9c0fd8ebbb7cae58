"""What a scene is, and how it ends."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from demo.insist import GaveUp
from demo.people.operator import Unexpected
from demo.pulse import NotSeen
from demo.world import World

FREE_S = 25.0


class Mark(StrEnum):
    """How a scene stands."""

    WAITING = "waiting"
    PLAYING = "playing"
    AS_EXPECTED = "as_expected"
    FAILED = "failed"


class NotAsExpected(Exception):
    """Something else came than what must come; the text says what."""


@dataclass
class Scene:
    """`play` returns what was seen, in a few words, or raises. `at_s`: seconds until it begins."""

    key: str
    fr: str
    en: str
    at_s: float
    play: Callable[[World], Awaitable[str]]
    devices: tuple[str, ...] = ()
    """Devices whose incidents the scene handles itself; the operator leaves them alone."""
    units: int = 0
    """Patrols that it needs: the director waits for as many to be free, a while."""
    mark: Mark = Mark.WAITING
    seen: str = ""

    async def run(self, world: World, delay_s: float) -> None:
        """Plays it after `delay_s`; never raises for what it sees."""
        await asyncio.sleep(delay_s)
        with suppress(NotSeen):
            await world.pulse.until(lambda: self._may_begin(world), "équipages libres", FREE_S)
        self.mark = Mark.PLAYING
        try:
            self.seen = await self.play(world)
            self.mark = Mark.AS_EXPECTED
        except (NotAsExpected, NotSeen, GaveUp, Unexpected) as failure:
            self.mark, self.seen = Mark.FAILED, f"{failure}"
        world.pulse.beat()

    def _may_begin(self, world: World) -> bool:
        return len(world.free) >= self.units and not (self.units and world.hushed)


def expect(condition: bool, otherwise: str) -> None:
    """Raises NotAsExpected(otherwise) unless `condition`."""
    if not condition:
        raise NotAsExpected(otherwise)
