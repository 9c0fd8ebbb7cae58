"""What all tables are made of: one schema, one way to name constraints, the columns and the index that recur."""

from sqlalchemy import Column, DateTime, Index, MetaData, Table, Text, text

SCHEMA = "dispatch"
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(schema=SCHEMA, naming_convention=NAMING)


def when(name: str, *, required: bool = False) -> Column[object]:
    """A moment with its offset."""
    return Column(name, DateTime(timezone=True), nullable=not required)


def words(name: str, *, required: bool = False, key: bool = False) -> Column[str]:
    """A text."""
    return Column(name, Text, primary_key=key, nullable=not (required or key))


def term() -> tuple[Column[object], Column[object], Column[object]]:
    """From when to when something of the room is in force, and when somebody ended it before."""
    return when("starts_at", required=True), when("ends_at", required=True), when("ended_at")


def index_in_force(table: Table, *columns: str, name: str = "in_force") -> Index:
    """For asking what nobody has ended: by centre, and by `columns`, else by its end."""
    wanted = [table.c[column] for column in ("centre", *(columns or ("ends_at",)))]
    return Index(f"ix_{table.name}_{name}", *wanted, postgresql_where=text("ended_at IS NULL"))
