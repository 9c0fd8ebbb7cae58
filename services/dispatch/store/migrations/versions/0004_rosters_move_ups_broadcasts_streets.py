"""Rosters, move-ups, broadcasts, changes of streets, protected addresses; welfare checks and escalation."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None
CONTRACTS = "uq_tasks_incident_id_kind: a kind of responder may have several tasks; done before anybody used Vigie"


def upgrade() -> None:
    """Applies the change."""
    op.create_table(
        "decisions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("centre", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("inputs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
        schema="dispatch",
    )
    op.create_index("ix_decisions_at", "decisions", ["at"], unique=False, schema="dispatch")
    op.create_table(
        "protected_addresses",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("centre", sa.Text(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("radius_m", sa.Double(), nullable=False),
        sa.Column("instructions", sa.Text(), nullable=True),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_protected_addresses")),
        schema="dispatch",
    )
    op.create_index(
        "ix_protected_addresses_in_force",
        "protected_addresses",
        ["centre", "ends_at"],
        unique=False,
        schema="dispatch",
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "street_changes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("centre", sa.Text(), nullable=False),
        sa.Column("streets", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("speed_kmh", sa.Double(), nullable=True),
        sa.Column("factor", sa.Double(), nullable=True),
        sa.Column("profiles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_street_changes")),
        schema="dispatch",
    )
    op.create_index(
        "ix_street_changes_in_force",
        "street_changes",
        ["centre", "ends_at"],
        unique=False,
        schema="dispatch",
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "broadcasts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("centre", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("sectors", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("incident_id", sa.Text(), nullable=True),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["dispatch.incidents.id"], name=op.f("fk_broadcasts_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcasts")),
        schema="dispatch",
    )
    op.create_index(
        "ix_broadcasts_in_force",
        "broadcasts",
        ["centre", "ends_at"],
        unique=False,
        schema="dispatch",
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(op.f("ix_broadcasts_incident_id"), "broadcasts", ["incident_id"], unique=False, schema="dispatch")
    op.create_table(
        "move_ups",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("centre", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=True),
        sa.Column("gain", sa.Double(), nullable=True),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ordered_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["dispatch.units.id"], name=op.f("fk_move_ups_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_move_ups")),
        schema="dispatch",
    )
    op.create_index(
        "uq_move_ups_under_way",
        "move_ups",
        ["unit_id"],
        unique=True,
        schema="dispatch",
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "roster",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("centre", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("capabilities", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["dispatch.units.id"], name=op.f("fk_roster_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster")),
        schema="dispatch",
    )
    op.create_index(
        "ix_roster_ends",
        "roster",
        ["centre", "ends_at"],
        unique=False,
        schema="dispatch",
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_index(
        "ix_roster_unit_ends",
        "roster",
        ["unit_id", "ends_at"],
        unique=False,
        schema="dispatch",
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_index(
        "ix_roster_not_done",
        "roster",
        ["starts_at"],
        unique=False,
        schema="dispatch",
        postgresql_where=sa.text("removed_at IS NULL AND done_at IS NULL"),
    )
    op.create_table(
        "broadcast_reads",
        sa.Column("broadcast_id", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["broadcast_id"], ["dispatch.broadcasts.id"], name=op.f("fk_broadcast_reads_broadcast_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["dispatch.units.id"], name=op.f("fk_broadcast_reads_unit_id")),
        sa.PrimaryKeyConstraint("broadcast_id", "unit_id", name=op.f("pk_broadcast_reads")),
        schema="dispatch",
    )
    op.add_column("assignments", sa.Column("welfare_at", sa.DateTime(timezone=True), nullable=True), schema="dispatch")
    op.add_column(
        "assignments", sa.Column("welfare_asked_at", sa.DateTime(timezone=True), nullable=True), schema="dispatch"
    )
    # Who is on scene now is asked as well.
    op.execute(
        "UPDATE dispatch.assignments SET welfare_at = clock_timestamp() + interval '20 minutes'"
        " WHERE state = 'on_scene'"
    )
    op.create_index(
        "ix_assignments_welfare",
        "assignments",
        ["welfare_at"],
        unique=False,
        schema="dispatch",
        postgresql_where=sa.text("welfare_at IS NOT NULL"),
    )
    op.create_index(op.f("ix_tasks_incident_id"), "tasks", ["incident_id"], unique=False, schema="dispatch")
    # A level of escalation may ask the same kind of responder for a task of its own.
    op.drop_constraint(op.f("uq_tasks_incident_id_kind"), "tasks", schema="dispatch", type_="unique")
    op.add_column(
        "incidents",
        sa.Column("escalation", sa.Integer(), server_default=sa.text("0"), nullable=False),
        schema="dispatch",
    )
    op.add_column("incidents", sa.Column("escalate_at", sa.DateTime(timezone=True), nullable=True), schema="dispatch")
    op.add_column("incidents", sa.Column("protected_address", sa.Text(), nullable=True), schema="dispatch")
    op.add_column(
        "incidents",
        sa.Column("duplicates", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        schema="dispatch",
    )
    op.create_index(
        "ix_incidents_escalate",
        "incidents",
        ["escalate_at"],
        unique=False,
        schema="dispatch",
        postgresql_where=sa.text("escalate_at IS NOT NULL"),
    )
    op.create_index(
        "ix_incidents_unfinished_opened",
        "incidents",
        ["centre", "opened_at"],
        unique=False,
        schema="dispatch",
        postgresql_where=sa.text("state IN ('open', 'in_progress')"),
    )
    op.add_column(
        "units",
        sa.Column("trackers", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        schema="dispatch",
    )
    op.add_column(
        "units",
        sa.Column("off_when_clear", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        schema="dispatch",
    )
    op.add_column("stream", sa.Column("audience", postgresql.ARRAY(sa.Text()), nullable=True), schema="dispatch")
    _index_silences("centre", "scope")


def downgrade() -> None:
    """Takes it back."""
    op.drop_column("units", "off_when_clear", schema="dispatch")
    _index_silences("scope")
    op.drop_column("stream", "audience", schema="dispatch")
    op.drop_column("units", "trackers", schema="dispatch")
    op.drop_index(
        "ix_incidents_unfinished_opened",
        table_name="incidents",
        schema="dispatch",
        postgresql_where=sa.text("state IN ('open', 'in_progress')"),
    )
    op.drop_index(
        "ix_incidents_escalate",
        table_name="incidents",
        schema="dispatch",
        postgresql_where=sa.text("escalate_at IS NOT NULL"),
    )
    op.create_unique_constraint(op.f("uq_tasks_incident_id_kind"), "tasks", ["incident_id", "kind"], schema="dispatch")
    op.drop_index(op.f("ix_tasks_incident_id"), table_name="tasks", schema="dispatch")
    op.drop_column("incidents", "protected_address", schema="dispatch")
    op.drop_column("incidents", "duplicates", schema="dispatch")
    op.drop_column("incidents", "escalate_at", schema="dispatch")
    op.drop_column("incidents", "escalation", schema="dispatch")
    op.drop_index(
        "ix_assignments_welfare",
        table_name="assignments",
        schema="dispatch",
        postgresql_where=sa.text("welfare_at IS NOT NULL"),
    )
    op.drop_column("assignments", "welfare_asked_at", schema="dispatch")
    op.drop_column("assignments", "welfare_at", schema="dispatch")
    op.drop_table("broadcast_reads", schema="dispatch")
    op.drop_index(
        "ix_roster_not_done",
        table_name="roster",
        schema="dispatch",
        postgresql_where=sa.text("removed_at IS NULL AND done_at IS NULL"),
    )
    op.drop_index(
        "ix_roster_unit_ends",
        table_name="roster",
        schema="dispatch",
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.drop_index(
        "ix_roster_ends", table_name="roster", schema="dispatch", postgresql_where=sa.text("removed_at IS NULL")
    )
    op.drop_table("roster", schema="dispatch")
    op.drop_index(
        "uq_move_ups_under_way", table_name="move_ups", schema="dispatch", postgresql_where=sa.text("ended_at IS NULL")
    )
    op.drop_table("move_ups", schema="dispatch")
    op.drop_index(op.f("ix_broadcasts_incident_id"), table_name="broadcasts", schema="dispatch")
    op.drop_index(
        "ix_broadcasts_in_force",
        table_name="broadcasts",
        schema="dispatch",
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_table("broadcasts", schema="dispatch")
    op.drop_index(
        "ix_street_changes_in_force",
        table_name="street_changes",
        schema="dispatch",
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_table("street_changes", schema="dispatch")
    op.drop_index(
        "ix_protected_addresses_in_force",
        table_name="protected_addresses",
        schema="dispatch",
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_table("protected_addresses", schema="dispatch")
    op.drop_index("ix_decisions_at", table_name="decisions", schema="dispatch")
    op.drop_table("decisions", schema="dispatch")


def _index_silences(*columns: str) -> None:
    """The index over silences that have not ended, made anew: two centres may have sites of one id."""
    in_force = sa.text("ended_at IS NULL")
    op.drop_index("ix_silences_scope", table_name="silences", schema="dispatch", postgresql_where=in_force)
    op.create_index("ix_silences_scope", "silences", columns, schema="dispatch", postgresql_where=in_force)
