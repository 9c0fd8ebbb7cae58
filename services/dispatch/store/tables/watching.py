"""What the watch over the system remembers: alarms that stand, signals found lost, what became of dead letters."""

from sqlalchemy import BigInteger, Column, Index, Integer, Table

from services.dispatch.store.tables.columns import metadata, when, words

system_alarms = Table(
    "system_alarms",
    metadata,
    words("name", key=True),
    words("centre", key=True),
    words("incident_id", required=True),
    when("since", required=True),
)

differences = Table(
    "differences",
    metadata,
    words("signal_id", key=True),
    words("standing", required=True),
    words("centre", required=True),
    Column("partition", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    when("found_at", required=True),
)

dead_letter_acts = Table(
    "dead_letter_acts",
    metadata,
    words("id", key=True),
    words("letter_id", required=True),
    words("topic", required=True),
    words("act", required=True),
    words("actor", required=True),
    words("reason"),
    when("at", required=True),
)
Index("ix_dead_letter_acts_letter_id", dead_letter_acts.c.letter_id)
