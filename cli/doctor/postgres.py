"""PostgreSQL: reachable, migrated, not held up; and what stands in it about alarms and packs."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import psycopg
from alembic.script import ScriptDirectory

from cli.doctor.findings import Area, Finding, problem, warning, well
from services.dispatch.store.migrate import configuration

LONG_S = 60
SKEW_S = 2.0


@dataclass
class Facts:
    """What the database told."""

    version: str | None = None
    expected: str | None = None
    bytes_held: int = 0
    connections: int = 0
    most_connections: int = 1
    long_transactions: list[tuple[str, float]] = field(default_factory=list)
    skew_s: float = 0.0
    alarms: list[str] = field(default_factory=list)
    packs: dict[str, str] = field(default_factory=dict)
    read: dict[str, dict[int, int]] = field(default_factory=dict)


def ask(url: str) -> Facts:
    """Raises psycopg.Error."""
    facts = Facts(expected=ScriptDirectory.from_config(configuration(url)).get_current_head())
    with psycopg.connect(url, autocommit=True, connect_timeout=5, application_name="vigie-cli") as connection:
        connection.execute("SET statement_timeout = '5s'")
        before = datetime.now(UTC)
        [there] = connection.execute("SELECT clock_timestamp()").fetchone() or [before]
        middle = before + (datetime.now(UTC) - before) / 2
        facts.skew_s = (there - middle).total_seconds()
        _server(connection, facts)
        known = connection.execute("SELECT to_regclass('dispatch.alembic_version')").fetchone()
        if known is not None and known[0] is not None:
            _tables(connection, facts)
    return facts


def _server(connection: psycopg.Connection, facts: Facts) -> None:
    query = """SELECT pg_database_size(current_database()), (SELECT count(*) FROM pg_stat_activity),
        current_setting('max_connections')::int"""
    row = connection.execute(query).fetchone()
    if row is not None:
        facts.bytes_held, facts.connections, facts.most_connections = row
    query = """SELECT application_name, extract(epoch FROM clock_timestamp() - xact_start)::float FROM pg_stat_activity
        WHERE backend_type = 'client backend' AND clock_timestamp() - xact_start > make_interval(secs => %s)"""
    facts.long_transactions = list(connection.execute(query, [LONG_S]).fetchall())


def _tables(connection: psycopg.Connection, facts: Facts) -> None:
    row = connection.execute("SELECT version_num FROM dispatch.alembic_version").fetchone()
    facts.version = row[0] if row else None
    if facts.version != facts.expected:
        return  # tables of another version: not asked
    facts.alarms = [r[0] for r in connection.execute("SELECT DISTINCT name FROM dispatch.system_alarms").fetchall()]
    facts.packs = dict(connection.execute("SELECT centre, version FROM dispatch.current_packs").fetchall())
    rows = connection.execute("SELECT topic, partition, next_offset FROM dispatch.consumer_offsets").fetchall()
    for topic, partition, offset in rows:
        if "/" not in topic:
            facts.read.setdefault(topic, {})[partition] = offset


def away(error: psycopg.Error) -> Finding:
    """PostgreSQL does not answer."""
    return problem(
        Area.POSTGRESQL,
        f"PostgreSQL ne répond pas ({type(error).__name__}).",
        "PostgreSQL does not answer.",
        "Vérifiez qu'il tourne (make status) et DATABASE_URL ; les alarmes urgentes attendent dans Kafka.",
        "Check that it runs (make status), and DATABASE_URL; urgent alarms wait in Kafka.",
    )


def judge(facts: Facts) -> Iterator[Finding]:
    """What follows from the facts."""
    megabytes = facts.bytes_held // 1_000_000
    yield well(Area.POSTGRESQL, f"PostgreSQL répond, {megabytes} Mo.", f"PostgreSQL answers, {megabytes} MB.")
    if facts.version != facts.expected:
        yield problem(
            Area.POSTGRESQL,
            f"Schéma en version {facts.version or 'aucune'}, ce programme attend {facts.expected}.",
            f"Schema version is {facts.version or 'none'}, this program expects {facts.expected}.",
            "Lancez : python -m services.dispatch migrate",
            "Run: python -m services.dispatch migrate",
        )
    for name, seconds in facts.long_transactions:
        yield warning(
            Area.POSTGRESQL,
            f"Transaction ouverte depuis {seconds:.0f} s ({name or 'sans nom'}).",
            f"A transaction has been open for {seconds:.0f} s ({name or 'unnamed'}).",
            "Terminez ce client, ou : SELECT pg_terminate_backend(pid) FROM pg_stat_activity …",
            "End that client, or: SELECT pg_terminate_backend(pid) FROM pg_stat_activity …",
        )
    if facts.connections > 0.8 * facts.most_connections:
        yield warning(
            Area.POSTGRESQL,
            f"{facts.connections} connexions sur {facts.most_connections}.",
            f"{facts.connections} connections of {facts.most_connections}.",
            "Augmentez max_connections ou cherchez qui les garde (pg_stat_activity).",
            "Raise max_connections, or see who holds them (pg_stat_activity).",
        )
    if abs(facts.skew_s) > SKEW_S:
        yield skewed("PostgreSQL", facts.skew_s)
    for alarm in facts.alarms:
        yield problem(
            Area.ALARMS,
            f"Alerte système en cours : {alarm}.",
            f"A system alarm stands: {alarm}.",
            "Voir docs/tools.md : ./vigie reconcile, ./vigie dead-letters list.",
            "See docs/tools.md: ./vigie reconcile, ./vigie dead-letters list.",
        )


def skewed(who: str, seconds: float) -> Finding:
    """Two clocks differ."""
    return warning(
        Area.CLOCK,
        f"L'horloge de {who} diffère de {seconds:+.1f} s de celle-ci.",
        f"The clock of {who} differs from this one by {seconds:+.1f} s.",
        "Remettez NTP/chrony en marche sur les deux machines.",
        "Get NTP/chrony running on both machines.",
    )
