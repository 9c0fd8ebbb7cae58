"""Who may come in no longer, and who saw what: the register that nobody changes."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from services.dispatch.store.tables.columns import metadata, when, words

revocations = Table(
    "revocations",
    metadata,
    words("id", key=True),
    words("scope", required=True),
    words("who", required=True),
    words("reason", required=True),
    words("set_by", required=True),
    when("at", required=True),
    when("lifted_at"),
    words("lifted_by"),
    words("lift_reason"),
)
Index("ix_revocations_at", revocations.c.at)

legal_holds = Table(
    "legal_holds",
    metadata,
    words("id", key=True),
    Column("incident_id", Text, ForeignKey("incidents.id"), nullable=False, index=True),
    words("reason", required=True),
    words("set_by", required=True),
    when("at", required=True),
    when("lifted_at"),
    words("lifted_by"),
)

register_head = Table(
    "register_head",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

access_register = Table(
    "access_register",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    when("at", required=True),
    words("entry", required=True),
    Column("hash_before", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)
Index("ix_access_register_at", access_register.c.at)
