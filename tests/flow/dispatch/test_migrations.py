"""The migrations make exactly the tables that the code speaks of, and can be taken back."""

import asyncio
import os
import sys

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, inspect

from deploy.local.layout import REPOSITORY
from services.chassis.database import address
from services.dispatch.store.migrate import configuration, upgrade
from services.dispatch.store.tables import SCHEMA, metadata
from tests.flow.dispatch.builders import city
from tests.flow.dispatch.world import Engines, World


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
