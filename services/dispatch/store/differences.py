"""What dispatch has of signals, in bulk, and the list of those found lost."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Text, any_, bindparam, delete, exists, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.vocabulary.signals import Outcome, Phase
from services.dispatch.domain.reconciling import Known
from services.dispatch.store.tables import consumer_offsets, differences, incident_signals, kiosk_calls, signal_outcomes

AT_ONCE = 2000
OUTCOMES = "signal.outcomes"


def _on_card(signal_id: ColumnElement[str]) -> ColumnElement[bool]:
    card = exists().where(incident_signals.c.signal_id == signal_id)
    return or_(card, exists().where(kiosk_calls.c.signal_id == signal_id))


_TABLE = signal_outcomes
_WANTS_CARD = (_TABLE.c.outcome == Outcome.ALARM) & (_TABLE.c.record["phase"].astext == Phase.RAISE)
_SETTLED = ~_WANTS_CARD | _on_card(_TABLE.c.signal_id)


async def known_of(conn: AsyncConnection, signal_ids: Sequence[str]) -> dict[str, Known]:
    """What is known of each of these signals; one without an outcome is left out."""
    some = any_(bindparam("some", type_=ARRAY(Text)))
    query = select(
        _TABLE.c.signal_id, _WANTS_CARD.label("wants"), _on_card(_TABLE.c.signal_id).label("card"), _TABLE.c.unclaimed
    )
    found: dict[str, Known] = {}
    for start in range(0, len(signal_ids), AT_ONCE):
        values = {"some": list(signal_ids[start : start + AT_ONCE])}
        for row in await conn.execute(query.where(_TABLE.c.signal_id == some), values):
            found[row.signal_id] = Known(bool(row.wants), bool(row.card), row.unclaimed)
    return found


async def read_up_to(conn: AsyncConnection) -> dict[int, int]:
    """How far dispatch has read `signal.outcomes`: the next offset of each partition."""
    query = select(consumer_offsets.c.partition, consumer_offsets.c.next_offset)
    found = await conn.execute(query.where(consumer_offsets.c.topic == OUTCOMES))
    return {row.partition: row.next_offset for row in found}


async def oldest_unclaimed(conn: AsyncConnection) -> str | None:
    """The alarm that dispatch would open next by itself: while it changes, that queue is being worked off."""
    query = select(_TABLE.c.signal_id).where(_TABLE.c.unclaimed).order_by(_TABLE.c.decided_at, _TABLE.c.signal_id)
    return await conn.scalar(query.limit(1))


async def add(conn: AsyncConnection, rows: list[dict[str, Any]]) -> None:
    """Puts signals on the list of those found lost."""
    for start in range(0, len(rows), AT_ONCE):
        await conn.execute(insert(differences).values(rows[start : start + AT_ONCE]).on_conflict_do_nothing())


async def drop_settled(conn: AsyncConnection) -> int:
    """Takes off the list what has its outcome and card by now; returns how many."""
    settled = exists().where(_TABLE.c.signal_id == differences.c.signal_id, _SETTLED)
    return (await conn.execute(delete(differences).where(settled))).rowcount


async def count(conn: AsyncConnection) -> list[tuple[str, str, int]]:
    """How many are on the list, as (centre, standing, number)."""
    table = differences
    query = select(table.c.centre, table.c.standing, func.count().label("number"))
    found = await conn.execute(query.group_by(table.c.centre, table.c.standing))
    return [(row.centre, row.standing, row.number) for row in found]
