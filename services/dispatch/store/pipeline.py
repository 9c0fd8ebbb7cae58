"""Statements that are compiled once and sent together, in one round trip (libpq's pipeline mode).

A decision makes two dozen of them. Each trip of its own costs it a millisecond, several where the machine is busy, and
so does putting a statement together anew.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, nullcontext
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql.psycopg import dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ClauseElement

from services.chassis.database import as_json

Row = dict[str, Any]
_DIALECT = dialect()  # type: ignore[no-untyped-call]


class Conflict(Exception):
    """Somebody else changed what this transaction rests on; it is run again from the start."""


class Statement:
    """Compiled once; its values by name are given each time. What is JSON to PostgreSQL may be any JSON value."""

    def __init__(self, clause: ClauseElement) -> None:
        compiled = clause.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
        self._text, self._fixed = str(compiled).encode(), dict(compiled.params)
        bound = compiled.binds if isinstance(compiled, SQLCompiler) else {}
        self._json = {name for name, value in bound.items() if isinstance(value.type, JSONB)}

    async def send(self, cursor: psycopg.AsyncCursor[Row], values: Row) -> None:
        """Raises KeyError where it has no value of that name."""
        if unknown := values.keys() - self._fixed.keys():
            raise KeyError(f"not asked for: {sorted(unknown)}")
        given = self._fixed | values
        for name in self._json:
            given[name] = Jsonb(given[name], as_json)
        await cursor.execute(self._text, given)


Sent = tuple[Statement, Row]


async def ask(conn: AsyncConnection, *questions: Sent, after: Sequence[Sent] = ()) -> list[list[Row]]:
    """The rows of each, in order. Each sees what those before it did, and what was committed until it began.

    `after`: executed before them on the same trip; nobody reads its answers. Raises DBAPIError, as SQLAlchemy would.
    """
    async with _cursors(conn, len(questions), several=len(questions) + len(after) > 1) as cursors:
        for statement, values in after:
            await statement.send(cursors[0], values)
        for cursor, (question, values) in zip(cursors, questions, strict=True):
            await question.send(cursor, values)
    return [await cursor.fetchall() for cursor in cursors]


async def tell(conn: AsyncConnection, statements: Iterable[Sent]) -> None:
    """Executes them all; nobody reads their answers. Errors come at the end, as from `ask`."""
    async with _cursors(conn, 1, several=True) as [cursor]:
        for statement, values in statements:
            await statement.send(cursor, values)


@asynccontextmanager
async def _cursors(
    conn: AsyncConnection, count: int, *, several: bool
) -> AsyncIterator[list[psycopg.AsyncCursor[Row]]]:
    raw: psycopg.AsyncConnection[Any] | None = (await conn.get_raw_connection()).driver_connection
    if raw is None:
        raise Conflict("the connection was lost")
    cursors = [raw.cursor(row_factory=dict_row) for _ in range(count)]
    # The first statement of a transaction brings its BEGIN, which is a trip of its own without a pipeline.
    begins = not raw.autocommit and raw.info.transaction_status is TransactionStatus.IDLE
    try:
        async with raw.pipeline() if several or begins else nullcontext():
            yield cursors
    except psycopg.Error as error:
        if raw.autocommit:
            # What was to be prepared behind the one that failed was not; psycopg learns that by a rollback only.
            await conn.invalidate()
        raise DBAPIError.instance("statements sent together", None, error, psycopg.Error) from error
