"""Brings the database to the newest version; several processes may call it at once, one does the work."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from services.chassis.database import address

FOLDER = Path(__file__).parent / "migrations"


def configuration(database_url: str) -> Config:
    """Alembic's configuration for dispatch's own migrations."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["url"] = address(database_url)
    return config


def upgrade(database_url: str) -> None:
    """Runs the migrations that are missing."""
    command.upgrade(configuration(database_url), "head")
