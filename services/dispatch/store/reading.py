"""Reading without changing anything: again where PostgreSQL threw the connection out or was just restarted."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from sqlalchemy import RowMapping, Select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.chassis.database import away

T = TypeVar("T")
ATTEMPTS = 5
PAUSE_S = 0.1


async def read(engine: AsyncEngine, act: Callable[[AsyncConnection], Awaitable[T]], *, snapshot: bool = False) -> T:
    """What `act` reads; with `snapshot` all its queries see the same moment, else each its own and without the two
    round trips that begin and end a transaction. Raises what it raises otherwise.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            async with (_one_moment if snapshot else alone)(engine) as conn:
                return await act(conn)
        except DBAPIError as error:
            if attempt == ATTEMPTS or not away(error):
                raise
            await asyncio.sleep(PAUSE_S * attempt)
    raise AssertionError("unreachable: the last attempt returns or raises")


@asynccontextmanager
async def _one_moment(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    async with engine.connect() as conn:
        yield await conn.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


@asynccontextmanager
async def alone(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """For statements that are each a transaction of their own: one round trip instead of three."""
    async with engine.connect() as conn:
        yield await conn.execution_options(isolation_level="AUTOCOMMIT")


async def rows(engine: AsyncEngine, query: Select[Any]) -> list[RowMapping]:
    """All rows of one query."""

    async def act(conn: AsyncConnection) -> list[RowMapping]:
        return list((await conn.execute(query)).mappings())

    return await read(engine, act)
