"""The live stream, the outbox, offsets, leases, idempotency keys, city packs."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.dispatch.store.tables.columns import metadata, when, words

stream_head = Table(
    "stream_head",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("position", BigInteger, nullable=False),
)

stream = Table(
    "stream",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    words("kind", required=True),
    words("unit"),
    Column("audience", ARRAY(Text)),
    Column("data", JSONB, nullable=False),
    when("at", required=True),
)

outbox = Table(
    "outbox",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    words("topic", required=True),
    Column("key", LargeBinary, nullable=False),
    Column("value", LargeBinary),
    Column("headers", JSONB, nullable=False),
    when("sent_at"),
)
Index("ix_outbox_unsent", outbox.c.position, postgresql_where=text("sent_at IS NULL"))

consumer_offsets = Table(
    "consumer_offsets",
    metadata,
    words("topic", key=True),
    Column("partition", Integer, primary_key=True),
    Column("next_offset", BigInteger, nullable=False),
)

leases = Table(
    "leases",
    metadata,
    words("name", key=True),
    words("holder", required=True),
    Column("generation", BigInteger, nullable=False),
    when("expires_at", required=True),
)

idempotency = Table(
    "idempotency",
    metadata,
    words("key", key=True),
    words("request", required=True),
    Column("status", Integer, nullable=False),
    Column("body", JSONB, nullable=False),
    when("at", required=True),
)
Index("ix_idempotency_at", idempotency.c.at)

packs = Table(
    "packs",
    metadata,
    words("centre", key=True),
    words("version", key=True),
    Column("content", JSONB, nullable=False),
    when("applied_at", required=True),
)

current_packs = Table(
    "current_packs",
    metadata,
    words("centre", key=True),
    words("version", required=True),
)
