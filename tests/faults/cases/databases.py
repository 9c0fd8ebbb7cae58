"""Faults of PostgreSQL and of the MQTT broker."""

from __future__ import annotations

import asyncio

from tests.faults.case import case
from tests.faults.stack import DISPATCHES, until
from tests.faults.town import Town

AWAY_S = 60.0


@case("postgres-killed", short=True)
async def postgres_killed(town: Town) -> None:
    """kill -9 of PostgreSQL while a transaction of dispatch is open."""
    order = "alarms.urgent.before_commit"
    for name in DISPATCHES:
        town.stack.order(name, order, "stop")
    await until(lambda: any(town.stack.carried_out(name, order) for name in DISPATCHES), "in mid-transaction", 20)
    before = town.stack.kill("postgres")
    town.stack.heal_everything()
    await until(lambda: town.stack.pid("postgres") not in (None, before), "restarted", 20)
    await asyncio.sleep(8)


@case("postgres-away")
async def postgres_away(town: Town) -> None:
    """PostgreSQL away for 60 s: what comes in meanwhile is done afterwards, the newest urgent first."""
    town.stack.hold("postgres")
    await asyncio.sleep(AWAY_S)
    town.stack.release("postgres")
    await town.stack.healthy(60)
    await asyncio.sleep(5)


@case("mqtt-killed")
async def mqtt_killed(town: Town) -> None:
    """kill -9 of the MQTT broker: what ingest had taken is kept, and cameras are heard again afterwards."""
    town.stack.kill("mqtt")
    await asyncio.sleep(6)
    await town.stack.healthy(30)
    marks = {sent.subject for sent in town.ledger.sent if sent.subject}
    await asyncio.sleep(4)
    later = {sent.subject for sent in town.ledger.sent if sent.subject} - marks
    town.must_be_heard |= {str(subject) for subject in sorted(later)[:3]}
