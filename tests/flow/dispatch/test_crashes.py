"""Rules 4, 5 and 7 with real processes: killed, stopped and woken while urgent alarms flow."""

import asyncio
import contextlib
import random
import signal as signals
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

from confluent_kafka import Producer
from sqlalchemy import select

from schemas.messages.signal import Signal
from services.dispatch.store import tables
from tests.flow.dispatch.builders import sos
from tests.flow.dispatch.kafka_world import record
from tests.flow.dispatch.processes import DispatchProcess
from tests.flow.dispatch.test_outbox import first_told, is_drained, told_of
from tests.flow.dispatch.world import World, until

ALARMS = 120
A_SECOND = 40
START_S, END_S = 90.0, 60.0
"""Patience on a machine that does much else; alone it takes a few seconds."""


@contextlib.asynccontextmanager
async def two_processes(kafka: str, database: str, folder: Path) -> AsyncIterator[list[DispatchProcess]]:
    """Both ready; ended at the end, whatever a test did to them."""
    both = [DispatchProcess(kafka, database, folder / f"dispatch-{number}.log") for number in range(2)]
    try:
        for process in both:
            await until(process.is_ready, "dispatch did not become ready", START_S)
        yield both
    except AssertionError as error:
        for process in both:
            error.add_note("\n".join([process.log.name, *_held_up(process.log)]))
        raise
    finally:
        codes = [process.stop() for process in both]
    assert codes == [0, 0]


def _held_up(log: Path) -> list[str]:
    """The newest lines about who waited for whom and who was thrown out."""
    told = ("lock_waited_for", "stopped_holder_thrown_out", "stopped_holders_wait", "reader_waits")
    return [line for line in log.read_text(errors="replace").splitlines() if any(event in line for event in told)][-20:]


OUTBOX_LEASE = select(tables.leases).where(tables.leases.c.name == "outbox")


async def flow(kafka: str, alarms: list[Signal]) -> None:
    """Sends the alarms at their pace, each once: the broker has it, so it may not be lost."""
    producer = Producer({"bootstrap.servers": kafka, "acks": "all", "linger.ms": 0})
    for of in alarms:
        topic, partition, value, headers = record("alarms.urgent", 0, of)
        producer.produce(topic, value, None, partition, headers=list(headers))
        producer.poll(0)
        await asyncio.sleep(1 / A_SECOND)
    assert await asyncio.to_thread(producer.flush, 20) == 0


async def test_killed_and_stopped_at_random_it_loses_and_doubles_nothing(
    world: World, database: str, kafka: str, tmp_path: Path
) -> None:
    """kill -9 of each process at any moment, and a pause longer than the relay's lease, while alarms flow.

    While one is stopped the other goes on. Every alarm is on one card, nobody is bound twice, and all decisions reach
    Kafka in version order without a gap.
    """
    chance = random.Random(4)
    alarms, last = [sos(f"p{number}") for number in range(ALARMS)], sos("last")
    async with two_processes(kafka, database, tmp_path) as both:
        sending = asyncio.create_task(flow(kafka, alarms))
        for victim in both:
            await asyncio.sleep(chance.random())
            victim.kill()
            victim.start()
            await until(victim.is_ready, "dispatch did not come back", START_S)
        [lease] = await world.rows(OUTBOX_LEASE)
        both[0].signal(signals.SIGSTOP)
        await flow(kafka, [last])
        await until(lambda: _all_linked(world, [last]), "the stopped process held the other", END_S)
        await until(lambda: _goes_on(world, lease["generation"]), "nobody took the lease over", END_S)
        both[0].signal(signals.SIGCONT)
        await sending
        await until(lambda: _all_linked(world, alarms), "not every alarm is on a card", END_S)
        await until(lambda: is_drained(world), "the outbox was not sent", END_S)
    await world.invariants()
    # The topic may hold what other tests sent: these processes read it from its start.
    ours = {of.signal_id for of in (*alarms, last)}
    linked = await world.rows(tables.incident_signals)
    incidents = {row["incident_id"] for row in linked if row["signal_id"] in ours}
    assert len(incidents) == ALARMS + 1
    stored = Counter(row["incident_id"] for row in await world.rows(tables.events))
    for incident, events in (await asyncio.to_thread(told_of, kafka, incidents)).items():
        assert first_told(events) == list(range(1, stored[incident] + 1)), incident
        assert len({event.id for event in events}) == stored[incident]


async def _all_linked(world: World, alarms: list[Signal]) -> bool:
    linked = Counter(row["signal_id"] for row in await world.rows(select(tables.incident_signals.c.signal_id)))
    return all(linked[of.signal_id] == 1 for of in alarms)


async def _goes_on(world: World, generation: int) -> bool:
    """True once the lease was renewed or taken after the pause began, by whoever is awake."""
    [lease] = await world.rows(OUTBOX_LEASE)
    return bool(lease["generation"] > generation + 3)
