"""Starts all parts in the order of their needs, keeps them, and stops them in reverse order."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any, Self

from deploy.local.keeper import Keeper, Surroundings
from deploy.local.part import Part


class Supervisor:
    """Use as an async context manager: whatever happens inside, every process is stopped at the end."""

    def __init__(self, parts: Sequence[Part], around: Surroundings) -> None:
        self._around = around
        self.keepers = {part.name: Keeper(part, around) for part in parts}
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        for keeper in self.keepers.values():
            needs = [self.keepers[name] for name in keeper.part.after if name in self.keepers]
            self._tasks.append(asyncio.create_task(keeper.keep(needs), name=f"keep {keeper.part.name}"))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def until_ready(self) -> None:
        """Returns when every part answers and every step is done. Raises StackError at the first failure."""
        everything = asyncio.gather(*(keeper.ready.wait() for keeper in self.keepers.values()))
        await self._unless_failed(everything)

    async def until(self, event: asyncio.Event) -> None:
        """Keeps the stack until `event` is set. Raises StackError if a part fails for good."""
        await self._unless_failed(asyncio.ensure_future(event.wait()))

    async def stop(self) -> None:
        """Stops each part once nothing that needs it runs any more, then ends the keepers."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        gone = {name: asyncio.Event() for name in self.keepers}
        await asyncio.gather(*(self._stop_one(keeper, gone) for keeper in self.keepers.values()))

    @property
    def restarts(self) -> dict[str, int]:
        """How often each part was restarted."""
        return {name: keeper.restarts for name, keeper in self.keepers.items() if keeper.restarts}

    async def _stop_one(self, keeper: Keeper, gone: dict[str, asyncio.Event]) -> None:
        dependants = [k.part.name for k in self.keepers.values() if keeper.part.name in k.part.after]
        for name in dependants:
            await gone[name].wait()
        await keeper.stop()
        gone[keeper.part.name].set()

    async def _unless_failed(self, wanted: asyncio.Future[Any]) -> None:
        """Waits for `wanted`, or raises what a keeper raised."""
        keeping = [task for task in self._tasks if not task.done()]
        while not wanted.done():
            waited: list[asyncio.Future[Any]] = [wanted, *keeping]
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            for task in self._tasks:
                if task.done() and (failure := task.exception()) is not None:
                    wanted.cancel()
                    with contextlib.suppress(asyncio.CancelledError):
                        await wanted
                    raise failure
            keeping = [task for task in keeping if not task.done()]
