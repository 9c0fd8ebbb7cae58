"""Units: what they are, where they are."""

from sqlalchemy import Boolean, Column, Double, ForeignKey, Index, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY

from services.dispatch.store.tables.columns import metadata, when, words

units = Table(
    "units",
    metadata,
    words("id", key=True),
    words("centre", required=True),
    words("call_sign", required=True),
    words("kind", required=True),
    words("commune", required=True),
    words("sector", required=True),
    Column("capabilities", ARRAY(Text), nullable=False),
    words("state", required=True),
    when("state_since", required=True),
    Column("epoch", Integer, nullable=False),
    Column("retiring", Boolean, nullable=False),
    words("pack_version", required=True),
    Column("trackers", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("off_when_clear", Boolean, nullable=False, server_default=text("false")),
    Index("ix_units_centre_kind", "centre", "kind"),
)

unit_positions = Table(
    "unit_positions",
    metadata,
    Column("unit_id", Text, ForeignKey("units.id"), primary_key=True),
    Column("lat", Double, nullable=False),
    Column("lon", Double, nullable=False),
    Column("accuracy_m", Double),
    when("at", required=True),
    when("received_at", required=True),
)

roster = Table(
    "roster",
    metadata,
    words("id", key=True),
    words("centre", required=True),
    Column("unit_id", Text, ForeignKey("units.id"), nullable=False),
    words("kind", required=True),
    when("starts_at", required=True),
    when("ends_at", required=True),
    Column("capabilities", ARRAY(Text)),
    words("set_by", required=True),
    when("set_at", required=True),
    when("begun_at"),
    when("done_at"),
    when("removed_at"),
)
Index("ix_roster_ends", roster.c.centre, roster.c.ends_at, postgresql_where=text("removed_at IS NULL"))
Index("ix_roster_unit_ends", roster.c.unit_id, roster.c.ends_at, postgresql_where=text("removed_at IS NULL"))
# What has not ended yet, for the timers: years of past lines are not looked at.
Index("ix_roster_not_done", roster.c.starts_at, postgresql_where=text("removed_at IS NULL AND done_at IS NULL"))

move_ups = Table(
    "move_ups",
    metadata,
    words("id", key=True),
    words("centre", required=True),
    Column("unit_id", Text, ForeignKey("units.id"), nullable=False),
    words("post", required=True),
    Column("seconds", Double),
    Column("gain", Double),
    when("ordered_at", required=True),
    words("ordered_by", required=True),
    words("reason"),
    when("ended_at"),
    words("end_reason"),
)
Index("uq_move_ups_under_way", move_ups.c.unit_id, unique=True, postgresql_where=text("ended_at IS NULL"))
