"""The sent log and its results."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SCHEMA = "notify"
MOMENT = sa.DateTime(timezone=True)
PENDING = sa.text("state = 'pending'")


def upgrade() -> None:
    """Makes both tables."""
    op.create_table(
        "notifications",
        sa.Column("key", sa.String(36), primary_key=True, comment="once-only key of event and recipient"),
        sa.Column("event_id", sa.Text, nullable=False),
        sa.Column("incident_id", sa.Text, nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("subject", sa.Text, comment="hand-over or work order that it is about"),
        sa.Column("decided", sa.String(64), nullable=False, comment="why the recipient is told"),
        sa.Column("priority", sa.SmallInteger, nullable=False, comment="1 is the most urgent"),
        sa.Column("centre", sa.String(5), nullable=False),
        sa.Column("origin", JSONB, nullable=False),
        sa.Column("letter", JSONB, nullable=False),
        sa.Column("traceparent", sa.String(64)),
        sa.Column("happened_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(16), nullable=False, comment="pending, sent, failed or skipped"),
        sa.Column("withdrawn", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.Column("attempt", sa.Integer, nullable=False, server_default=sa.text("0"), comment="attempts begun"),
        sa.Column("created_at", MOMENT, nullable=False, server_default=sa.func.now()),
        sa.Column("due_at", MOMENT, nullable=False, server_default=sa.func.now()),
        sa.Column("leased_until", MOMENT, comment="a process is sending it until then at most"),
        sa.Column("leased_by", sa.Text),
        sa.Column("settled_at", MOMENT),
        schema=SCHEMA,
    )
    op.create_index(
        "ix_notifications_pending", "notifications", ["recipient", "due_at"], schema=SCHEMA, postgresql_where=PENDING
    )
    op.create_index("ix_notifications_subject", "notifications", ["subject"], schema=SCHEMA, postgresql_where=PENDING)
    op.create_table(
        "results",
        sa.Column("position", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("key", sa.String(36), sa.ForeignKey(f"{SCHEMA}.notifications.key"), nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.Column("traceparent", sa.String(64)),
        sa.Column("at", MOMENT, nullable=False, server_default=sa.func.now()),
        sa.Column("reported_at", MOMENT),
        sa.Column("leased_until", MOMENT),
        sa.Column("leased_by", sa.Text),
        sa.UniqueConstraint("key", "attempt", "outcome"),
        schema=SCHEMA,
    )
    op.create_index(
        "ix_results_unreported",
        "results",
        ["position"],
        schema=SCHEMA,
        postgresql_where=sa.text("reported_at IS NULL"),
    )


def downgrade() -> None:
    """Removes both tables, and with them the memory of who was told."""
    op.drop_table("results", schema=SCHEMA)
    op.drop_table("notifications", schema=SCHEMA)
