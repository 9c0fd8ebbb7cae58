"""One migrated database with the small city for the session, put back before each test."""

import logging
import uuid
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
import pytest_asyncio
import structlog
from psycopg import sql

from services.dispatch.store.migrate import upgrade
from services.dispatch.store.tables import metadata
from tests.flow.dispatch.builders import city
from tests.flow.dispatch.world import Engines, World


def _execute(url: str, *statements: sql.Composed | sql.SQL) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


@pytest.fixture(scope="session", autouse=True)
def _plain_log() -> Iterator[None]:
    """Warnings as one line of JSON: structlog's default draws tracebacks for seconds."""
    processors: list[Any] = [structlog.processors.add_log_level, structlog.processors.format_exc_info]
    structlog.configure(
        processors=[*processors, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
    )
    yield
    structlog.reset_defaults()


@pytest_asyncio.fixture(scope="session")
async def database(postgres_server: str) -> str:
    """URL of a migrated database in which the small city is in force; `world` puts it back to that."""
    name = f"dispatch_{uuid.uuid4().hex[:8]}"
    _execute(postgres_server, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    url = urlunsplit(urlsplit(postgres_server)._replace(path=f"/{name}"))
    upgrade(url)
    made = World(url, Engines.to(url))
    await made.apply(city())
    await made.engines.dispose()
    copies = [
        sql.SQL("CREATE TABLE saved.{0} AS TABLE dispatch.{0}").format(sql.Identifier(table.name))
        for table in metadata.sorted_tables
        if not any(column.computed for column in table.columns)
    ]
    _execute(url, sql.SQL("CREATE SCHEMA saved"), *copies)
    return url


@pytest_asyncio.fixture(scope="session")
async def engines(database: str) -> AsyncIterator[Engines]:
    """Shared by all tests, so that each statement is compiled once."""
    made = Engines.to(database)
    yield made
    await made.dispose()


@pytest_asyncio.fixture
async def world(database: str, engines: Engines) -> AsyncIterator[World]:
    """Dispatch over that database as it was at first.

    Every test ends with the invariants of promise 2, and of promise 4: all that was decided in it is evaluated again.
    """
    await engines.direct_execute(_put_back())
    made = World(database, engines)
    try:
        yield made
        await made.invariants()
        await made.decided_alike()
    finally:
        await made.http.aclose()


def _put_back() -> str:
    kept = [table.name for table in metadata.sorted_tables if not any(column.computed for column in table.columns)]
    everything = ", ".join(f"dispatch.{table.name}" for table in metadata.sorted_tables)
    copies = [f"INSERT INTO dispatch.{name} SELECT * FROM saved.{name}" for name in kept]
    return "; ".join([f"TRUNCATE {everything}", *copies])
