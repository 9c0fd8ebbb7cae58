"""Incidents: the cards, their signals, what was decided and written about them."""

from sqlalchemy import Boolean, Column, Double, ForeignKey, Index, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.dispatch.store.tables.columns import metadata, when, words

incidents = Table(
    "incidents",
    metadata,
    words("id", key=True),
    words("centre", required=True),
    words("commune"),
    words("sector"),
    words("site"),
    words("device"),
    words("subject"),
    words("nature", required=True),
    words("priority", required=True),
    words("state", required=True),
    words("run_card"),
    words("pack_version", required=True),
    words("engagement", required=True),
    Column("verify_first", Boolean, nullable=False),
    Column("lat", Double),
    Column("lon", Double),
    Column("accuracy_m", Double),
    words("address"),
    Column("confidence", Double),
    Column("sources", Integer, nullable=False),
    Column("signals", Integer, nullable=False),
    Column("folded", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    when("opened_at", required=True),
    when("acknowledged_at"),
    words("acknowledged_by"),
    when("verified_at"),
    words("verified_by"),
    words("verification"),
    when("resolved_at"),
    when("closed_at"),
    when("target_at"),
    words("linked_to"),
    words("merged_into"),
    words("state_before_merge"),
    Column("split_by_operator", Boolean, nullable=False),
    words("attention"),
    Column("escalation", Integer, nullable=False, server_default=text("0")),
    when("escalate_at"),
    words("protected_address"),
    words("traceparent"),
    Column("flags", ARRAY(Text), nullable=False),
)
_UNFINISHED = text("state IN ('open', 'in_progress')")
Index("ix_incidents_unfinished_site", incidents.c.centre, incidents.c.site, postgresql_where=_UNFINISHED)
Index("ix_incidents_unfinished_device", incidents.c.centre, incidents.c.device, postgresql_where=_UNFINISHED)
Index("ix_incidents_unfinished_subject", incidents.c.subject, postgresql_where=_UNFINISHED)
Index("ix_incidents_site_opened", incidents.c.centre, incidents.c.site, incidents.c.opened_at)
Index("ix_incidents_unfinished_opened", incidents.c.centre, incidents.c.opened_at, postgresql_where=_UNFINISHED)
Index("ix_incidents_escalate", incidents.c.escalate_at, postgresql_where=text("escalate_at IS NOT NULL"))
Index("ix_incidents_opened", incidents.c.opened_at)
Index("ix_incidents_merged_into", incidents.c.merged_into, postgresql_where=text("merged_into IS NOT NULL"))

incident_signals = Table(
    "incident_signals",
    metadata,
    words("signal_id", key=True),
    Column("incident_id", Text, ForeignKey("incidents.id"), nullable=False, index=True),
    words("role", required=True),
    words("device", required=True),
    words("device_kind", required=True),
    words("nature", required=True),
    words("phase", required=True),
    words("subject"),
    words("fingerprint"),
    words("zone"),
    words("place_name"),
    Column("lat", Double),
    Column("lon", Double),
    Column("flags", ARRAY(Text), nullable=False),
    Column("attributes", JSONB, nullable=False),
    when("received_at", required=True),
    when("linked_at", required=True),
)
Index("ix_incident_signals_fingerprint", incident_signals.c.fingerprint, incident_signals.c.received_at)
Index("ix_incident_signals_subject", incident_signals.c.subject)

situations = Table(
    "situations",
    metadata,
    words("id", key=True),
    Column("incident_id", Text, ForeignKey("incidents.id"), nullable=False, index=True),
    Column("confidence", Double, nullable=False),
    Column("sources", Integer, nullable=False),
    when("changed_at", required=True),
)

signal_outcomes = Table(
    "signal_outcomes",
    metadata,
    words("signal_id", key=True),
    words("outcome", required=True),
    words("reason", required=True),
    words("device", required=True),
    words("first_signal_id"),
    when("decided_at", required=True),
    Column("unclaimed", Boolean, nullable=False),
    Column("unattached", Boolean, nullable=False),
    Column("record", JSONB, nullable=False),
)
Index(
    "ix_signal_outcomes_unclaimed",
    signal_outcomes.c.decided_at,
    postgresql_where=text("unclaimed"),
)
Index(
    "ix_signal_outcomes_unattached",
    signal_outcomes.c.first_signal_id,
    postgresql_where=text("unattached"),
)
Index("ix_signal_outcomes_decided", signal_outcomes.c.outcome, signal_outcomes.c.decided_at)

events = Table(
    "events",
    metadata,
    Column("incident_id", Text, ForeignKey("incidents.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    words("event", required=True),
    words("reason", required=True),
    words("actor", required=True),
    when("at", required=True),
    Column("state", JSONB, nullable=False),
    Column("inputs", JSONB, nullable=False),
    Column("detail", JSONB, nullable=False),
)
Index("ix_events_at", events.c.at)

decisions = Table(
    "decisions",
    metadata,
    words("id", key=True),
    words("centre", required=True),
    words("kind", required=True),
    when("at", required=True),
    Column("inputs", JSONB, nullable=False),
)
Index("ix_decisions_at", decisions.c.at)

notes = Table(
    "notes",
    metadata,
    words("id", key=True),
    Column("incident_id", Text, ForeignKey("incidents.id"), nullable=False, index=True),
    words("author", required=True),
    words("text", required=True),
    when("at", required=True),
)

notifications = Table(
    "notifications",
    metadata,
    words("key", key=True),
    Column("incident_id", Text, ForeignKey("incidents.id"), nullable=False, index=True),
    words("recipient", required=True),
    words("channel", required=True),
    words("outcome", required=True),
    words("reason", required=True),
    Column("attempt", Integer, nullable=False),
    when("at", required=True),
)
