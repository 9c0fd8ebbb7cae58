"""Statements sent together are what they would be one after the other."""

import asyncio
from datetime import UTC, datetime

import pytest
from psycopg import errors
from sqlalchemy import bindparam, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas.vocabulary.dispatching import UnitState
from services.dispatch.store import fleet, tables
from services.dispatch.store.pipeline import Row, Statement, ask, tell
from services.dispatch.store.reading import alone
from services.dispatch.store.work import ATTEMPTS, Work, run
from tests.flow.dispatch.builders import PATROLS
from tests.flow.dispatch.world import World, until

AT = datetime(2026, 5, 4, tzinfo=UTC)
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


async def test_a_question_sees_what_was_put_off(world: World) -> None:
    """It travels with it, in order, also to a question that would be asked alone."""

    async def act(work: Work) -> list[Row]:
        work.later(PUT, [row(work, "later", "first"), row(work, "later-2", "second")])
        [found] = await work.ask((FIND, {"key": "later-2"}))
        return found

    assert await run(world.engine, world.library, act) == [{"body": "second"}]


async def test_what_fails_at_the_end_commits_nothing(world: World) -> None:
    """The commit travels with the last statements; where one of them fails, it is none."""

    async def act(work: Work) -> None:
        work.later(PUT, [row(work, "gone")])
        work.later(WRONG[0], [WRONG[1]])

    with pytest.raises(DBAPIError):
        await run(world.engine, world.library, act)
    async with world.engine.connect() as conn:
        assert await ask(conn, (FIND, {"key": "gone"})) == [[]]


async def test_what_is_asked_while_it_begins_is_part_of_the_transaction(world: World) -> None:
    """It is answered before `act` begins, and taken back with the rest."""

    async def act(work: Work) -> None:
        assert work.opened == [[{"key": "opening"}], [{"body": "here"}]]
        raise LookupError("taken back")

    opening = [(PUT_AND_TELL, {"key": "opening", "request": "r", "status": 200, "body": "here", "at": AT})]
    with pytest.raises(LookupError):
        await run(world.engine, world.library, act, [*opening, (FIND, {"key": "opening"})])
    async with world.engine.connect() as conn:
        assert await ask(conn, (FIND, {"key": "opening"})) == [[]]


async def test_a_unit_that_was_bound_is_not_free_for_who_looks_next(world: World) -> None:
    """In the same transaction, before anything was written."""
    before = {unit["id"]: unit for unit in await world.rows(tables.units)}
    patrol = PATROLS[0]

    async def act(work: Work) -> UnitState:
        unit = (await fleet.lock_units(work, {patrol}))[patrol]
        fleet.bind(work, unit, unit.epoch + 1)
        return (await fleet.lock_units(work, {patrol}))[patrol].state

    assert await run(world.engine, world.library, act) is UnitState.ASSIGNED
    after = {unit["id"]: unit for unit in await world.rows(tables.units)}
    assert (after[patrol]["state"], after[patrol]["epoch"]) == ("assigned", before[patrol]["epoch"] + 1)
    assert all(after[name] == known for name, known in before.items() if name != patrol)
