"""Badges are taken back; legal holds; the access register, which takes no change and no deletion."""

import sqlalchemy as sa
from alembic import op

revision = "0007_people"
down_revision = "0006_watching"
branch_labels = None
depends_on = None

REFUSE = """
CREATE FUNCTION dispatch.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'dispatch.% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$
"""
# One statement a batch: the head is held while the server works and never while a process of ours waits for its turn.
APPEND = """
CREATE FUNCTION dispatch.append_to_register(entries text[]) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE place bigint; before bytea; digest bytea; said text; now_at timestamptz;
BEGIN
    SELECT position, hash INTO STRICT place, before FROM dispatch.register_head WHERE id = 1 FOR UPDATE;
    now_at := clock_timestamp();
    FOREACH said IN ARRAY entries LOOP
        place := place + 1;
        digest := sha256(before || convert_to(
            place || ' ' || (extract(epoch FROM now_at) * 1000000)::bigint || ' ' || said, 'UTF8'));
        INSERT INTO dispatch.access_register (position, at, entry, hash_before, hash)
        VALUES (place, now_at, said, before, digest);
        before := digest;
    END LOOP;
    UPDATE dispatch.register_head SET position = place, hash = before WHERE id = 1;
    RETURN place;
END $$
"""
TRIGGERS = (
    "CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON dispatch.access_register "
    "FOR EACH ROW EXECUTE FUNCTION dispatch.refuse_change()",
    "CREATE TRIGGER no_truncate BEFORE TRUNCATE ON dispatch.access_register "
    "FOR EACH STATEMENT EXECUTE FUNCTION dispatch.refuse_change()",
)


def upgrade() -> None:
    """Applies the change."""
    op.create_table(
        "revocations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.Text(), nullable=True),
        sa.Column("lift_reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revocations")),
        schema="dispatch",
    )
    op.create_index("ix_revocations_at", "revocations", ["at"], unique=False, schema="dispatch")
    op.create_table(
        "legal_holds",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("incident_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["dispatch.incidents.id"], name=op.f("fk_legal_holds_incident_id_incidents")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_holds")),
        schema="dispatch",
    )
    op.create_index("ix_legal_holds_incident_id", "legal_holds", ["incident_id"], unique=False, schema="dispatch")
    op.create_table(
        "register_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_head")),
        schema="dispatch",
    )
    op.create_table(
        "access_register",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("hash_before", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_access_register")),
        schema="dispatch",
    )
    op.create_index("ix_access_register_at", "access_register", ["at"], unique=False, schema="dispatch")
    op.execute("INSERT INTO dispatch.register_head (id, position, hash) VALUES (1, 0, '\\x')")
    op.execute(REFUSE)
    op.execute(APPEND)
    for trigger in TRIGGERS:
        op.execute(trigger)


def downgrade() -> None:
    """Takes it back."""
    op.execute("DROP FUNCTION dispatch.append_to_register(text[])")
    op.drop_table("access_register", schema="dispatch")
    op.execute("DROP FUNCTION dispatch.refuse_change()")
    op.drop_table("register_head", schema="dispatch")
    op.drop_table("legal_holds", schema="dispatch")
    op.drop_table("revocations", schema="dispatch")
