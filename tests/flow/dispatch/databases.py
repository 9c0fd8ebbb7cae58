"""A migrated database with the small city in force, made once and put back before each test."""

import uuid
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from services.dispatch.store.migrate import upgrade
from services.dispatch.store.tables import metadata
from tests.flow.dispatch.builders import city
from tests.flow.dispatch.world import Engines, World

KEPT = [table.name for table in metadata.sorted_tables if not any(column.computed for column in table.columns)]
"""Tables without computed columns, which can be copied as they are."""


def create(server: str) -> str:
    """An empty, migrated database on that server; its URL."""
    name = f"dispatch_{uuid.uuid4().hex[:8]}"
    _execute(server, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    url = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    upgrade(url)
    return url


async def found(url: str) -> None:
    """Puts the small city in force and saves everything for `put_back`."""
    made = World(url, Engines.to(url))
    await made.apply(city())
    await made.engines.dispose()
    copies = [sql.SQL("CREATE TABLE saved.{0} AS TABLE dispatch.{0}").format(sql.Identifier(name)) for name in KEPT]
    _execute(url, sql.SQL("CREATE SCHEMA saved"), *copies)


def put_back() -> str:
    """The statements that bring everything back to what was saved."""
    everything = ", ".join(f"dispatch.{table.name}" for table in metadata.sorted_tables)
    copies = [f"INSERT INTO dispatch.{name} SELECT * FROM saved.{name}" for name in KEPT]
    # The register takes no deletion, not even here: its triggers sleep for this one transaction.
    return "; ".join(["SET LOCAL session_replication_role = replica", f"TRUNCATE {everything}", *copies])


def _execute(url: str, *statements: sql.Composed | sql.SQL) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)
