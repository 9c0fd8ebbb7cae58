"""Brings schema `notify` to the newest revision; safe to run again and by several at once."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, text

from services.chassis.database import address
from services.chassis.migrating import WAIT, giving_way
from services.notify.store.tables import SCHEMA

FOLDER = Path(__file__).parent / "migrations"
LOCK = 0x76_69_67_69_65_6E  # "vigien": one migration of this schema at a time


def migrate(database_url: str) -> None:
    """Raises sqlalchemy.exc.OperationalError if PostgreSQL cannot be reached."""
    engine = create_engine(address(database_url))
    try:
        giving_way(lambda: _upgrade(engine))
    finally:
        engine.dispose()


def _upgrade(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        connection.execute(text(WAIT))
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
        command.upgrade(_config(connection), "head")


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
