"""Units: what they are, where they are."""

from sqlalchemy import Boolean, Column, Double, ForeignKey, Index, Integer, Table, Text
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
