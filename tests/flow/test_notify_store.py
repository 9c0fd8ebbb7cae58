"""The sent log on real PostgreSQL."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas.vocabulary.dispatching import NotifyOutcome
from services.chassis.database import address, engine
from services.notify.domain.reasons import NotifyReason
from services.notify.domain.wording import Letter
from services.notify.store.entries import Entry
from services.notify.store.migrate import migrate
from services.notify.store.outcomes import Outcomes
from services.notify.store.sent_log import SentLog
from services.notify.store.tables import METADATA, SCHEMA
from tests.unit.notify.samples import NOON

DELIVERED, TIMED_OUT = NotifyReason.DELIVERED, NotifyReason.TIMED_OUT
ENTRY = Entry(
    key="k1",
    event_id="e1",
    incident_id="i1",
    recipient="sdis",
    channel="webhook",
    subject="h1",
    decided=NotifyReason.HAND_OVER_TO_AGENCY,
    priority=2,
    centre="57463",
    origin={"centre": "57463", "commune": None, "pack_version": "v1"},
    letter=Letter("t", "x", {"id": "k1"}),
    traceparent=None,
    happened_at=NOON,
)


@pytest.fixture
async def database(postgres: str) -> AsyncIterator[AsyncEngine]:
    """A migrated database."""
    migrate(postgres)
    held = engine(postgres, "test")
    yield held
    await held.dispose()


def test_the_migrations_make_exactly_the_tables_that_the_code_uses(postgres: str) -> None:
    """Autogenerate finds no difference, also after migrating twice."""
    migrate(postgres)
    migrate(postgres)

    def difference(connection: Connection) -> list[object]:
        options = {"include_schemas": True, "include_name": only_ours, "version_table_schema": SCHEMA}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), METADATA))

    def only_ours(name: str | None, kind: str, _: object) -> bool:
        return name == SCHEMA if kind == "schema" else True

    held = create_engine(address(postgres))
    with held.connect() as connection:
        assert difference(connection) == []
    held.dispose()


async def test_two_processes_never_hold_the_same_row(database: AsyncEngine) -> None:
    """What one has claimed the other does not get, until the lease is over."""
    one, other = SentLog(database, "one"), SentLog(database, "other")
    await one.record([replace(ENTRY, key=f"k{number}") for number in range(6)], [])
    first = await one.claim("sdis", 4, lease_s=30)
    second = await other.claim("sdis", 4, lease_s=0)
    third = await one.claim("sdis", 4, lease_s=30)
    assert (len(first), len(second)) == (4, 2)
    assert not {claim.key for claim in first} & {claim.key for claim in second}
    assert {claim.key for claim in third} == {claim.key for claim in second}


async def test_the_urgent_and_the_fresh_go_first(database: AsyncEngine) -> None:
    """A P1 that was never tried passes a P1 that failed, and both pass a work order."""
    log = SentLog(database, "one")
    await log.record([replace(ENTRY, key="tried", priority=1)], [])
    (claim,) = await log.claim("sdis", 1, lease_s=30)
    await log.settle(claim, NotifyOutcome.RETRYING, TIMED_OUT, None)
    await log.record([replace(ENTRY, key="order", priority=4), replace(ENTRY, key="fresh", priority=1)], [])
    order = [(await log.claim("sdis", 1, lease_s=30))[0].key for _ in range(3)]
    assert order == ["fresh", "tried", "order"]


async def test_a_process_that_wakes_up_late_changes_nothing_but_a_delivery(database: AsyncEngine) -> None:
    """Its failure is ignored once another has taken over; that it delivered is believed, once."""
    log = SentLog(database, "one")
    await log.record([ENTRY], [])
    (late,) = await log.claim("sdis", 1, lease_s=0)
    (now,) = await log.claim("sdis", 1, lease_s=30)
    assert not await log.settle(late, NotifyOutcome.FAILED, TIMED_OUT, None)
    assert await log.settle(late, NotifyOutcome.SENT, DELIVERED, None)
    assert not await log.settle(now, NotifyOutcome.SENT, DELIVERED, None)
    results = await Outcomes(database, "one").claim(10, lease_s=30)
    assert [(row.outcome, row.attempt) for row in results] == [("sent", 1)]


async def test_a_restarted_process_takes_its_own_rows_back_at_once(database: AsyncEngine) -> None:
    """It does not wait for its dead predecessor's lease, and leaves those of others alone."""
    await SentLog(database, "one").record([ENTRY, replace(ENTRY, key="k2", recipient="police")], [])
    await SentLog(database, "one").claim("sdis", 1, lease_s=600)
    await SentLog(database, "other").claim("police", 1, lease_s=600)
    again = SentLog(database, "one")
    assert await again.due() == []
    await again.take_back()
    assert await again.due() == ["sdis"]


async def test_a_failed_decision_is_reported_once_however_often_it_is_read(database: AsyncEngine) -> None:
    """A row that fails at once has exactly one result, also when the event comes again."""
    log, outcomes = SentLog(database, "one"), Outcomes(database, "one")
    failed = replace(ENTRY, letter=None, failed=NotifyReason.NO_CHANNEL)
    assert await log.record([failed], []) == 1
    assert await log.record([failed], []) == 0
    (row,) = await outcomes.claim(10, lease_s=30)
    assert (row.outcome, row.reason, row.attempt) == ("failed", "no_channel", 0)
    await outcomes.release([row.position])
    assert len(await outcomes.claim(10, lease_s=30)) == 1
    await outcomes.reported([row.position])
    assert await outcomes.claim(10, lease_s=0) == []
    assert await log.due() == []
