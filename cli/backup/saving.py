"""Saves the whole database in one moment, and puts it back into an empty one."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import IsolationLevel, sql
from psycopg.conninfo import conninfo_to_dict

from cli.backup.binaries import find
from cli.backup.state_hash import StateHash, state_hash

OURS = ("dispatch", "notify")
"""Schemas, and the names under which the services that use them connect."""
VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
}


class Refused(Exception):
    """The database must not be touched as it is; the message says what to do."""


class ToolFailed(Exception):
    """pg_dump or pg_restore failed; the message is its own last words."""


def backup(url: str, file: Path) -> StateHash:
    """Writes `file` (mode 0600, whole or not at all); returns the state's hash at the moment that it holds.

    Raises NoBinary, ToolFailed, psycopg.Error, OSError.
    """
    part = file.with_name(f".{file.name}.part")
    with _snapshot(url) as connection:
        [moment] = connection.execute("SELECT pg_export_snapshot()").fetchone() or [""]
        program = find("pg_dump", connection.info.server_version // 10_000)
        found = state_hash(connection)
        part.touch(mode=0o600)
        part.chmod(0o600)
        try:
            _run([str(program), "--format=custom", f"--snapshot={moment}", "--no-owner", f"--file={part}"], url)
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)
    return found


def restore(url: str, file: Path, *, force: bool) -> StateHash:
    """Puts a backup back, all or nothing; returns the state's hash then. Raises Refused and what `backup` raises."""
    with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
        program = find("pg_restore", connection.info.server_version // 10_000)
        _run([str(program), "--list", str(file)], url)  # before anything is dropped
        _require_alone(connection)
        if _tables(connection):
            if not force:
                raise Refused(
                    "La base n'est pas vide : --force efface d'abord ce qu'elle contient.\n"
                    "The database is not empty: --force deletes what it holds first."
                )
            for schema in OURS:
                connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)))
    database = psycopg.conninfo.conninfo_to_dict(url).get("dbname") or "postgres"
    _run([str(program), "--single-transaction", "--no-owner", f"--dbname={database}", str(file)], url)
    return hash_of(url)


def hash_of(url: str) -> StateHash:
    """The state's hash now."""
    with _snapshot(url) as connection:
        return state_hash(connection)


@contextmanager
def _snapshot(url: str) -> Iterator[psycopg.Connection]:
    """A connection that sees one moment."""
    with psycopg.connect(url, connect_timeout=5, application_name="vigie-cli") as connection:
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        yield connection


def _tables(connection: psycopg.Connection) -> int:
    query = "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    [number] = connection.execute(query).fetchone() or [0]
    return int(number)


def _require_alone(connection: psycopg.Connection) -> None:
    query = """SELECT DISTINCT application_name FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = ANY(%s)"""
    there = [name for (name,) in connection.execute(query, [list(OURS)]).fetchall()]
    if there:
        raise Refused(
            f"Encore connecté(s) : {', '.join(there)}. Arrêtez ces services, restaurez, puis relancez-les.\n"
            f"Still connected: {', '.join(there)}. Stop these services, restore, then start them again."
        )


def _run(command: list[str], url: str) -> None:
    """Runs a PostgreSQL program; the password goes by its environment, never on the command line."""
    known = {VARIABLES[name]: str(value) for name, value in conninfo_to_dict(url).items() if name in VARIABLES}
    done = subprocess.run(
        command, env={**os.environ, **known}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False
    )
    if done.returncode != 0:
        raise ToolFailed("\n".join(done.stderr.strip().splitlines()[-5:]))
