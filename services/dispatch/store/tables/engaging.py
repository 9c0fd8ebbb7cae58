"""Tasks and who does them: units, partner agencies, crews."""

from sqlalchemy import Boolean, Column, Computed, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY

from services.dispatch.store.tables.columns import metadata, when, words

tasks = Table(
    "tasks",
    metadata,
    words("id", key=True),
    Column("incident_id", Text, ForeignKey("incidents.id"), nullable=False, index=True),
    words("kind", required=True),
    words("state", required=True),
    Column("slots", Integer, nullable=False),
    Column("capabilities", ARRAY(Text), nullable=False),
    words("agency"),
    when("created_at", required=True),
    when("closed_at"),
)
Index("ix_tasks_waiting", tasks.c.created_at, postgresql_where=text("state = 'waiting'"))

_ACTIVE = "state IN ('offered', 'accepted', 'en_route', 'on_scene')"
assignments = Table(
    "assignments",
    metadata,
    words("id", key=True),
    Column("incident_id", Text, ForeignKey("incidents.id"), nullable=False, index=True),
    Column("task_id", Text, ForeignKey("tasks.id"), nullable=False),
    Column("slot", Integer, nullable=False),
    Column("unit_id", Text, ForeignKey("units.id"), nullable=False),
    Column("epoch", Integer, nullable=False),
    words("state", required=True),
    words("reason", required=True),
    Column("active", Boolean, Computed(_ACTIVE, persisted=True), nullable=False),
    when("offered_at", required=True),
    when("due_at"),
    when("accepted_at"),
    when("en_route_at"),
    when("on_scene_at"),
    when("ended_at"),
    when("welfare_at"),
    when("welfare_asked_at"),
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
Index("ix_assignments_welfare", assignments.c.welfare_at, postgresql_where=text("welfare_at IS NOT NULL"))
Index("ix_assignments_due", assignments.c.due_at, postgresql_where=text("state = 'offered'"))

late_reports = Table(
    "late_reports",
    metadata,
    words("id", key=True),
    words("assignment_id"),
    words("incident_id"),
    words("unit_id"),
    words("step", required=True),
    Column("epoch", Integer, nullable=False),
    words("reason", required=True),
    when("device_at"),
    when("received_at", required=True),
)

hand_overs = Table(
    "hand_overs",
    metadata,
    words("id", key=True),
    Column("incident_id", Text, ForeignKey("incidents.id"), nullable=False, index=True),
    Column("task_id", Text, ForeignKey("tasks.id"), nullable=False),
    words("agency", required=True),
    words("kind", required=True),
    words("state", required=True),
    when("sent_at", required=True),
    when("due_at"),
    when("acknowledged_at"),
    when("ended_at"),
    words("reason"),
)
Index("ix_hand_overs_due", hand_overs.c.due_at, postgresql_where=text("state = 'sent' AND due_at IS NOT NULL"))

work_orders = Table(
    "work_orders",
    metadata,
    words("id", key=True),
    Column("incident_id", Text, ForeignKey("incidents.id"), nullable=False, index=True),
    Column("task_id", Text, ForeignKey("tasks.id"), nullable=False),
    words("centre", required=True),
    words("nature", required=True),
    words("device"),
    words("site"),
    words("state", required=True),
    when("ordered_at", required=True),
    when("started_at"),
    when("ended_at"),
    words("note"),
)
