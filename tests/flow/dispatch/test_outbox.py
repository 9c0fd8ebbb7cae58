"""The outbox: everything that was decided reaches Kafka in version order, by one relay at a time."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from confluent_kafka import KafkaException
from prometheus_client import REGISTRY
from sqlalchemy import func, select

from schemas.codec import decode, header
from schemas.messages.dispatching import AssignmentChanged, IncidentChanged
from schemas.pack.devices import Device
from schemas.pack.pack import PackAssembler, PackPartApplied
from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import DeviceKind
from services.dispatch import outbox
from services.dispatch.outbox import Relay
from services.dispatch.outbox_watch import OutboxWatch
from services.dispatch.store import leases, tables
from tests.flow.dispatch.builders import CENTRE, CLOCK, city, signal, sos
from tests.flow.dispatch.kafka_world import read_all
from tests.flow.dispatch.world import World, until


def relay_of(world: World, kafka: str) -> Relay:
    """The relay of one dispatch process."""
    return Relay(world.engine, {"bootstrap.servers": kafka}, world.health)


async def unsent(world: World) -> list[Any]:
    """What waits, in order."""
    table = tables.outbox
    return await world.rows(select(table).where(table.c.sent_at.is_(None)).order_by(table.c.position))


async def is_drained(world: World) -> bool:
    """True once nothing waits."""
    return not await unsent(world)


def told_of(kafka: str, incidents: set[str | None]) -> dict[str, list[IncidentChanged]]:
    """What `dispatch.events` says of each of these incidents, in the order of its partition."""
    found: dict[str, list[IncidentChanged]] = {str(incident): [] for incident in incidents}
    for record in read_all(kafka, "dispatch.events"):
        event = decode(record.value(), record.headers(), [IncidentChanged])
        assert header(record.headers(), "ce_id") == event.id == f"{event.incident_id}:{event.version}"
        if event.incident_id in found:
            assert record.key() == event.incident_id.encode()
            found[event.incident_id].append(event)
    return found


def first_told(events: list[IncidentChanged]) -> list[int]:
    """The versions, each where it was told first."""
    return list(dict.fromkeys(event.version for event in events))


async def test_all_that_was_decided_is_sent_once_in_order(world: World, kafka: str) -> None:
    """Events of each incident in version order without a gap; the newest assignment of a unit under its key."""
    incidents = {await world.urgent(sos(f"p{number}")) for number in range(3)}
    incidents.add(await world.urgent(signal(Nature.FIRE)))
    stop = asyncio.Event()
    relay = relay_of(world, kafka)
    running = asyncio.create_task(relay.run(stop))
    await until(lambda: is_drained(world), "the outbox was not sent")
    stop.set()
    await asyncio.wait_for(running, 10)
    told = told_of(kafka, incidents)
    stored = await world.rows(tables.events)
    for incident in incidents:
        versions = [event.version for event in told[str(incident)]]
        assert versions == list(range(1, len([e for e in stored if e["incident_id"] == incident]) + 1))
    ids = {known["id"] for known in await world.rows(tables.assignments)}
    sent = [decode(r.value(), r.headers(), [AssignmentChanged]) for r in read_all(kafka, "assignments")]
    assert ids <= {known.assignment_id for known in sent}


async def test_the_devices_of_a_large_city_go_out_whole(world: World, kafka: str) -> None:
    """Ten thousand devices are one message of 2 MB: brokers, topic and producer take it, a reader gets all of it."""
    many = tuple(
        Device(
            id=f"lamp-{n}",
            kind=DeviceKind.SENSOR,
            name=f"Candélabre {n}",
            commune=CENTRE,
            sector="middle",
            position=CLOCK,
        )
        for n in range(10_000)
    )
    pack = city(devices=many)
    answer = await world.http.put(
        f"/v1/packs/{CENTRE}", content=pack.model_dump_json(), headers={"content-type": "application/json"}
    )
    assert answer.status_code == 200, answer.text
    relay = relay_of(world, kafka)
    while await unsent(world):
        await relay._round()
    assembler = PackAssembler()
    sent = read_all(kafka, "packs")
    assert max(len(record.value()) for record in sent) > 1_000_000
    parts = [decode(record.value(), record.headers(), [PackPartApplied]) for record in sent]
    whole = [assembler.add(part) for part in parts if part.version == pack.version]
    assert whole[-1] is not None
    assert len(whole[-1].devices) == len(many)


async def test_a_decisions_event_carries_state_inputs_and_trace(world: World, kafka: str) -> None:
    """Rule 15: candidates with distances, pack version and clock; the state after it; no free text."""
    incident = await world.urgent(sos("anna"))
    await world.order(incident, "notes", {"text": "SECRET TEXT"})
    relay = relay_of(world, kafka)
    while await unsent(world):
        await relay._round()
    await leases.give_back(world.engine, outbox.NAME, relay._holder)
    events = told_of(kafka, {incident})[str(incident)]
    [offered] = [event for event in events if event.event == "unit_offered"]
    assert [known["unit"] for known in offered.inputs["recommendation"]["ranked"]] == ["pm-1", "pm-2", "pm-3"]
    assert {"clock", "pack_version"} <= set(offered.inputs)
    assert offered.state["assignments"][0]["state"] == "offered"
    assert "SECRET TEXT" not in "".join(event.model_dump_json() for event in events)


async def test_a_relay_that_wakes_up_late_is_fenced(world: World, kafka: str) -> None:
    """One holds the lease and has read its rows, then sleeps past it; another takes over; the sleeper cannot send."""
    sleeper, heir = relay_of(world, kafka), relay_of(world, kafka)
    incident = await world.urgent(sos("anna"))
    assert await sleeper._lease()
    sleeper._producer = await asyncio.to_thread(sleeper._open)
    rows = await unsent(world)
    assert not await heir._lease(), "the lease was taken while it was held"
    await world.sql("UPDATE dispatch.leases SET expires_at = clock_timestamp() - interval '1 second'")
    while await unsent(world):
        await heir._round()
    before = len(read_all(kafka, "dispatch.events"))
    with pytest.raises(KafkaException, match="fenced"):
        await asyncio.to_thread(sleeper._send, rows)
    assert not await sleeper._lease()
    assert len(read_all(kafka, "dispatch.events")) == before
    events = told_of(kafka, {incident})[str(incident)]
    assert [event.version for event in events] == list(range(1, len(events) + 1))
    await leases.give_back(world.engine, outbox.NAME, heir._holder)


async def test_a_crash_between_sending_and_marking_repeats_under_the_same_id(world: World, kafka: str) -> None:
    """The rows are sent again by the next relay: a reader sees duplicates by id, and still no gap and no disorder."""
    incident = await world.urgent(sos("anna"))
    crashed = relay_of(world, kafka)
    await crashed._lease()
    crashed._producer = await asyncio.to_thread(crashed._open)
    await asyncio.to_thread(crashed._send, await unsent(world))
    await world.order(incident, "acknowledge")
    await world.sql("UPDATE dispatch.leases SET expires_at = clock_timestamp() - interval '1 second'")
    heir = relay_of(world, kafka)
    while await unsent(world):
        await heir._round()
    await leases.give_back(world.engine, outbox.NAME, heir._holder)
    events = told_of(kafka, {incident})[str(incident)]
    versions = [event.version for event in events]
    assert len(versions) > len(set(versions))
    assert first_told(events) == list(range(1, max(versions) + 1))
    by_id: dict[str, set[str]] = {}
    for event in events:
        by_id.setdefault(event.id, set()).add(event.model_dump_json())
    assert all(len(bodies) == 1 for bodies in by_id.values())


async def test_a_lease_that_ran_out_goes_to_exactly_one(world: World, kafka: str) -> None:
    """Ten relays ask at once: one gets it, and only its holder may renew it."""
    relays = [relay_of(world, kafka) for _ in range(10)]
    for _ in range(3):
        await world.sql("UPDATE dispatch.leases SET expires_at = clock_timestamp() - interval '1 second'")
        got = await asyncio.gather(*(relay._lease() for relay in relays))
        assert got.count(True) == 1
        assert await relays[got.index(True)]._lease()
    [lease] = await world.rows(tables.leases)
    now = (await world.rows(select(func.clock_timestamp().label("now"))))[0]["now"]
    assert timedelta(0) < lease["expires_at"] - now <= outbox.LEASE


async def test_the_outbox_waits_for_kafka_and_says_so(world: World) -> None:
    """Without a broker nothing is marked sent, health shows degraded and stays ready, and stopping works."""
    await world.urgent(sos("anna"))
    waiting = len(await unsent(world))
    relay = Relay(world.engine, {"bootstrap.servers": "127.0.0.1:1"}, world.health)
    assert waiting
    outbox_timeout, outbox.TIMEOUT_S = outbox.TIMEOUT_S, 0.5
    stop = asyncio.Event()
    running = asyncio.create_task(relay.run(stop))
    try:
        await until(lambda: _degraded(world), "health did not show it")
    finally:
        stop.set()
        await asyncio.wait_for(running, 10)
        outbox.TIMEOUT_S = outbox_timeout
    assert len(await unsent(world)) == waiting
    assert world.health.ready


async def _degraded(world: World) -> bool:
    return bool(world.health.report()["checks"].get("outbox", {}).get("state") == "degraded")


async def test_what_waits_is_counted_without_a_relay_and_ages(world: World, kafka: str) -> None:
    """More than one round of the relay, and the oldest's age by this process's clock; nothing once all is sent."""
    now = [100.0]
    watch = OutboxWatch(world.engine, lambda: now[0])
    rows = "SELECT 10000000 + n, 'dispatch.events', 'k', '[]' FROM generate_series(1, :many) AS n"
    into = "INSERT INTO dispatch.outbox (position, topic, key, headers)"
    await world.sql(f"{into} {rows}", many=outbox.AT_ONCE + 100)
    try:
        await watch.round()
        assert (gauge("depth"), gauge("oldest_seconds")) == (len(await unsent(world)), 0.0)
        assert gauge("depth") > outbox.AT_ONCE
        now[0] += 75.0
        await watch.round()
        assert gauge("oldest_seconds") == 75.0
    finally:
        await world.sql("UPDATE dispatch.outbox SET sent_at = now() WHERE sent_at IS NULL")
    await watch.round()
    assert (gauge("depth"), gauge("oldest_seconds")) == (0.0, 0.0)


def gauge(name: str) -> float:
    """One of the outbox's own."""
    return REGISTRY.get_sample_value(f"vigie_dispatch_outbox_{name}") or 0.0
