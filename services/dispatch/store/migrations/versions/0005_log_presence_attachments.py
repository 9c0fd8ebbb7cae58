"""The log is searched by words and time; who looks at what; photos; work orders are taken and due."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    op.create_table(
        "presence",
        sa.Column("console", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("centre", sa.Text(), nullable=True),
        sa.Column("incident_id", sa.Text(), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("console", name=op.f("pk_presence")),
        schema="dispatch",
    )
    op.create_table(
        "attachments",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["dispatch.incidents.id"], name=op.f("fk_attachments_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
        schema="dispatch",
    )
    op.create_index("ix_attachments_at", "attachments", ["at"], unique=False, schema="dispatch")
    op.create_index(op.f("ix_attachments_incident_id"), "attachments", ["incident_id"], unique=False, schema="dispatch")
    op.create_index("ix_events_at", "events", ["at", "incident_id", "version"], unique=False, schema="dispatch")
    op.add_column(
        "incidents",
        sa.Column(
            "address_words",
            postgresql.TSVECTOR(),
            sa.Computed("to_tsvector('french'::regconfig, address)", persisted=True),
            nullable=True,
        ),
        schema="dispatch",
    )
    op.create_index(
        "ix_incidents_address_words",
        "incidents",
        ["address_words"],
        unique=False,
        schema="dispatch",
        postgresql_using="gin",
    )
    op.add_column(
        "notes",
        sa.Column(
            "words",
            postgresql.TSVECTOR(),
            sa.Computed("to_tsvector('french'::regconfig, text)", persisted=True),
            nullable=True,
        ),
        schema="dispatch",
    )
    op.create_index("ix_notes_words", "notes", ["words"], unique=False, schema="dispatch", postgresql_using="gin")
    op.add_column("work_orders", sa.Column("taken_by", sa.Text(), nullable=True), schema="dispatch")
    op.add_column("work_orders", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True), schema="dispatch")
    op.add_column(
        "work_orders",
        sa.Column("material", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        schema="dispatch",
    )


def downgrade() -> None:
    """Takes it back."""
    op.drop_column("work_orders", "material", schema="dispatch")
    op.drop_column("work_orders", "due_at", schema="dispatch")
    op.drop_column("work_orders", "taken_by", schema="dispatch")
    op.drop_index("ix_notes_words", table_name="notes", schema="dispatch", postgresql_using="gin")
    op.drop_column("notes", "words", schema="dispatch")
    op.drop_index("ix_incidents_address_words", table_name="incidents", schema="dispatch", postgresql_using="gin")
    op.drop_column("incidents", "address_words", schema="dispatch")
    op.drop_index("ix_events_at", table_name="events", schema="dispatch")
    op.drop_index(op.f("ix_attachments_incident_id"), table_name="attachments", schema="dispatch")
    op.drop_index("ix_attachments_at", table_name="attachments", schema="dispatch")
    op.drop_table("attachments", schema="dispatch")
    op.drop_table("presence", schema="dispatch")
