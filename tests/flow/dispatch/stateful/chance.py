"""Crashes and time, from outside: dispatch cannot tell them from the real ones.

A crash: the next commit fails after all was written, as if PostgreSQL or the process had died just before it. What was
written is gone, and the same work is begun again. Time passes by moving back every moment that is stored.
"""

from sqlalchemy import DateTime, text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.dispatch.store.tables import metadata

PREPARE = """
CREATE SCHEMA IF NOT EXISTS chance;
CREATE SEQUENCE IF NOT EXISTS chance.commits;
CREATE TABLE IF NOT EXISTS chance.plan (fails_at bigint NOT NULL);
INSERT INTO chance.plan SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM chance.plan);
CREATE OR REPLACE FUNCTION chance.fail() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF nextval('chance.commits') = (SELECT fails_at FROM chance.plan) THEN
        RAISE EXCEPTION 'crashed before the commit' USING ERRCODE = 'serialization_failure';
    END IF;
    RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS fail ON dispatch.stream_head;
CREATE CONSTRAINT TRIGGER fail AFTER UPDATE ON dispatch.stream_head
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION chance.fail();
"""
PLAN = "UPDATE chance.plan SET fails_at = CASE WHEN :th = 0 THEN 0 ELSE nextval('chance.commits') + :th END"
AGED = (
    "incidents",
    "incident_signals",
    "signal_outcomes",
    "tasks",
    "assignments",
    "hand_overs",
    "work_orders",
    "units",
)


async def prepare(engine: AsyncEngine) -> None:
    """Lays the means for crashes into the database."""
    async with engine.begin() as conn:
        driver = (await conn.get_raw_connection()).driver_connection
        assert driver is not None
        await driver.execute(PREPARE)


async def crash_at(engine: AsyncEngine, commit: int) -> None:
    """The so-maniest commit from now on fails, 1 being the next; 0: none."""
    async with engine.begin() as conn:
        await conn.execute(text(PLAN), {"th": commit})


async def pass_time(engine: AsyncEngine, seconds: float) -> None:
    """Everything that is stored happened so much earlier."""
    async with engine.begin() as conn:
        for name in AGED:
            moments = [c.name for c in metadata.tables[f"dispatch.{name}"].columns if isinstance(c.type, DateTime)]
            moved = ", ".join(f"{moment} = {moment} - make_interval(secs => :s)" for moment in moments)
            await conn.execute(text(f"UPDATE dispatch.{name} SET {moved}"), {"s": seconds})
