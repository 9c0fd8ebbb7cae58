"""What a scene is, and how it ends."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from demo.insist import GaveUp
from demo.people.operator import Unexpected
from demo.pulse import NotSeen
from demo.world import World


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
    """`play` returns what was seen, in a few words, or raises. `at_s`: when it begins in an evening of 60 s."""

    key: str
    fr: str
    en: str
    at_s: float
    play: Callable[[World], Awaitable[str]]
    devices: tuple[str, ...] = ()
    """Devices whose incidents the scene handles itself; the operator leaves them alone."""
    mark: Mark = Mark.WAITING
    seen: str = ""

    async def run(self, world: World, delay_s: float) -> None:
        """Plays it after `delay_s`; never raises for what it sees."""
        await asyncio.sleep(delay_s)
        self.mark = Mark.PLAYING
        try:
            self.seen = await self.play(world)
            self.mark = Mark.AS_EXPECTED
        except (NotAsExpected, NotSeen, GaveUp, Unexpected) as failure:
            self.mark, self.seen = Mark.FAILED, f"{failure}"
        world.pulse.beat()


def expect(condition: bool, otherwise: str) -> None:
    """Raises NotAsExpected(otherwise) unless `condition`."""
    if not condition:
        raise NotAsExpected(otherwise)
