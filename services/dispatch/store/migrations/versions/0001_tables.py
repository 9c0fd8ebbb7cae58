"""The tables of dispatch"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""

    op.create_table(
        "consumer_offsets",
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("next_offset", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("topic", "partition", name=op.f("pk_consumer_offsets")),
        schema="dispatch",
    )
    op.create_table(
        "current_packs",
        sa.Column("centre", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("centre", name=op.f("pk_current_packs")),
        schema="dispatch",
    )
    op.create_table(
        "idempotency",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_idempotency")),
        schema="dispatch",
    )
    op.create_index("ix_idempotency_at", "idempotency", ["at"], unique=False, schema="dispatch")
    op.create_table(
        "incidents",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("centre", sa.Text(), nullable=False),
        sa.Column("commune", sa.Text(), nullable=True),
        sa.Column("sector", sa.Text(), nullable=True),
        sa.Column("site", sa.Text(), nullable=True),
        sa.Column("device", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("nature", sa.Text(), nullable=False),
        sa.Column("priority", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("run_card", sa.Text(), nullable=True),
        sa.Column("pack_version", sa.Text(), nullable=False),
        sa.Column("engagement", sa.Text(), nullable=False),
        sa.Column("verify_first", sa.Boolean(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("accuracy_m", sa.Double(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("sources", sa.Integer(), nullable=False),
        sa.Column("signals", sa.Integer(), nullable=False),
        sa.Column("folded", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.Text(), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_by", sa.Text(), nullable=True),
        sa.Column("verification", sa.Text(), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("target_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("linked_to", sa.Text(), nullable=True),
        sa.Column("merged_into", sa.Text(), nullable=True),
        sa.Column("state_before_merge", sa.Text(), nullable=True),
        sa.Column("split_by_operator", sa.Boolean(), nullable=False),
        sa.Column("attention", sa.Text(), nullable=True),
        sa.Column("traceparent", sa.Text(), nullable=True),
        sa.Column("flags", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
        schema="dispatch",
    )
    op.create_index("ix_incidents_opened", "incidents", ["opened_at"], unique=False, schema="dispatch")
    op.create_index(
        "ix_incidents_site_opened", "incidents", ["centre", "site", "opened_at"], unique=False, schema="dispatch"
    )
    op.create_index(
        "ix_incidents_unfinished_device",
        "incidents",
        ["centre", "device"],
        unique=False,
        schema="dispatch",
        postgresql_where=sa.text("state IN ('open', 'in_progress')"),
    )
    op.create_index(
        "ix_incidents_unfinished_site",
        "incidents",
        ["centre", "site"],
        unique=False,
        schema="dispatch",
        postgresql_where=sa.text("state IN ('open', 'in_progress')"),
    )
    op.create_index(
        "ix_incidents_unfinished_subject",
        "incidents",
        ["subject"],
        unique=False,
        schema="dispatch",
        postgresql_where=sa.text("state IN ('open', 'in_progress')"),
    )
    op.create_table(
        "late_reports",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("assignment_id", sa.Text(), nullable=True),
        sa.Column("incident_id", sa.Text(), nullable=True),
        sa.Column("unit_id", sa.Text(), nullable=True),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("device_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_late_reports")),
        schema="dispatch",
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
        schema="dispatch",
    )
    op.create_table(
        "outbox",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=True),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_outbox")),
        schema="dispatch",
    )
    op.create_index(
        "ix_outbox_unsent",
        "outbox",
        ["position"],
        unique=False,
        schema="dispatch",
        postgresql_where=sa.text("sent_at IS NULL"),
    )
    op.create_table(
        "packs",
        sa.Column("centre", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("centre", "version", name=op.f("pk_packs")),
        schema="dispatch",
    )
    op.create_table(
        "signal_outcomes",
        sa.Column("signal_id", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("first_signal_id", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unclaimed", sa.Boolean(), nullable=False),
        sa.Column("unattached", sa.Boolean(), nullable=False),
        sa.Column("record", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("signal_id", name=op.f("pk_signal_outcomes")),
        schema="dispatch",
    )
    op.create_index(
        "ix_signal_outcomes_decided", "signal_outcomes", ["outcome", "decided_at"], unique=False, schema="dispatch"
    )
    op.create_index(
        "ix_signal_outcomes_unattached",
        "signal_outcomes",
        ["first_signal_id"],
        unique=False,
        schema="dispatch",
        postgresql_where=sa.text("unattached"),
    )
    op.create_index(
        "ix_signal_outcomes_unclaimed",
        "signal_outcomes",
        ["decided_at"],
        unique=False,
        schema="dispatch",
        postgresql_where=sa.text("unclaimed"),
    )
    op.create_table(
        "silences",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("centre", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("under_test", sa.Boolean(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_silences")),
        schema="dispatch",
    )
    op.create_index(
        "ix_silences_scope",
        "silences",
        ["scope"],
        unique=False,
        schema="dispatch",
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "stream",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_stream")),
        schema="dispatch",
    )
    op.create_table(
        "stream_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stream_head")),
        schema="dispatch",
    )
    op.create_table(
        "units",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("centre", sa.Text(), nullable=False),
        sa.Column("call_sign", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("commune", sa.Text(), nullable=False),
        sa.Column("sector", sa.Text(), nullable=False),
        sa.Column("capabilities", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("retiring", sa.Boolean(), nullable=False),
        sa.Column("pack_version", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_units")),
        schema="dispatch",
    )
    op.create_index("ix_units_centre_kind", "units", ["centre", "kind"], unique=False, schema="dispatch")
    op.create_table(
        "events",
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("inputs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["dispatch.incidents.id"], name=op.f("fk_events_incident_id")),
        sa.PrimaryKeyConstraint("incident_id", "version", name=op.f("pk_events")),
        schema="dispatch",
    )
    op.create_table(
        "incident_signals",
        sa.Column("signal_id", sa.Text(), nullable=False),
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("device_kind", sa.Text(), nullable=False),
        sa.Column("nature", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("fingerprint", sa.Text(), nullable=True),
        sa.Column("zone", sa.Text(), nullable=True),
        sa.Column("place_name", sa.Text(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("flags", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("attributes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["dispatch.incidents.id"], name=op.f("fk_incident_signals_incident_id")
        ),
        sa.PrimaryKeyConstraint("signal_id", name=op.f("pk_incident_signals")),
        schema="dispatch",
    )
    op.create_index(
        "ix_incident_signals_fingerprint",
        "incident_signals",
        ["fingerprint", "received_at"],
        unique=False,
        schema="dispatch",
    )
    op.create_index(
        op.f("ix_incident_signals_incident_id"), "incident_signals", ["incident_id"], unique=False, schema="dispatch"
    )
    op.create_index("ix_incident_signals_subject", "incident_signals", ["subject"], unique=False, schema="dispatch")
    op.create_table(
        "kiosk_calls",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("signal_id", sa.Text(), nullable=False),
        sa.Column("centre", sa.Text(), nullable=False),
        sa.Column("kiosk", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=True),
        sa.Column("sector", sa.Text(), nullable=True),
        sa.Column("commune", sa.Text(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("incident_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["dispatch.incidents.id"], name=op.f("fk_kiosk_calls_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiosk_calls")),
        sa.UniqueConstraint("signal_id", name=op.f("uq_kiosk_calls_signal_id")),
        schema="dispatch",
    )
    op.create_index(
        "ix_kiosk_calls_waiting",
        "kiosk_calls",
        ["kiosk"],
        unique=False,
        schema="dispatch",
        postgresql_where=sa.text("state IN ('waiting', 'answered')"),
    )
    op.create_table(
        "notes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["dispatch.incidents.id"], name=op.f("fk_notes_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
        schema="dispatch",
    )
    op.create_index(op.f("ix_notes_incident_id"), "notes", ["incident_id"], unique=False, schema="dispatch")
    op.create_table(
        "notifications",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["dispatch.incidents.id"], name=op.f("fk_notifications_incident_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_notifications")),
        schema="dispatch",
    )
    op.create_index(
        op.f("ix_notifications_incident_id"), "notifications", ["incident_id"], unique=False, schema="dispatch"
    )
    op.create_table(
        "situations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("sources", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["dispatch.incidents.id"], name=op.f("fk_situations_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_situations")),
        schema="dispatch",
    )
    op.create_index(op.f("ix_situations_incident_id"), "situations", ["incident_id"], unique=False, schema="dispatch")
    op.create_table(
        "tasks",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("capabilities", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("agency", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["dispatch.incidents.id"], name=op.f("fk_tasks_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
        sa.UniqueConstraint("incident_id", "kind", name=op.f("uq_tasks_incident_id_kind")),
        schema="dispatch",
    )
    op.create_index(
        "ix_tasks_waiting",
        "tasks",
        ["created_at"],
        unique=False,
        schema="dispatch",
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "unit_positions",
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("accuracy_m", sa.Double(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["dispatch.units.id"], name=op.f("fk_unit_positions_unit_id")),
        sa.PrimaryKeyConstraint("unit_id", name=op.f("pk_unit_positions")),
        schema="dispatch",
    )
    op.create_table(
        "assignments",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("task_id", sa.Text(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "active",
            sa.Boolean(),
            sa.Computed("state IN ('offered', 'accepted', 'en_route', 'on_scene')", persisted=True),
            nullable=False,
        ),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("en_route_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("on_scene_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["dispatch.incidents.id"], name=op.f("fk_assignments_incident_id")),
        sa.ForeignKeyConstraint(["task_id"], ["dispatch.tasks.id"], name=op.f("fk_assignments_task_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["dispatch.units.id"], name=op.f("fk_assignments_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignments")),
        sa.UniqueConstraint("unit_id", "epoch", name=op.f("uq_assignments_unit_id_epoch")),
        schema="dispatch",
    )
    op.create_index(
        "ix_assignments_due",
        "assignments",
        ["due_at"],
        unique=False,
        schema="dispatch",
        postgresql_where=sa.text("state = 'offered'"),
    )
    op.create_index(op.f("ix_assignments_incident_id"), "assignments", ["incident_id"], unique=False, schema="dispatch")
    op.create_index(
        "uq_assignments_active_slot",
        "assignments",
        ["task_id", "slot"],
        unique=True,
        schema="dispatch",
        postgresql_where=sa.text("active"),
    )
    op.create_index(
        "uq_assignments_active_unit",
        "assignments",
        ["unit_id"],
        unique=True,
        schema="dispatch",
        postgresql_where=sa.text("active"),
    )
    op.create_table(
        "hand_overs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("task_id", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["dispatch.incidents.id"], name=op.f("fk_hand_overs_incident_id")),
        sa.ForeignKeyConstraint(["task_id"], ["dispatch.tasks.id"], name=op.f("fk_hand_overs_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_overs")),
        schema="dispatch",
    )
    op.create_index(
        "ix_hand_overs_due",
        "hand_overs",
        ["due_at"],
        unique=False,
        schema="dispatch",
        postgresql_where=sa.text("state = 'sent' AND due_at IS NOT NULL"),
    )
    op.create_index(op.f("ix_hand_overs_incident_id"), "hand_overs", ["incident_id"], unique=False, schema="dispatch")
    op.create_table(
        "work_orders",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("task_id", sa.Text(), nullable=False),
        sa.Column("centre", sa.Text(), nullable=False),
        sa.Column("nature", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=True),
        sa.Column("site", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["dispatch.incidents.id"], name=op.f("fk_work_orders_incident_id")),
        sa.ForeignKeyConstraint(["task_id"], ["dispatch.tasks.id"], name=op.f("fk_work_orders_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_orders")),
        schema="dispatch",
    )
    op.create_index(op.f("ix_work_orders_incident_id"), "work_orders", ["incident_id"], unique=False, schema="dispatch")

    op.execute("INSERT INTO dispatch.stream_head (id, position) VALUES (1, 0)")


def downgrade() -> None:
    """Takes it back."""

    op.drop_index(op.f("ix_work_orders_incident_id"), table_name="work_orders", schema="dispatch")
    op.drop_table("work_orders", schema="dispatch")
    op.drop_index(op.f("ix_hand_overs_incident_id"), table_name="hand_overs", schema="dispatch")
    op.drop_index(
        "ix_hand_overs_due",
        table_name="hand_overs",
        schema="dispatch",
        postgresql_where=sa.text("state = 'sent' AND due_at IS NOT NULL"),
    )
    op.drop_table("hand_overs", schema="dispatch")
    op.drop_index(
        "uq_assignments_active_unit", table_name="assignments", schema="dispatch", postgresql_where=sa.text("active")
    )
    op.drop_index(
        "uq_assignments_active_slot", table_name="assignments", schema="dispatch", postgresql_where=sa.text("active")
    )
    op.drop_index(op.f("ix_assignments_incident_id"), table_name="assignments", schema="dispatch")
    op.drop_index(
        "ix_assignments_due", table_name="assignments", schema="dispatch", postgresql_where=sa.text("state = 'offered'")
    )
    op.drop_table("assignments", schema="dispatch")
    op.drop_table("unit_positions", schema="dispatch")
    op.drop_index(
        "ix_tasks_waiting", table_name="tasks", schema="dispatch", postgresql_where=sa.text("state = 'waiting'")
    )
    op.drop_table("tasks", schema="dispatch")
    op.drop_index(op.f("ix_situations_incident_id"), table_name="situations", schema="dispatch")
    op.drop_table("situations", schema="dispatch")
    op.drop_index(op.f("ix_notifications_incident_id"), table_name="notifications", schema="dispatch")
    op.drop_table("notifications", schema="dispatch")
    op.drop_index(op.f("ix_notes_incident_id"), table_name="notes", schema="dispatch")
    op.drop_table("notes", schema="dispatch")
    op.drop_index(
        "ix_kiosk_calls_waiting",
        table_name="kiosk_calls",
        schema="dispatch",
        postgresql_where=sa.text("state IN ('waiting', 'answered')"),
    )
    op.drop_table("kiosk_calls", schema="dispatch")
    op.drop_index("ix_incident_signals_subject", table_name="incident_signals", schema="dispatch")
    op.drop_index(op.f("ix_incident_signals_incident_id"), table_name="incident_signals", schema="dispatch")
    op.drop_index("ix_incident_signals_fingerprint", table_name="incident_signals", schema="dispatch")
    op.drop_table("incident_signals", schema="dispatch")
    op.drop_table("events", schema="dispatch")
    op.drop_index("ix_units_centre_kind", table_name="units", schema="dispatch")
    op.drop_table("units", schema="dispatch")
    op.drop_table("stream_head", schema="dispatch")
    op.drop_table("stream", schema="dispatch")
    op.drop_index(
        "ix_silences_scope", table_name="silences", schema="dispatch", postgresql_where=sa.text("ended_at IS NULL")
    )
    op.drop_table("silences", schema="dispatch")
    op.drop_index(
        "ix_signal_outcomes_unclaimed",
        table_name="signal_outcomes",
        schema="dispatch",
        postgresql_where=sa.text("unclaimed"),
    )
    op.drop_index(
        "ix_signal_outcomes_unattached",
        table_name="signal_outcomes",
        schema="dispatch",
        postgresql_where=sa.text("unattached"),
    )
    op.drop_index("ix_signal_outcomes_decided", table_name="signal_outcomes", schema="dispatch")
    op.drop_table("signal_outcomes", schema="dispatch")
    op.drop_table("packs", schema="dispatch")
    op.drop_index(
        "ix_outbox_unsent", table_name="outbox", schema="dispatch", postgresql_where=sa.text("sent_at IS NULL")
    )
    op.drop_table("outbox", schema="dispatch")
    op.drop_table("leases", schema="dispatch")
    op.drop_table("late_reports", schema="dispatch")
    op.drop_index(
        "ix_incidents_unfinished_subject",
        table_name="incidents",
        schema="dispatch",
        postgresql_where=sa.text("state IN ('open', 'in_progress')"),
    )
    op.drop_index(
        "ix_incidents_unfinished_site",
        table_name="incidents",
        schema="dispatch",
        postgresql_where=sa.text("state IN ('open', 'in_progress')"),
    )
    op.drop_index(
        "ix_incidents_unfinished_device",
        table_name="incidents",
        schema="dispatch",
        postgresql_where=sa.text("state IN ('open', 'in_progress')"),
    )
    op.drop_index("ix_incidents_site_opened", table_name="incidents", schema="dispatch")
    op.drop_index("ix_incidents_opened", table_name="incidents", schema="dispatch")
    op.drop_table("incidents", schema="dispatch")
    op.drop_index("ix_idempotency_at", table_name="idempotency", schema="dispatch")
    op.drop_table("idempotency", schema="dispatch")
    op.drop_table("current_packs", schema="dispatch")
    op.drop_table("consumer_offsets", schema="dispatch")
