"""A database with dispatch's tables and the small city for each test, copied from one that was migrated once."""

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
from tests.flow.dispatch.world import World, city


def _execute(url: str, statement: sql.Composed) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
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
async def template(postgres_server: str) -> str:
    """Name of a migrated database in which the small city is in force; nobody stays connected to it."""
    name = f"dispatch_template_{uuid.uuid4().hex[:8]}"
    _execute(postgres_server, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    url = urlunsplit(urlsplit(postgres_server)._replace(path=f"/{name}"))
    upgrade(url)
    made = World(url)
    await made.apply(city())
    await made.close()
    return name


@pytest.fixture
def database(postgres_server: str, template: str) -> Iterator[str]:
    """URL of a copy of the template for this test only."""
    name = f"dispatch_{uuid.uuid4().hex[:12]}"
    made = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
    _execute(postgres_server, made)
    try:
        yield urlunsplit(urlsplit(postgres_server)._replace(path=f"/{name}"))
    finally:
        _execute(postgres_server, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest_asyncio.fixture
async def world(database: str) -> AsyncIterator[World]:
    """Dispatch over that database; every test ends with the invariants of promise 2."""
    made = World(database)
    try:
        yield made
        await made.invariants()
    finally:
        await made.close()
