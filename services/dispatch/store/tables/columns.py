"""What all tables are made of: one schema, one way to name constraints, the two commonest columns."""

from sqlalchemy import Column, DateTime, MetaData, Text

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
