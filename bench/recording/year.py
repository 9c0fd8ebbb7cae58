"""A year of a city: the incidents that were really handled just now, copied until there are enough.

Ids get a suffix and moments are moved back, evenly over 365 days; everything else is as dispatch wrote it.
"""

from collections.abc import Callable, Iterator

import psycopg
from psycopg import sql

TABLES = (
    "incidents",
    "incident_signals",
    "situations",
    "tasks",
    "assignments",
    "hand_overs",
    "work_orders",
    "events",
    "notes",
    "notifications",
    "signal_outcomes",
)
"""Parents first."""
IDS = {"id", "incident_id", "task_id", "signal_id", "first_signal_id", "key", "merged_into", "linked_to"}
SESSION = "-c search_path=dispatch -c synchronous_commit=off"
DAYS = 365.0
STEP = 100
"""Copies of all incidents in one statement."""


def fill(database: str, wanted: int, say: Callable[[str], None]) -> int:
    """Copies until there are `wanted` incidents; their number."""
    with psycopg.connect(database, autocommit=True, options=SESSION) as conn:
        [(real,)] = conn.execute("SELECT count(*) FROM incidents").fetchall()
        copies = max(0, -(-wanted // real) - 1)
        for begin in range(1, copies + 1, STEP):
            end = min(copies, begin + STEP - 1)
            for table in TABLES:
                conn.execute(_copy(conn, table), {"begin": begin, "end": end, "days": DAYS / copies})
            say(f"{real * (end + 1)} / {wanted}")
        conn.execute("ANALYZE")
        return int(conn.execute("SELECT count(*) FROM incidents").fetchall()[0][0])


def _copy(conn: "psycopg.Connection[tuple[object, ...]]", table: str) -> sql.Composed:
    """Rows without a `~` are the real ones."""
    names, values = zip(*_columns(conn, table), strict=True)
    first = sql.Identifier(names[0])
    copied = "INSERT INTO {} ({}) SELECT {} FROM {} AS real, generate_series(%(begin)s::int, %(end)s::int) AS k"
    return sql.SQL(copied + " WHERE {} !~ '~'").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, names)),
        sql.SQL(", ").join(values),
        sql.Identifier(table),
        sql.SQL("real.{}").format(first),
    )


def _columns(conn: "psycopg.Connection[tuple[object, ...]]", table: str) -> Iterator[tuple[str, sql.Composable]]:
    found = conn.execute(
        """SELECT column_name, data_type FROM information_schema.columns
        WHERE table_schema = 'dispatch' AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position""",
        (table,),
    )
    for name, kind in found.fetchall():
        column = sql.SQL("real.{}").format(sql.Identifier(str(name)))
        if name in IDS:
            yield str(name), column + sql.SQL(" || '~' || k")
        elif name == "epoch":
            yield str(name), column + sql.SQL(" + k * 100000")
        elif kind == "timestamp with time zone":
            yield str(name), column + sql.SQL(" - make_interval(secs => k * %(days)s::float8 * 86400)")
        else:
            yield str(name), column
