"""Find what was merged into an incident without reading all of them"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

HELD = sa.text("merged_into IS NOT NULL")


def upgrade() -> None:
    """Applies the change."""
    name, columns = "ix_incidents_merged_into", ["merged_into"]
    op.create_index(name, "incidents", columns, schema="dispatch", postgresql_where=HELD)


def downgrade() -> None:
    """Takes it back."""
    op.drop_index("ix_incidents_merged_into", table_name="incidents", schema="dispatch", postgresql_where=HELD)
