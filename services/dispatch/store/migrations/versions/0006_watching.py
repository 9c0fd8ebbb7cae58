"""The watch over the system: its own alarms, signals found lost, what was done with dead letters."""

import sqlalchemy as sa
from alembic import op

revision = "0006_watching"
down_revision = "0005"
branch_labels = None
depends_on = None
TEXT, MOMENT = sa.Text(), sa.DateTime(timezone=True)


def upgrade() -> None:
    """Applies the change."""
    op.create_table(
        "system_alarms",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("centre", TEXT, nullable=False),
        sa.Column("incident_id", TEXT, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", "centre", name=op.f("pk_system_alarms")),
        schema="dispatch",
    )
    op.create_table(
        "differences",
        sa.Column("signal_id", TEXT, nullable=False),
        sa.Column("standing", TEXT, nullable=False),
        sa.Column("centre", TEXT, nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("found_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("signal_id", name=op.f("pk_differences")),
        schema="dispatch",
    )
    op.create_table(
        "dead_letter_acts",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("letter_id", TEXT, nullable=False),
        sa.Column("topic", TEXT, nullable=False),
        sa.Column("act", TEXT, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dead_letter_acts")),
        schema="dispatch",
    )
    op.create_index("ix_dead_letter_acts_letter_id", "dead_letter_acts", ["letter_id"], unique=False, schema="dispatch")


def downgrade() -> None:
    """Takes it back."""
    op.drop_index("ix_dead_letter_acts_letter_id", table_name="dead_letter_acts", schema="dispatch")
    for table in ("dead_letter_acts", "differences", "system_alarms"):
        op.drop_table(table, schema="dispatch")
