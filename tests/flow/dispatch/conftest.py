"""One migrated database with the small city for the session, put back before each test."""

import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio
import structlog

from tests.flow.dispatch.databases import create, found, put_back
from tests.flow.dispatch.world import Engines, World


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
    url = create(postgres_server)
    await found(url)
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
    await engines.direct_execute(put_back())
    made = World(database, engines)
    try:
        yield made
        await made.invariants()
        await made.decided_alike()
    finally:
        await made.http.aclose()
