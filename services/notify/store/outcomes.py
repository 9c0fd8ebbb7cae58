"""The outbox of `notify.outcomes`: results that are written but not yet known to be on the topic."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from services.notify.store.tables import NOTIFICATIONS, RESULTS

N, R = NOTIFICATIONS.c, RESULTS.c
COLUMNS = (R.position, R.key, R.attempt, R.outcome, R.reason, R.traceparent, R.at)
ABOUT = (N.event_id, N.incident_id, N.recipient, N.channel, N.origin)


class Outcomes:
    """Claimed for a while, then marked or released; a second report of one result has the same id."""

    def __init__(self, engine: AsyncEngine, instance: str) -> None:
        """`instance` is the same again when this process is started again."""
        self._engine, self._instance = engine, instance

    async def take_back(self) -> None:
        """At the start: what this process was reporting when it died need not wait for the end of its lease."""
        async with self._engine.begin() as connection:
            own = update(RESULTS).where(R.reported_at.is_(None), R.leased_by == self._instance)
            await connection.execute(own.values(leased_until=None, leased_by=None))

    async def claim(self, most: int, lease_s: float) -> list[Row[Any]]:
        """The oldest unreported results, in order, leased for `lease_s` seconds."""
        free = R.reported_at.is_(None) & (R.leased_until.is_(None) | (R.leased_until <= func.clock_timestamp()))
        oldest = select(R.position).where(free).order_by(R.position).limit(most)
        chosen = oldest.with_for_update(skip_locked=True).cte("chosen")
        statement = (
            update(RESULTS)
            .where(R.position.in_(select(chosen.c.position)), N.key == R.key)
            .values(leased_until=func.clock_timestamp() + timedelta(seconds=lease_s), leased_by=self._instance)
            .returning(*COLUMNS, *ABOUT)
        )
        async with self._engine.begin() as connection:
            return sorted(await connection.execute(statement), key=lambda row: int(row.position))

    async def reported(self, positions: Sequence[int]) -> None:
        """They are on the topic."""
        async with self._engine.begin() as connection:
            done = update(RESULTS).where(R.position.in_(positions))
            await connection.execute(done.values(reported_at=func.clock_timestamp(), leased_until=None))

    async def release(self, positions: Sequence[int]) -> None:
        """The topic did not take them: they may be claimed again at once."""
        async with self._engine.begin() as connection:
            await connection.execute(update(RESULTS).where(R.position.in_(positions)).values(leased_until=None))
