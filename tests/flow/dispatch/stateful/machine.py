"""The machine: one move, two at once, a crash, a repeat, or time; then all promises are looked at."""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from typing import Any, ClassVar

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from tests.flow.dispatch.stateful import ending, promises
from tests.flow.dispatch.stateful.choosing import CHANCES, move_of
from tests.flow.dispatch.stateful.moves import Move
from tests.flow.dispatch.stateful.town import Ground

LATER = st.sampled_from([1.0, 16.0, 31.0, 61.0, 125.0])
"""Seconds after which: nothing; an alarm is unclaimed; an offer runs out; a hand-over is overdue; a repeat is new."""


class Dispatch(RuleBasedStateMachine):
    """Dispatch under anything that may happen to it."""

    ground: ClassVar[Ground]

    def __init__(self) -> None:
        super().__init__()
        self.town = self.ground.town()
        self.failed = False
        self.met: Counter[int] = Counter()

    @rule(chance=CHANCES)
    def happens(self, chance: int) -> None:
        """One move."""
        self._after(self._move(chance).happen(self.town))

    @rule(one=CHANCES, other=CHANCES)
    def race(self, one: int, other: int) -> None:
        """Two moves in two connections at once, each resting on what was seen before."""
        first, second = self._move(one), self._move(other)

        async def both() -> None:
            await asyncio.gather(first.happen(self.town), second.happen(self.town))

        self._after(both())

    @rule(chance=CHANCES, commit=st.integers(1, 2))
    def crashes_before_the_commit(self, chance: int, commit: int) -> None:
        """All was written and is gone; it is begun again."""
        move = self._move(chance)

        async def crash() -> None:
            await self.town.crash_at(commit)
            await move.happen(self.town)
            await self.town.crash_at(0)

        self._after(crash())

    @rule(chance=CHANCES)
    def crashes_after_the_commit(self, chance: int) -> None:
        """All was written, and nobody learnt it: the same message or request comes again."""
        move = self._move(chance)

        async def twice() -> None:
            delivered, asked = len(self.town.delivered), len(self.town.asked)
            await move.happen(self.town)
            before = await self.town.look()
            for letter in self.town.delivered[delivered:]:
                await self.town.deliver(letter)
            for request in self.town.asked[asked:]:
                await self.town.send(request)
            promises.nothing_new(before, await self.town.look())

        self._after(twice())

    @rule(seconds=LATER)
    def time_passes(self, seconds: float) -> None:
        """Both processes look at what fell due, at once; afterwards nothing is left to do."""

        async def rounds() -> None:
            await self.town.pass_time(seconds)
            await self.town.timers(2)
            await self.town.timers()
            promises.nobody_waits_beside_a_free_unit(await self.town.look())

        self._after(rounds())

    def teardown(self) -> None:
        """Whatever happened, everything comes to an end."""
        if not self.failed:
            self.ground.run(ending.to_the_end(self.town))

    def _move(self, chance: int) -> Move:
        move = move_of(chance, self.met[chance])
        self.met[chance] += 1
        note(f"  # {move}")
        return move

    def _after(self, doing: Coroutine[Any, Any, None]) -> None:
        before, self.failed = self.town.seen, True
        self.ground.run(doing)
        promises.check(self.town, before, self.ground.run(self.town.look()))
        self.failed = False
