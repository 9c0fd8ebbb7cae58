"""What one transaction may hold, and for how long, against a real PostgreSQL."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Any

import psycopg
import pytest
from sqlalchemy import func, select, text, update
from structlog.typing import EventDict

from services.chassis.database import IDLE_LIMIT_MS, SESSION
from services.dispatch.stopped_holders import HELD_MS, StoppedHolders
from services.dispatch.store import tables
from services.dispatch.store.pipeline import Conflict
from services.dispatch.store.work import Work, run
from tests.flow.dispatch.world import World, until


async def test_a_slow_process_is_given_longer_each_time(world: World) -> None:
    """Thrown out while it only got no processor, it is done at the next attempt, and not thrown out for ever."""
    attempts = []

    async def slow(work: Work) -> None:
        await work.conn.execute(update(tables.stream_head).values(position=tables.stream_head.c.position))
        attempts.append(await work.conn.scalar(select(func.current_setting("idle_in_transaction_session_timeout"))))
        time.sleep(1.4 * IDLE_LIMIT_MS / 1000)  # noqa: ASYNC251 (the whole process gets no processor)

    await run(world.engine, world.library, slow)
    assert attempts == [f"{IDLE_LIMIT_MS}ms", f"{2 * IDLE_LIMIT_MS}ms"]


async def test_the_longer_limit_ends_with_its_transaction(world: World) -> None:
    """The next transaction of that connection has the usual limit: a stopped process never holds others for long."""
    seen = []

    async def slow_once(work: Work) -> None:
        seen.append(await work.conn.scalar(select(func.current_setting("idle_in_transaction_session_timeout"))))
        if len(seen) == 1:
            time.sleep(1.4 * IDLE_LIMIT_MS / 1000)  # noqa: ASYNC251 (the whole process gets no processor)

    await run(world.engine, world.library, slow_once)
    for _ in range(12):
        await run(world.engine, world.library, slow_once)
    assert set(seen[2:]) == {f"{IDLE_LIMIT_MS}ms"}


@pytest.fixture
async def watched(database: str) -> AsyncIterator[None]:
    """Somebody looks for stopped holders."""
    stop = asyncio.Event()
    watching = asyncio.create_task(StoppedHolders(database).run(stop))
    yield
    stop.set()
    await watching


@contextlib.contextmanager
def stopped_amid(database: str, scope: str, *more: str) -> Iterator[int]:
    """A process that locked a scope among statements sent together, and was stopped before it said that these were all.

    Gives the number of its backend. `more`: statements behind the lock, whose answers it did not take either.
    """
    with psycopg.connect(database, options=SESSION) as stopped:
        send_together(stopped, scope, *more)
        stopped.pgconn.flush()
        yield stopped.info.backend_pid
        stopped.close()


def send_together(client: "psycopg.Connection[Any]", scope: str, *more: str) -> None:
    """Begins a transaction that locks the scope, in libpq's pipeline mode; nothing says yet that this was all."""
    client.pgconn.enter_pipeline_mode()
    for statement in ("BEGIN", f"SELECT pg_advisory_xact_lock(hashtextextended('{scope}', 0))", *more):
        client.pgconn.send_query_params(statement.encode(), None)


async def held_for_ms(world: World, backend: int, state: str) -> float:
    """How long PostgreSQL has taken this one to be in that state, waiting for its client; 0 where it is not."""
    query = """SELECT extract(epoch FROM clock_timestamp() - state_change) * 1000 FROM pg_stat_activity
        WHERE pid = :backend AND state = :state AND wait_event_type = 'Client'"""
    async with world.direct.connect() as conn:
        return float(await conn.scalar(text(query), {"backend": backend, "state": state}) or 0)


@pytest.mark.usefixtures("watched")
async def test_who_is_stopped_amid_its_statements_does_not_hold_the_others(world: World, database: str) -> None:
    """PostgreSQL takes it for busy and would wait for ever: its own limit for idle transactions does not apply."""
    with stopped_amid(database, "site:school") as backend:
        await until(lambda: _is_held(world, backend, 1), "the lock was not taken")
        await asyncio.wait_for(run(world.engine, world.library, lambda work: work.lock_scope("site:school")), 10)


@pytest.mark.usefixtures("watched")
async def test_nor_does_who_is_stopped_before_a_large_answer(world: World, database: str) -> None:
    """PostgreSQL waits for it to read on."""
    with stopped_amid(database, "site:pool", "SELECT repeat('x', 50000000)") as backend:
        await until(lambda: _is_held(world, backend, 1), "the lock was not taken")
        await asyncio.wait_for(run(world.engine, world.library, lambda work: work.lock_scope("site:pool")), 10)


@pytest.mark.usefixtures("watched")
async def test_nor_does_who_is_stopped_after_its_statements(world: World, database: str) -> None:
    """psycopg may ask once more for answers it has: PostgreSQL's clock for idle transactions stops at that message."""
    with psycopg.connect(database, options=SESSION, application_name="dispatch") as stopped:
        send_together(stopped, "site:church")
        stopped.pgconn.pipeline_sync()
        stopped.pgconn.send_flush_request()
        stopped.pgconn.flush()
        idle = partial(_is_held, world, stopped.info.backend_pid, 3 * IDLE_LIMIT_MS, state="idle in transaction")
        await until(idle, "PostgreSQL ended it by itself")
        await asyncio.wait_for(run(world.engine, world.library, lambda work: work.lock_scope("site:church")), 10)
        stopped.close()


async def test_each_attempt_says_that_it_may_take_longer(world: World) -> None:
    """Whoever throws out stopped holders cannot see their limits; the name ends with the transaction."""
    names = []

    async def raced(work: Work) -> None:
        names.append(await work.conn.scalar(text("SELECT current_setting('application_name')")))
        if len(names) < 3:
            raise Conflict("somebody was faster")

    await run(world.engine, world.library, raced)
    await run(world.engine, world.library, raced)
    assert names == ["dispatch-test", "dispatch-test attempt 2", "dispatch-test attempt 3", "dispatch-test"]


@pytest.mark.usefixtures("watched")
async def test_a_long_wait_is_told(world: World, logged: list[EventDict]) -> None:
    """Who holds a lock at work and is not stopped is left alone: the log says who waits for whom."""
    async with world.direct.begin() as holding:
        await holding.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('site:hall', 0))"))
        waiting = asyncio.create_task(run(world.engine, world.library, lambda work: work.lock_scope("site:hall")))
        await until(lambda: _told(logged), "nobody said that somebody waits")
    await asyncio.wait_for(waiting, 10)
    [told] = {tuple(line[name] for name in ("waiter", "state", "waits_for")) for line in logged if _is_wait(line)}
    assert told == ("dispatch-test", "idle in transaction", "ClientRead")


async def _told(logged: list[EventDict]) -> bool:
    return any(_is_wait(line) for line in logged)


def _is_wait(line: EventDict) -> bool:
    return bool(line["event"] == "lock_waited_for")


@pytest.mark.usefixtures("watched")
async def test_nobody_is_thrown_out_whom_nobody_waits_for(world: World, database: str) -> None:
    """A slow client that holds nothing up is left alone, until somebody waits."""
    with stopped_amid(database, "site:town-hall") as backend:
        await until(lambda: _is_held(world, backend, 3 * HELD_MS), "it was thrown out")
        await asyncio.wait_for(run(world.engine, world.library, lambda work: work.lock_scope("site:town-hall")), 10)


async def _is_held(world: World, backend: int, milliseconds: float, state: str = "active") -> bool:
    return await held_for_ms(world, backend, state) >= milliseconds
