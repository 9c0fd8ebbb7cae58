"""Throws out a process that was stopped amid its statements and holds what others wait for (rule 7).

PostgreSQL's own limit for that, `idle_in_transaction_session_timeout`, counts from an answer to the next message of any
kind. A client that sends several statements together (libpq's pipeline mode, which `executemany` uses too) and is
stopped before it has said that this was all is `active` for PostgreSQL, may stay so for ever, and keeps its locks; so
is one that was stopped before it had taken a large answer. And psycopg ends each pipeline by asking once more for what
it has got already (a Flush behind the Sync): that message stops PostgreSQL's clock, and nothing starts it again.
`transaction_timeout` would end them all (PostgreSQL 17), and with them every transaction that is merely slow on a busy
machine.
"""

import asyncio
import itertools
from typing import Any

import psycopg

from services.chassis import logs
from services.chassis.lifecycle import pause
from services.chassis.metrics import RESTARTS_OF_LOOPS
from services.dispatch.metrics import HOLDERS_THROWN_OUT

log = logs.get(__name__)
EVERY_S = 0.15
HELD_MS = 400
"""Longer than `chassis.database.IDLE_LIMIT_MS`; in a transaction's n-th attempt n times as long, as `store.work`."""
THROW_OUT = """
SELECT holder.application_name, pg_terminate_backend(holder.pid)
FROM pg_stat_activity AS holder
WHERE holder.datname = current_database() AND holder.usename = current_user
  AND holder.wait_event_type = 'Client'
  AND (
    holder.state = 'active'
    OR holder.state = 'idle in transaction' AND holder.application_name SIMILAR TO '(dispatch|vigie-notify)%%'
  )
  AND holder.state_change < clock_timestamp()
    - make_interval(secs => %s) * coalesce(substring(holder.application_name FROM 'attempt ([0-9]+)$')::int, 1)
  AND EXISTS (
    SELECT FROM pg_stat_activity AS waiter
    WHERE waiter.wait_event_type = 'Lock' AND holder.pid = ANY (pg_blocking_pids(waiter.pid))
  )
"""
LONG_WAITS = """
SELECT DISTINCT waiter.application_name, holder.application_name, holder.state, holder.wait_event
FROM pg_stat_activity AS waiter
CROSS JOIN LATERAL unnest(pg_blocking_pids(waiter.pid)) AS blocking (pid)
JOIN pg_stat_activity AS holder ON holder.pid = blocking.pid
WHERE waiter.datname = current_database() AND waiter.wait_event_type = 'Lock'
  AND waiter.query_start < clock_timestamp() - make_interval(secs => %s)
"""
LONG_S = 1.5
"""A lock is waited for at most 2 s (`chassis.database.SESSION`), and then again."""
LOOK_EVERY = 3
"""Rounds between two looks for long waits: none of half a second is missed."""


class StoppedHolders:
    """The loop. It has a connection of its own: those of the pool may all be waiting for the holder."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn

    async def run(self, stop: asyncio.Event) -> None:
        """Runs until `stop`; what fails is logged and tried again."""
        while not stop.is_set():
            try:
                async with await psycopg.AsyncConnection.connect(
                    self._dsn, autocommit=True, connect_timeout=5, application_name="dispatch-holders"
                ) as conn:
                    await self._watch(conn, stop)
            except (psycopg.Error, OSError) as error:
                RESTARTS_OF_LOOPS.labels("stopped-holders").inc()
                log.warning("stopped_holders_wait", error=type(error).__name__)
                await asyncio.sleep(EVERY_S)

    async def _watch(self, conn: "psycopg.AsyncConnection[Any]", stop: asyncio.Event) -> None:
        for number in itertools.count():
            if stop.is_set():
                return
            for application, _ in await (await conn.execute(THROW_OUT, (HELD_MS / 1000,))).fetchall():
                HOLDERS_THROWN_OUT.inc()
                log.warning("stopped_holder_thrown_out", holder=application)
            if number % LOOK_EVERY == 0:
                await _tell_long_waits(conn)
            await pause(stop, EVERY_S)


async def _tell_long_waits(conn: "psycopg.AsyncConnection[Any]") -> None:
    """Says who waits for whom, where nobody is thrown out and yet somebody waits."""
    for waiter, holder, state, event in await (await conn.execute(LONG_WAITS, (LONG_S,))).fetchall():
        log.warning("lock_waited_for", waiter=waiter, holder=holder, state=state, waits_for=event)
