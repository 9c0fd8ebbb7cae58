"""The two tables. Every time is PostgreSQL's own clock, so that several processes agree on what is due."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

SCHEMA = "notify"
METADATA = MetaData(schema=SCHEMA)
MOMENT = DateTime(timezone=True)

NOTIFICATIONS = Table(
    "notifications",
    METADATA,
    Column("key", String(36), primary_key=True, comment="once-only key of event and recipient"),
    Column("event_id", Text, nullable=False),
    Column("incident_id", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("channel", String(32), nullable=False),
    Column("subject", Text, comment="hand-over or work order that it is about"),
    Column("decided", String(64), nullable=False, comment="why the recipient is told"),
    Column("priority", SmallInteger, nullable=False, comment="1 is the most urgent"),
    Column("centre", String(5), nullable=False),
    Column("origin", JSONB, nullable=False),
    Column("letter", JSONB, nullable=False),
    Column("traceparent", String(64)),
    Column("happened_at", MOMENT, nullable=False),
    Column("state", String(16), nullable=False, comment="pending, sent, failed or skipped"),
    Column("withdrawn", Boolean, nullable=False, server_default=text("false")),
    Column("attempt", Integer, nullable=False, server_default=text("0"), comment="attempts begun"),
    Column("created_at", MOMENT, nullable=False, server_default=func.now()),
    Column("due_at", MOMENT, nullable=False, server_default=func.now()),
    Column("leased_until", MOMENT, comment="a process is sending it until then at most"),
    Column("leased_by", Text),
    Column("settled_at", MOMENT),
)
PENDING = NOTIFICATIONS.c.state == text("'pending'")
Index("ix_notifications_pending", NOTIFICATIONS.c.recipient, NOTIFICATIONS.c.due_at, postgresql_where=PENDING)
Index("ix_notifications_subject", NOTIFICATIONS.c.subject, postgresql_where=PENDING)

RESULTS = Table(
    "results",
    METADATA,
    Column("position", BigInteger, Identity(always=True), primary_key=True),
    Column("key", String(36), ForeignKey(NOTIFICATIONS.c.key), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("reason", String(64), nullable=False),
    Column("traceparent", String(64)),
    Column("at", MOMENT, nullable=False, server_default=func.now()),
    Column("reported_at", MOMENT),
    Column("leased_until", MOMENT),
    Column("leased_by", Text),
    UniqueConstraint("key", "attempt", "outcome"),
)
Index("ix_results_unreported", RESULTS.c.position, postgresql_where=RESULTS.c.reported_at.is_(None))
