"""Runs dispatch's migrations in schema `dispatch`, under a lock that lets one process at a time do it."""

from alembic import context
from sqlalchemy import NullPool, create_engine, text

from services.chassis.migrating import WAIT
from services.dispatch.store.tables import SCHEMA, metadata

LOCK = 7_160_421


def run() -> None:
    """One transaction for all missing migrations."""
    engine = create_engine(context.config.attributes["url"], poolclass=NullPool)
    with engine.begin() as conn:
        conn.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        conn.execute(text(WAIT))
        conn.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
        context.configure(
            connection=conn,
            target_metadata=metadata,
            version_table_schema=SCHEMA,
            include_schemas=True,
            include_name=lambda name, kind, _: kind != "schema" or name == SCHEMA,
            transactional_ddl=True,
        )
        context.run_migrations()


run()
