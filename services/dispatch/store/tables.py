"""The tables of dispatch, in schema `dispatch`. Constraints here are the last guard of the promises."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Computed,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

SCHEMA = "dispatch"
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(schema=SCHEMA, naming_convention=NAMING)


def _when(name: str, *, required: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=not required)


def _text(name: str, *, required: bool = False, key: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=not (required or key))


incidents = Table(
    "incidents",
    metadata,
    _text("id", key=True),
    _text("centre", required=True),
    _text("commune"),
    _text("sector"),
    _text("site"),
    _text("device"),
    _text("subject"),
    _text("nature", required=True),
    _text("priority", required=True),
    _text("state", required=True),
    _text("run_card"),
    _text("pack_version", required=True),
    _text("engagement", required=True),
    Column("verify_first", Boolean, nullable=False),
    Column("lat", Double),
    Column("lon", Double),
    Column("accuracy_m", Double),
    _text("address"),
    Column("confidence", Double),
    Column("sources", Integer, nullable=False),
    Column("signals", Integer, nullable=False),
    Column("folded", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    _when("opened_at", required=True),
    _when("acknowledged_at"),
    _text("acknowledged_by"),
    _when("verified_at"),
    _text("verified_by"),
    _text("verification"),
    _when("resolved_at"),
    _when("closed_at"),
    _when("target_at"),
    _text("linked_to"),
    _text("merged_into"),
    _text("state_before_merge"),
    Column("split_by_operator", Boolean, nullable=False),
    _text("attention"),
    _text("traceparent"),
    Column("flags", ARRAY(Text), nullable=False),
)
_UNFINISHED = text("state IN ('open', 'in_progress')")
Index("ix_incidents_unfinished_site", incidents.c.centre, incidents.c.site, postgresql_where=_UNFINISHED)
Index("ix_incidents_unfinished_device", incidents.c.centre, incidents.c.device, postgresql_where=_UNFINISHED)
Index("ix_incidents_unfinished_subject", incidents.c.subject, postgresql_where=_UNFINISHED)
Index("ix_incidents_site_opened", incidents.c.centre, incidents.c.site, incidents.c.opened_at)
Index("ix_incidents_opened", incidents.c.opened_at)
Index("ix_incidents_merged_into", incidents.c.merged_into, postgresql_where=text("merged_into IS NOT NULL"))

incident_signals = Table(
    "incident_signals",
    metadata,
    _text("signal_id", key=True),
    Column("incident_id", Text, ForeignKey("incidents.id"), nullable=False, index=True),
    _text("role", required=True),
    _text("device", required=True),
    _text("device_kind", required=True),
    _text("nature", required=True),
    _text("phase", required=True),
    _text("subject"),
    _text("fingerprint"),
    _text("zone"),
    _text("place_name"),
    Column("lat", Double),
    Column("lon", Double),
    Column("flags", ARRAY(Text), nullable=False),
    Column("attributes", JSONB, nullable=False),
    _when("received_at", required=True),
    _when("linked_at", required=True),
)
Index("ix_incident_signals_fingerprint", incident_signals.c.fingerprint, incident_signals.c.received_at)
Index("ix_incident_signals_subject", incident_signals.c.subject)

situations = Table(
    "situations",
    metadata,
    _text("id", key=True),
    Column("incident_id", Text, ForeignKey("incidents.id"), nullable=False, index=True),
    Column("confidence", Double, nullable=False),
    Column("sources", Integer, nullable=False),
    _when("changed_at", required=True),
)

signal_outcomes = Table(
    "signal_outcomes",
    metadata,
    _text("signal_id", key=True),
    _text("outcome", required=True),
    _text("reason", required=True),
    _text("device", required=True),
    _text("first_signal_id"),
    _when("decided_at", required=True),
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

tasks = Table(
    "tasks",
    metadata,
    _text("id", key=True),
    Column("incident_id", Text, ForeignKey("incidents.id"), nullable=False),
    _text("kind", required=True),
    _text("state", required=True),
    Column("slots", Integer, nullable=False),
    Column("capabilities", ARRAY(Text), nullable=False),
    _text("agency"),
    _when("created_at", required=True),
    _when("closed_at"),
    UniqueConstraint("incident_id", "kind"),
)
Index("ix_tasks_waiting", tasks.c.created_at, postgresql_where=text("state = 'waiting'"))

units = Table(
    "units",
    metadata,
    _text("id", key=True),
    _text("centre", required=True),
    _text("call_sign", required=True),
    _text("kind", required=True),
    _text("commune", required=True),
    _text("sector", required=True),
    Column("capabilities", ARRAY(Text), nullable=False),
    _text("state", required=True),
    _when("state_since", required=True),
    Column("epoch", Integer, nullable=False),
    Column("retiring", Boolean, nullable=False),
    _text("pack_version", required=True),
    Index("ix_units_centre_kind", "centre", "kind"),
)

unit_positions = Table(
    "unit_positions",
    metadata,
    Column("unit_id", Text, ForeignKey("units.id"), primary_key=True),
    Column("lat", Double, nullable=False),
    Column("lon", Double, nullable=False),
    Column("accuracy_m", Double),
    _when("at", required=True),
    _when("received_at", required=True),
)

_ACTIVE = "state IN ('offered', 'accepted', 'en_route', 'on_scene')"
assignments = Table(
    "assignments",
    metadata,
    _text("id", key=True),
    Column("incident_id", Text, ForeignKey("incidents.id"), nullable=False, index=True),
    Column("task_id", Text, ForeignKey("tasks.id"), nullable=False),
    Column("slot", Integer, nullable=False),
    Column("unit_id", Text, ForeignKey("units.id"), nullable=False),
    Column("epoch", Integer, nullable=False),
    _text("state", required=True),
    _text("reason", required=True),
    Column("active", Boolean, Computed(_ACTIVE, persisted=True), nullable=False),
    _when("offered_at", required=True),
    _when("due_at"),
    _when("accepted_at"),
    _when("en_route_at"),
    _when("on_scene_at"),
    _when("ended_at"),
    UniqueConstraint("unit_id", "epoch"),
)
# Promise 2: a unit never has two active assignments, a task slot never two units.
Index("uq_assignments_active_unit", assignments.c.unit_id, unique=True, postgresql_where=text("active"))
Index(
    "uq_assignments_active_slot",
    assignments.c.task_id,
    assignments.c.slot,
    unique=True,
    postgresql_where=text("active"),
)
Index("ix_assignments_ended", assignments.c.ended_at)
Index("ix_assignments_due", assignments.c.due_at, postgresql_where=text("state = 'offered'"))

late_reports = Table(
    "late_reports",
    metadata,
    _text("id", key=True),
    _text("assignment_id"),
    _text("incident_id"),
    _text("unit_id"),
    _text("step", required=True),
    Column("epoch", Integer, nullable=False),
    _text("reason", required=True),
    _when("device_at"),
    _when("received_at", required=True),
)

hand_overs = Table(
    "hand_overs",
    metadata,
    _text("id", key=True),
    Column("incident_id", Text, ForeignKey("incidents.id"), nullable=False, index=True),
    Column("task_id", Text, ForeignKey("tasks.id"), nullable=False),
    _text("agency", required=True),
    _text("kind", required=True),
    _text("state", required=True),
    _when("sent_at", required=True),
    _when("due_at"),
    _when("acknowledged_at"),
    _when("ended_at"),
    _text("reason"),
)
Index("ix_hand_overs_due", hand_overs.c.due_at, postgresql_where=text("state = 'sent' AND due_at IS NOT NULL"))

work_orders = Table(
    "work_orders",
    metadata,
    _text("id", key=True),
    Column("incident_id", Text, ForeignKey("incidents.id"), nullable=False, index=True),
    Column("task_id", Text, ForeignKey("tasks.id"), nullable=False),
    _text("centre", required=True),
    _text("nature", required=True),
    _text("device"),
    _text("site"),
    _text("state", required=True),
    _when("ordered_at", required=True),
    _when("started_at"),
    _when("ended_at"),
    _text("note"),
)

kiosk_calls = Table(
    "kiosk_calls",
    metadata,
    _text("id", key=True),
    _text("signal_id", required=True),
    _text("centre", required=True),
    _text("kiosk", required=True),
    _text("site"),
    _text("sector"),
    _text("commune"),
    Column("lat", Double),
    Column("lon", Double),
    _text("state", required=True),
    _when("called_at", required=True),
    _when("answered_at"),
    _text("answered_by"),
    _when("ended_at"),
    _text("reason"),
    Column("incident_id", Text, ForeignKey("incidents.id")),
    UniqueConstraint("signal_id"),
)
Index("ix_kiosk_calls_waiting", kiosk_calls.c.kiosk, postgresql_where=text("state IN ('waiting', 'answered')"))

silences = Table(
    "silences",
    metadata,
    _text("id", key=True),
    _text("centre", required=True),
    _text("scope", required=True),
    Column("under_test", Boolean, nullable=False),
    _when("starts_at", required=True),
    _when("ends_at", required=True),
    _text("reason", required=True),
    _text("set_by", required=True),
    _when("ended_at"),
)
Index("ix_silences_scope", silences.c.scope, postgresql_where=text("ended_at IS NULL"))

events = Table(
    "events",
    metadata,
    Column("incident_id", Text, ForeignKey("incidents.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    _text("event", required=True),
    _text("reason", required=True),
    _text("actor", required=True),
    _when("at", required=True),
    Column("state", JSONB, nullable=False),
    Column("inputs", JSONB, nullable=False),
    Column("detail", JSONB, nullable=False),
)

notes = Table(
    "notes",
    metadata,
    _text("id", key=True),
    Column("incident_id", Text, ForeignKey("incidents.id"), nullable=False, index=True),
    _text("author", required=True),
    _text("text", required=True),
    _when("at", required=True),
)

notifications = Table(
    "notifications",
    metadata,
    _text("key", key=True),
    Column("incident_id", Text, ForeignKey("incidents.id"), nullable=False, index=True),
    _text("recipient", required=True),
    _text("channel", required=True),
    _text("outcome", required=True),
    _text("reason", required=True),
    Column("attempt", Integer, nullable=False),
    _when("at", required=True),
)

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
    _text("kind", required=True),
    _text("unit"),
    Column("data", JSONB, nullable=False),
    _when("at", required=True),
)

outbox = Table(
    "outbox",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    _text("topic", required=True),
    Column("key", LargeBinary, nullable=False),
    Column("value", LargeBinary),
    Column("headers", JSONB, nullable=False),
    _when("sent_at"),
)
Index("ix_outbox_unsent", outbox.c.position, postgresql_where=text("sent_at IS NULL"))

consumer_offsets = Table(
    "consumer_offsets",
    metadata,
    _text("topic", key=True),
    Column("partition", Integer, primary_key=True),
    Column("next_offset", BigInteger, nullable=False),
)

leases = Table(
    "leases",
    metadata,
    _text("name", key=True),
    _text("holder", required=True),
    Column("generation", BigInteger, nullable=False),
    _when("expires_at", required=True),
)

idempotency = Table(
    "idempotency",
    metadata,
    _text("key", key=True),
    _text("request", required=True),
    Column("status", Integer, nullable=False),
    Column("body", JSONB, nullable=False),
    _when("at", required=True),
)
Index("ix_idempotency_at", idempotency.c.at)

packs = Table(
    "packs",
    metadata,
    _text("centre", key=True),
    _text("version", key=True),
    Column("content", JSONB, nullable=False),
    _when("applied_at", required=True),
)

current_packs = Table(
    "current_packs",
    metadata,
    _text("centre", key=True),
    _text("version", required=True),
)
