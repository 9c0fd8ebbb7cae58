"""Reading without changing anything: again where PostgreSQL threw the connection out or was just restarted."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from sqlalchemy import RowMapping, Select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.chassis.database import away

T = TypeVar("T")
ATTEMPTS = 5
PAUSE_S = 0.1


async def read(engine: AsyncEngine, act: Callable[[AsyncConnection], Awaitable[T]], *, snapshot: bool = False) -> T:
    """What `act` reads; with `snapshot` all its queries see the same moment. Raises what it raises otherwise."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            async with engine.connect() as conn:
                if snapshot:
                    await conn.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
                return await act(conn)
        except DBAPIError as error:
            if attempt == ATTEMPTS or not away(error):
                raise
            await asyncio.sleep(PAUSE_S * attempt)
    raise AssertionError("unreachable: the last attempt returns or raises")


async def rows(engine: AsyncEngine, query: Select[Any]) -> list[RowMapping]:
    """All rows of one query."""

    async def act(conn: AsyncConnection) -> list[RowMapping]:
        return list((await conn.execute(query)).mappings())

    return await read(engine, act)
