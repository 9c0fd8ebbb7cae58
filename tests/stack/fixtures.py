"""Fixtures on real parts. Parts are started at their first use and shared by the session.

kafka     bootstrap servers of a real broker with all topics of schemas/topics
postgres  URL of a fresh, empty database, for this test only; postgres_module: for the module
mqtt      URL of a real MQTT broker
stack     the whole stack: all services, with the pack applied (StackProcess)
"""

from __future__ import annotations

import re
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from deploy.local.layout import REPOSITORY
from tests.stack.running import StackProcess, start_stack


@contextmanager
def _stack(
    factory: pytest.TempPathFactory, name: str, only: str, env: Mapping[str, str] | None = None
) -> Iterator[StackProcess]:
    stack = start_stack(factory.mktemp(name), only, env)
    try:
        yield stack
    finally:
        stack.stop()


@pytest.fixture(scope="session")
def kafka_empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Bootstrap servers of a real broker that holds no topic (yet): a test that needs its own topics makes them."""
    with _stack(tmp_path_factory, "kafka", "kafka") as stack:
        yield stack.kafka


@pytest.fixture(scope="session")
def kafka(kafka_empty: str) -> str:
    """Bootstrap servers of a real broker with every topic of schemas/topics."""
    command = (sys.executable, "-m", "schemas.topics", "create")
    env = {"KAFKA_BOOTSTRAP_SERVERS": kafka_empty, "PYTHONPATH": str(REPOSITORY), "PATH": ""}
    subprocess.run(command, check=True, cwd=REPOSITORY, env=env)
    return kafka_empty


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a real server's maintenance database."""
    with _stack(tmp_path_factory, "postgres", "postgres") as stack:
        yield stack.database_url


@pytest.fixture
def postgres(postgres_server: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """URL of a database for this test only."""
    with _database(postgres_server, request.node.name) as url:
        yield url


@pytest.fixture(scope="module")
def postgres_module(postgres_server: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """URL of a database that the tests of one module share."""
    with _database(postgres_server, request.node.name) as url:
        yield url


@pytest.fixture(scope="session")
def mqtt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a real MQTT broker."""
    with _stack(tmp_path_factory, "mqtt", "mqtt") as stack:
        yield stack.mqtt_url


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackProcess]:
    """The whole stack as `make up` starts it, ready, with the default pack applied: its people sign in."""
    with _stack(tmp_path_factory, "stack", "", {"VIGIE_ACCOUNTS": "demo"}) as running:
        yield running


@contextmanager
def _database(server: str, wanted: str) -> Iterator[str]:
    """Creates a database named after the test and drops it at the end, whoever is still connected."""
    name = f"t_{re.sub(r'[^a-z0-9]+', '_', wanted.lower())[:40]}_{uuid.uuid4().hex[:8]}"
    _execute(server, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    finally:
        _execute(server, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _execute(url: str, statement: sql.Composed) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)
