"""What the room handles beside incidents."""

from sqlalchemy import Boolean, Column, Double, ForeignKey, Index, Table, Text, UniqueConstraint, text

from services.dispatch.store.tables.columns import metadata, when, words

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
    when("starts_at", required=True),
    when("ends_at", required=True),
    words("reason", required=True),
    words("set_by", required=True),
    when("ended_at"),
)
Index("ix_silences_scope", silences.c.scope, postgresql_where=text("ended_at IS NULL"))
