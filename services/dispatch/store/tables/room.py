"""What the room handles beside incidents."""

from sqlalchemy import Boolean, Column, Double, ForeignKey, Index, LargeBinary, Table, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.dispatch.store.tables.columns import index_in_force, metadata, term, when, words

kiosk_calls = Table(
    "kiosk_calls",
    metadata,
    words("id", key=True),
    words("signal_id", required=True),
    words("centre", required=True),
    words("kiosk", required=True),
    words("site"),
    words("sector"),
    words("commune"),
    Column("lat", Double),
    Column("lon", Double),
    words("state", required=True),
    when("called_at", required=True),
    when("answered_at"),
    words("answered_by"),
    when("ended_at"),
    words("reason"),
    Column("incident_id", Text, ForeignKey("incidents.id")),
    UniqueConstraint("signal_id"),
)
Index("ix_kiosk_calls_waiting", kiosk_calls.c.kiosk, postgresql_where=text("state IN ('waiting', 'answered')"))

silences = Table(
    "silences",
    metadata,
    words("id", key=True),
    words("centre", required=True),
    words("scope", required=True),
    Column("under_test", Boolean, nullable=False),
    *term(),
    words("reason", required=True),
    words("set_by", required=True),
)
index_in_force(silences, "scope", name="scope")

broadcasts = Table(
    "broadcasts",
    metadata,
    words("id", key=True),
    words("centre", required=True),
    words("about", required=True),
    Column("sectors", ARRAY(Text), nullable=False),
    words("text", required=True),
    Column("incident_id", Text, ForeignKey("incidents.id"), index=True),
    words("set_by", required=True),
    *term(),
    when("shown_at"),
    words("ended_by"),
)
index_in_force(broadcasts)

broadcast_reads = Table(
    "broadcast_reads",
    metadata,
    Column("broadcast_id", Text, ForeignKey("broadcasts.id"), primary_key=True),
    Column("unit_id", Text, ForeignKey("units.id"), primary_key=True),
    when("read_at", required=True),
)

street_changes = Table(
    "street_changes",
    metadata,
    words("id", key=True),
    words("centre", required=True),
    Column("streets", JSONB, nullable=False),
    Column("closed", Boolean, nullable=False),
    Column("speed_kmh", Double),
    Column("factor", Double),
    Column("profiles", ARRAY(Text), nullable=False),
    words("reason", required=True),
    words("set_by", required=True),
    *term(),
)
index_in_force(street_changes)

protected_addresses = Table(
    "protected_addresses",
    metadata,
    words("id", key=True),
    words("centre", required=True),
    Column("lat", Double, nullable=False),
    Column("lon", Double, nullable=False),
    Column("radius_m", Double, nullable=False),
    words("instructions"),
    words("set_by", required=True),
    *term(),
)
index_in_force(protected_addresses)

presence = Table(
    "presence",
    metadata,
    words("console", key=True),
    words("actor", required=True),
    words("centre"),
    words("incident_id"),
    when("seen_at", required=True),
)

attachments = Table(
    "attachments",
    metadata,
    words("id", key=True),
    Column("incident_id", Text, ForeignKey("incidents.id"), nullable=False, index=True),
    words("kind", required=True),
    words("media_type", required=True),
    words("sha256", required=True),
    Column("content", LargeBinary),
    words("author", required=True),
    when("taken_at"),
    when("at", required=True),
)
Index("ix_attachments_at", attachments.c.at)
