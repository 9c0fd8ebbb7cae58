"""While an upgrade is under way the version before works on the new tables: migrations only add to what it knows."""

import io
import re

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import Script, ScriptDirectory

from services.dispatch.store.migrate import FOLDER as DISPATCH
from services.notify.store.migrate import FOLDER as NOTIFY

BODIES = re.compile(r"\$\$.*?\$\$", re.DOTALL)
NAME = r'"?([a-z_]+(?:\.[a-z_]+)?)"?'
TAKES_AWAY = (
    (re.compile(rf"DROP TABLE (?:IF EXISTS )?{NAME}"), "drops a table"),
    (re.compile(rf"ALTER TABLE (?:ONLY )?{NAME}\b.*\bDROP (?:COLUMN|CONSTRAINT)\b", re.DOTALL), "drops a part of"),
    (re.compile(rf"ALTER TABLE (?:ONLY )?{NAME}\b.*\bRENAME\b", re.DOTALL), "renames"),
    (re.compile(rf"ALTER TABLE (?:ONLY )?{NAME}\b.*\bSET NOT NULL\b", re.DOTALL), "refuses what was left out in"),
    (re.compile(rf"ALTER TABLE (?:ONLY )?{NAME}\b.*\bTYPE\b", re.DOTALL), "changes a type in"),
    (re.compile(rf"ALTER TABLE (?:ONLY )?{NAME}\b.*\bADD (?:CONSTRAINT|CHECK|UNIQUE)\b", re.DOTALL), "refuses rows in"),
    (
        re.compile(
            rf"ALTER TABLE (?:ONLY )?{NAME} ADD COLUMN (?!.*\b(?:DEFAULT|GENERATED)\b).*\bNOT NULL\b", re.DOTALL
        ),
        "asks for a column that old code does not fill in",
    ),
    (re.compile(rf"CREATE UNIQUE INDEX .* ON {NAME}"), "refuses rows in"),
    (re.compile(rf"CREATE (?:CONSTRAINT )?TRIGGER .* ON {NAME}"), "steps between old code and"),
)
MADE = re.compile(rf"CREATE TABLE (?:IF NOT EXISTS )?{NAME}")


def taken_away(sql: str) -> list[str]:
    """What a migration's statements take from the version before; tables that it makes itself are its own."""
    statements = [statement.strip() for statement in BODIES.sub("''", sql).split(";")]
    own = {found.group(1) for statement in statements if (found := MADE.match(statement))}
    return [
        f"{words} {found.group(1)}"
        for statement in statements
        for pattern, words in TAKES_AWAY
        if (found := pattern.match(statement)) and found.group(1) not in own
    ]


def sql_of(revision: Script) -> str:
    """The statements of its `upgrade`, without a database."""
    said = io.StringIO()
    context = MigrationContext.configure(dialect_name="postgresql", opts={"as_sql": True, "output_buffer": said})
    with Operations.context(context):
        revision.module.upgrade()
    return said.getvalue()


LATER = [
    one for folder in (DISPATCH, NOTIFY) for one in ScriptDirectory(str(folder)).walk_revisions() if one.down_revision
]


@pytest.mark.parametrize("revision", LATER, ids=lambda one: one.revision)
def test_only_adds(revision: Script) -> None:
    """The version before can read and write on; what takes away says in CONTRACTS since when nobody asks for it."""
    if getattr(revision.module, "CONTRACTS", ""):
        assert taken_away(sql_of(revision)), "CONTRACTS, and nothing is taken away"
        return
    assert taken_away(sql_of(revision)) == []


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE dispatch.units",
        "ALTER TABLE dispatch.units DROP COLUMN state",
        "ALTER TABLE dispatch.units RENAME state TO condition",
        "ALTER TABLE dispatch.units RENAME TO crews",
        "ALTER TABLE dispatch.units ALTER COLUMN note SET NOT NULL",
        "ALTER TABLE dispatch.units ALTER COLUMN epoch TYPE TEXT",
        "ALTER TABLE dispatch.units ADD COLUMN colour TEXT NOT NULL",
        "ALTER TABLE dispatch.units ADD CONSTRAINT ck_units CHECK (epoch > 0)",
        "CREATE UNIQUE INDEX uq_units ON dispatch.units (call_sign)",
        "CREATE TRIGGER no_change BEFORE UPDATE ON dispatch.units FOR EACH ROW EXECUTE FUNCTION f()",
    ],
)
def test_what_takes_away_is_seen(sql: str) -> None:
    """Each way of taking something from old code is found, and is allowed in a table that the migration makes."""
    assert len(taken_away(f"{sql};\n")) == 1
    assert taken_away(f"CREATE TABLE dispatch.units (id TEXT);\n\n{sql};\n") == []


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE dispatch.units ADD COLUMN colour TEXT",
        "ALTER TABLE dispatch.units ADD COLUMN colour TEXT DEFAULT 'blue' NOT NULL",
        "CREATE INDEX ix_units ON dispatch.units (colour)",
        "CREATE FUNCTION f() RETURNS trigger AS $$ BEGIN; DROP TABLE dispatch.units; END $$",
    ],
)
def test_adding_is_allowed(sql: str) -> None:
    """Columns that may be left out, indexes and functions trouble nobody."""
    assert taken_away(f"{sql};\n") == []
