"""Waits for a PostgreSQL that is away or restarting, instead of dying with it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from services.chassis import logs
from services.chassis.health import Health, State
from services.chassis.metrics import RESTARTS_OF_LOOPS

log = logs.get(__name__)
T = TypeVar("T")
FIRST_S, MOST_S = 0.05, 1.0


class Stopped(Exception):
    """The process was told to stop while PostgreSQL was away; what was to be written is not written."""


class Patience:
    """Repeats an operation until PostgreSQL takes it. Our own mistakes (SQL, data) are raised at once."""

    def __init__(self, health: Health, stop: asyncio.Event) -> None:
        self._health, self._stop = health, stop

    async def __call__(self, operation: Callable[[], Awaitable[T]]) -> T:
        """The operation's result. Raises Stopped if told to stop before it succeeded."""
        wait_s = FIRST_S
        while True:
            try:
                result = await operation()
            except (ProgrammingError, IntegrityError, DataError):
                raise
            except (DBAPIError, PoolTimeout, OSError) as error:
                self._health.set("database", State.WAITING, "PostgreSQL does not answer")
                RESTARTS_OF_LOOPS.labels("database").inc()
                log.warning("database_away", error=type(error).__name__)
            else:
                self._health.set("database", State.READY)
                return result
            if await self._stopped_within(wait_s):
                raise Stopped
            wait_s = min(wait_s * 2, MOST_S)

    async def _stopped_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._stop.wait()
        except TimeoutError:
            return False
        return True
