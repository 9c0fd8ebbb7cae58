"""Brings the database to the newest version; several processes may call it at once, one does the work."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from services.chassis.database import address
from services.chassis.migrating import giving_way

FOLDER = Path(__file__).parent / "migrations"


def configuration(database_url: str) -> Config:
    """Alembic's configuration for dispatch's own migrations."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["url"] = address(database_url)
    return config


def upgrade(database_url: str) -> None:
    """Runs the migrations that are missing, beside services at work."""
    giving_way(lambda: command.upgrade(configuration(database_url), "head"))
