"""The sent log: a notification is written before it is sent, and settled after; whoever claims it sends it.

At least once towards the outside: a process that dies between the receiver's answer and `settle` leaves the row
pending, and it is sent again under the same key, by which the receiver recognises it.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from sqlalchemy import CTE, Row, case, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from schemas.vocabulary.dispatching import NotifyOutcome
from services.notify.domain.reasons import NotifyReason
from services.notify.domain.wording import Letter
from services.notify.store.entries import Claim, Entry
from services.notify.store.tables import NOTIFICATIONS, PENDING, RESULTS

N = NOTIFICATIONS.c
CLAIMABLE = (
    PENDING & (N.due_at <= func.clock_timestamp()) & (func.coalesce(N.leased_until, N.due_at) <= func.clock_timestamp())
)


class SentLog:
    """All statements about notifications. No call waits for anything but PostgreSQL."""

    def __init__(self, engine: AsyncEngine, instance: str) -> None:
        """`instance` is the same again when this process is started again."""
        self._engine, self._instance = engine, instance

    async def take_back(self) -> None:
        """At the start: what this process was sending when it died need not wait for the end of its lease."""
        async with self._engine.begin() as connection:
            own = update(NOTIFICATIONS).where(PENDING, N.leased_by == self._instance)
            await connection.execute(own.values(leased_until=None, leased_by=None))

    async def record(self, entries: Sequence[Entry], withdrawn: Sequence[str]) -> int:
        """Writes new notifications and withdraws what is pending of these subjects; returns how many were new.

        A key that is already known changes nothing: reading an event again tells nobody twice.
        """
        new: set[str] = set()
        async with self._engine.begin() as connection:
            if entries:
                new = await _insert(connection, entries)
            if withdrawn:
                statement = update(NOTIFICATIONS).where(PENDING, N.subject.in_(set(withdrawn)))
                await connection.execute(statement.values(withdrawn=True, due_at=func.clock_timestamp()))
        return len(new)

    async def due(self) -> list[str]:
        """Recipients who have something that may be sent now."""
        async with self._engine.connect() as connection:
            return list(await connection.scalars(select(N.recipient).distinct().where(CLAIMABLE)))

    async def pending(self) -> int:
        """How many notifications wait to be sent or sent again."""
        async with self._engine.connect() as connection:
            return await connection.scalar(select(func.count()).where(PENDING)) or 0

    async def claim(self, recipient: str, most: int, lease_s: float) -> list[Claim]:
        """Takes up to `most` due ones of one recipient for `lease_s` seconds: urgent first, fresh before retried."""
        async with self._engine.begin() as connection:
            statement = (
                update(NOTIFICATIONS)
                .where(N.key.in_(select(_next(recipient, most).c.key)))
                .values(
                    attempt=N.attempt + 1,
                    leased_until=func.clock_timestamp() + timedelta(seconds=lease_s),
                    leased_by=self._instance,
                )
                .returning(NOTIFICATIONS, func.extract("epoch", func.clock_timestamp() - N.created_at).label("age_s"))
            )
            return [_claim(row) for row in await connection.execute(statement)]

    async def settle(
        self,
        claim: Claim,
        outcome: NotifyOutcome,
        reason: NotifyReason,
        traceparent: str | None,
        retry_in_s: float = 0.0,
    ) -> bool:
        """Writes how an attempt ended; False if the row had moved on.

        A process that wakes up late, after its lease, no longer decides, except that what was delivered was.
        """
        retrying = outcome is NotifyOutcome.RETRYING
        held = update(NOTIFICATIONS).where(N.key == claim.key, PENDING)
        if outcome is not NotifyOutcome.SENT:
            held = held.where(N.attempt == claim.attempt)
        async with self._engine.begin() as connection:
            done = await connection.execute(
                held.values(
                    state="pending" if retrying else outcome.value,
                    leased_until=None,
                    leased_by=None,
                    due_at=func.clock_timestamp() + timedelta(seconds=retry_in_s),
                    settled_at=None if retrying else func.clock_timestamp(),
                ).returning(N.key)
            )
            if done.first() is None:
                return False
            await connection.execute(
                insert(RESULTS).values(
                    key=claim.key,
                    attempt=claim.attempt,
                    outcome=outcome.value,
                    reason=reason.value,
                    traceparent=traceparent,
                )
            )
        return True


async def _insert(connection: AsyncConnection, entries: Sequence[Entry]) -> set[str]:
    rows = {entry.key: _row(entry) for entry in reversed(entries)}  # of a repeat within the batch, the first holds
    statement = upsert(NOTIFICATIONS).values(list(rows.values())).on_conflict_do_nothing().returning(N.key)
    new = set(await connection.scalars(statement))
    failed = [
        {
            "key": entry.key,
            "attempt": 0,
            "outcome": NotifyOutcome.FAILED.value,
            "reason": entry.failed.value,
            "traceparent": entry.traceparent,
        }
        for entry in entries
        if entry.failed is not None and entry.key in new
    ]
    if failed:
        await connection.execute(insert(RESULTS), failed)
    return new


def _row(entry: Entry) -> dict[str, Any]:
    row = asdict(entry) | {"decided": entry.decided.value}
    failed = row.pop("failed")
    row["state"] = "failed" if failed else "pending"
    row["letter"] = row["letter"] or {}
    row["settled_at"] = func.clock_timestamp() if failed else None
    return row


def _next(recipient: str, most: int) -> CTE:
    """As a CTE, which PostgreSQL evaluates once: a sub-select with SKIP LOCKED may be run again and lock more."""
    order = (case((N.withdrawn, 0), else_=N.priority), N.attempt, N.due_at)
    chosen = select(N.key).where(CLAIMABLE, N.recipient == recipient).order_by(*order).limit(most)
    return chosen.with_for_update(skip_locked=True).cte("chosen")


def _claim(row: Row[Any]) -> Claim:
    return Claim(
        key=row.key,
        recipient=row.recipient,
        centre=row.centre,
        attempt=row.attempt,
        letter=Letter(**row.letter),
        traceparent=row.traceparent,
        withdrawn=row.withdrawn,
        age_s=float(row.age_s),
        happened_at=row.happened_at,
    )
