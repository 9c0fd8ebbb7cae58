"""A process works on no database that is older than its code, and on any newer one."""

import asyncio

import psycopg
from sqlalchemy.ext.asyncio import create_async_engine

from services.chassis.database import address
from services.chassis.health import Health
from services.chassis.migrated import LOOK_S, Migrated
from services.notify.store.migrate import FOLDER, migrate
from services.notify.store.tables import SCHEMA


async def begins(url: str, health: Health, stop: asyncio.Event) -> bool:
    """What notify's process asks before anything else."""
    engine = create_async_engine(address(url))
    try:
        return await Migrated(engine, SCHEMA, FOLDER, "migrate it", health).wait(stop)
    finally:
        await engine.dispose()


async def test_it_begins_when_its_tables_are_there(postgres: str) -> None:
    """Without tables it waits and its health names the command; after the migration it begins."""
    health, stop = Health("notify"), asyncio.Event()
    waiting = asyncio.create_task(begins(postgres, health, stop))
    while "schema" not in health.report()["checks"]:
        await asyncio.sleep(0.01)
    assert "run migrate it" in health.report()["checks"]["schema"]["detail"]
    assert not health.ready
    await asyncio.to_thread(migrate, postgres)
    assert await asyncio.wait_for(waiting, 10)
    assert health.ready


async def test_it_works_on_a_newer_database(postgres: str) -> None:
    """The old process of an upgrade under way: the database is at a revision that it has never heard of."""
    await asyncio.to_thread(migrate, postgres)
    with psycopg.connect(postgres) as connection:
        connection.execute("UPDATE notify.alembic_version SET version_num = '9999_of_next_year'")
    assert await asyncio.wait_for(begins(postgres, Health("notify"), asyncio.Event()), 10)


async def test_it_ends_while_postgresql_is_away() -> None:
    """It says so meanwhile, and SIGTERM ends it: it has not begun."""
    health, stop = Health("notify"), asyncio.Event()
    waiting = asyncio.create_task(begins("postgresql://nobody@127.0.0.1:1/none", health, stop))
    while "schema" not in health.report()["checks"]:
        await asyncio.sleep(0.01)
    assert "PostgreSQL does not answer" in health.report()["checks"]["schema"]["detail"]
    stop.set()
    assert not await asyncio.wait_for(waiting, 10 * LOOK_S)
