"""Statements sent together are what they would be one after the other."""

import asyncio

import pytest
from psycopg import errors
from sqlalchemy import bindparam, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from services.dispatch.store import tables
from services.dispatch.store.pipeline import Row, Statement, ask, tell
from services.dispatch.store.reading import alone
from services.dispatch.store.work import ATTEMPTS, Work, run
from tests.flow.dispatch.world import World, until

HELD = tables.idempotency
_PUT = insert(HELD).values({column.name: bindparam(column.name) for column in HELD.c})
PUT, PUT_AND_TELL = Statement(_PUT), Statement(_PUT.returning(HELD.c.key))
FIND = Statement(select(HELD.c.body).where(HELD.c.key == bindparam("key")))
LOCK = Statement(text("SELECT pg_advisory_xact_lock(42)"))
POSITION = Statement(select(tables.stream_head.c.position))


def row(work: Work, key: str, body: object = None) -> dict[str, object]:
    """One answer to remember."""
    return {"key": key, "request": "r", "status": 200, "body": body, "at": work.now}


async def test_each_sees_what_those_before_it_did(world: World) -> None:
    """In order, and JSON comes back as it went in, with the NUL that PostgreSQL cannot hold shown as a mark."""

    async def act(work: Work) -> list[object]:
        body = {"words": ["é", "nul \x00"], "number": 1.5, "nothing": None}
        before, _, after = await ask(
            work.conn, (FIND, {"key": "k"}), (PUT_AND_TELL, row(work, "k", body)), (FIND, {"key": "k"})
        )
        return [before, after]

    assert await run(world.engine, world.library, act) == [
        [],
        [{"body": {"words": ["é", "nul \ufffd"], "number": 1.5, "nothing": None}}],
    ]


async def test_what_waits_for_a_lock_sees_what_was_committed_meanwhile(world: World) -> None:
    """The statement after the lock is answered by what holds once the lock is had, not when it was sent."""
    begun = asyncio.Event()

    async def first(work: Work) -> None:
        await ask(work.conn, (LOCK, {}))
        await tell(work.conn, [(PUT, row(work, "k", "first"))])
        begun.set()
        await until(lambda: _somebody_waits(world), "nobody waits for the lock")

    async def second(work: Work) -> list[dict[str, object]]:
        _, found = await ask(work.conn, (LOCK, {}), (FIND, {"key": "k"}))
        return found

    writing = asyncio.create_task(run(world.engine, world.library, first))
    await begun.wait()
    assert await run(world.engine, world.library, second) == [{"body": "first"}]
    await writing


async def _somebody_waits(world: World) -> bool:
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 42 AND NOT granted"
    async with world.direct.connect() as conn:
        return bool(await conn.scalar(text(waiting)))


MOVE = Statement(update(tables.stream_head).values(position=tables.stream_head.c.position + bindparam("by")))
WRONG = (MOVE, {"by": "not a number"})
LATER = Statement(select(tables.stream_head.c.position.label("only_asked_here")))


async def position(world: World) -> object:
    """Of the stream's head."""
    async with world.engine.connect() as conn:
        [[found]] = await ask(conn, (POSITION, {}))
    return found["position"]


@pytest.mark.parametrize("alone_in_it", [False, True], ids=["transaction", "autocommit"])
async def test_one_that_fails_leaves_the_connection_sound(world: World, alone_in_it: bool) -> None:
    """What was to be prepared behind it is prepared the next time, on whatever connection."""
    begin = alone if alone_in_it else AsyncEngine.begin
    for _ in range(3):
        with pytest.raises(DBAPIError) as raised:
            async with begin(world.engine) as conn:
                await tell(conn, [(MOVE, {"by": 5}), WRONG, (LATER, {})])
        assert isinstance(raised.value.orig, errors.InvalidTextRepresentation)
        async with begin(world.engine) as conn:
            assert await ask(conn, (LATER, {})) == await ask(conn, (LATER, {}))


async def test_one_that_fails_takes_all_back(world: World) -> None:
    """The error is SQLAlchemy's with PostgreSQL's own inside, so that a transaction that raced is run again."""
    before, tries = await position(world), []

    async def act(work: Work) -> None:
        tries.append(work.now)
        await tell(work.conn, [(MOVE, {"by": 5}), (PUT, row(work, "k")), (PUT, row(work, "k")), (LOCK, {})])

    with pytest.raises(DBAPIError) as twice:
        await run(world.engine, world.library, act)
    assert isinstance(twice.value.orig, errors.UniqueViolation)
    assert len(tries) == ATTEMPTS
    assert await position(world) == before


async def test_behind_a_savepoint_the_transaction_goes_on(world: World) -> None:
    """As a synthetic SOS does that meets a lock."""

    async def act(work: Work) -> list[Row]:
        savepoint = await work.conn.begin_nested()
        with pytest.raises(DBAPIError):
            await tell(work.conn, [WRONG, (LATER, {}), (FIND, {"key": "k"})])
        await savepoint.rollback()
        await tell(work.conn, [(PUT, row(work, "k", "kept"))])
        [_, found] = await ask(work.conn, (LATER, {}), (FIND, {"key": "k"}))
        return found

    assert await run(world.engine, world.library, act) == [{"body": "kept"}]


async def test_a_value_of_another_name_is_refused(world: World) -> None:
    """A slip in the code is told at once, not taken for NULL."""
    async with world.engine.connect() as conn:
        with pytest.raises(KeyError, match="kye"):
            await ask(conn, (FIND, {"kye": "k"}))
