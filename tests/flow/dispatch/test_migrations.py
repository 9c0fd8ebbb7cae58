"""The migrations make exactly the tables that the code speaks of, and can be taken back."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import httpx
import psycopg
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, inspect

from deploy.local.layout import REPOSITORY
from services.chassis.database import address
from services.dispatch.store.migrate import configuration, upgrade
from services.dispatch.store.tables import SCHEMA, metadata
from tests.flow.dispatch.builders import city
from tests.flow.dispatch.processes import DispatchProcess
from tests.flow.dispatch.world import Engines, World, until


def difference(conn: Connection) -> list[object]:
    """What alembic would still change."""
    options = {
        "version_table_schema": SCHEMA,
        "include_schemas": True,
        "include_name": lambda name, kind, _: kind != "schema" or name == SCHEMA,
        "compare_type": True,
    }
    return list(compare_metadata(MigrationContext.configure(conn, opts=options), metadata))


def test_no_difference_between_database_and_metadata(database: str) -> None:
    """A migrated database is what `store/tables/` declares, types included."""
    engine = create_engine(address(database))
    with engine.connect() as conn:
        assert difference(conn) == []
    engine.dispose()


def test_each_migration_can_be_taken_back_and_done_again(postgres: str) -> None:
    """Down to nothing and up again ends where it began."""
    upgrade(postgres)
    command.downgrade(configuration(postgres), "base")
    engine = create_engine(address(postgres))
    assert set(inspect(engine).get_table_names(SCHEMA)) <= {"alembic_version"}
    upgrade(postgres)
    with engine.connect() as conn:
        assert difference(conn) == []
    engine.dispose()


async def test_two_processes_may_migrate_at_once(postgres: str) -> None:
    """Both come back without an error, and the tables are usable."""
    command_line = (sys.executable, "-m", "services.dispatch", "migrate")
    env = {**os.environ, "DATABASE_URL": postgres}
    started = [await asyncio.create_subprocess_exec(*command_line, cwd=REPOSITORY, env=env) for _ in range(2)]
    assert [await process.wait() for process in started] == [0, 0]
    world = World(postgres, Engines.to(postgres))
    assert await world.apply(city())
    await world.close()


async def test_new_code_on_an_old_database_waits_and_says_for_what(kafka: str, postgres: str, tmp_path: Path) -> None:
    """It touches nothing and sends clients to the other process; once the database is migrated it begins by itself."""
    command.upgrade(configuration(postgres), "0005")
    process = DispatchProcess(kafka, postgres, tmp_path / "dispatch.log")
    try:
        await until(lambda: _says(process, "run python -m services.dispatch migrate"), "it did not say why", 60)
        assert not await process.is_ready()
        async with httpx.AsyncClient(base_url=process.url, trust_env=False) as client:
            assert (await client.get("/v1/units")).status_code == 503
            assert (await client.get("/metrics")).status_code == 200
        assert _positions(postgres) == []
        await asyncio.to_thread(upgrade, postgres)
        await until(process.is_ready, "it did not begin after the migration", 60)
        assert _positions(postgres) != []
        async with httpx.AsyncClient(base_url=process.url, trust_env=False) as client:
            assert (await client.get("/v1/units")).status_code != 503
    finally:
        assert process.stop() == 0


async def test_a_migration_holds_nobody_up_behind_a_backup(postgres: str) -> None:
    """A table that a backup reads for long is left to the others meanwhile; the migration ends once it is free."""
    command.upgrade(configuration(postgres), "0004")
    async with await psycopg.AsyncConnection.connect(postgres) as backup:
        await backup.execute("LOCK TABLE dispatch.incidents IN ACCESS SHARE MODE")
        migration = asyncio.create_task(asyncio.to_thread(upgrade, postgres))
        async with await psycopg.AsyncConnection.connect(postgres, autocommit=True) as work:
            await until(lambda: _waits(work), "the migration did not come as far as the table", 30)
            # As the services have it; behind a migration that waits this would end with LockNotAvailable.
            await work.execute("SET lock_timeout = 2000")
            await work.execute("SELECT count(*) FROM dispatch.incidents")
            assert not migration.done()
        await backup.rollback()
    await asyncio.wait_for(migration, 30)
    engine = create_engine(address(postgres))
    with engine.connect() as conn:
        assert difference(conn) == []
    engine.dispose()


async def _says(process: DispatchProcess, words: str) -> bool:
    async with httpx.AsyncClient(trust_env=False) as client:
        try:
            return words in (await client.get(f"{process.url}/health/ready")).text
        except httpx.TransportError:
            return False


def _positions(database: str) -> list[Any]:
    """How far dispatch has read of each topic, as it keeps it."""
    with psycopg.connect(database) as connection:
        return connection.execute("SELECT * FROM dispatch.consumer_offsets").fetchall()


async def _waits(connection: psycopg.AsyncConnection[Any]) -> bool:
    query = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'dispatch.incidents'::regclass"
    found = await (await connection.execute(query)).fetchone()
    return found is not None and found[0] > 0
