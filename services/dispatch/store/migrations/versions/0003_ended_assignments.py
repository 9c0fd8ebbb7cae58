"""Utilisation is read from the assignments of the last half hour."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    op.create_index("ix_assignments_ended", "assignments", ["ended_at"], schema="dispatch")


def downgrade() -> None:
    """Takes it back."""
    op.drop_index("ix_assignments_ended", table_name="assignments", schema="dispatch")
