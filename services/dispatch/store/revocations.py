"""Revocations as rows, and as each process holds them."""

from datetime import timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.dispatch.domain.revoking import Revocation, Revoked, Scope
from services.dispatch.store.reading import read
from services.dispatch.store.tables import revocations

REMEMBERED = timedelta(days=31)
"""A badge, run out or not, is kept by a browser for 30 days; after that a lifted revocation meets none."""


def remembered() -> ColumnElement[bool]:
    """Those that a badge in use may meet: all that are not lifted, and the lifted ones of a month."""
    return or_(revocations.c.lifted_at.is_(None), revocations.c.at > func.clock_timestamp() - REMEMBERED)


async def bring_up_to_date(engine: AsyncEngine, revoked: Revoked) -> None:
    """Makes this process's memory what PostgreSQL says."""

    async def act(conn: AsyncConnection) -> list[Revocation]:
        table = revocations
        query = select(table.c.scope, table.c.who, table.c.at, table.c.lifted_at).where(remembered())
        rows = (await conn.execute(query)).mappings()
        return [Revocation(Scope(row["scope"]), row["who"], row["at"], row["lifted_at"] is not None) for row in rows]

    revoked.replace(await read(engine, act))
