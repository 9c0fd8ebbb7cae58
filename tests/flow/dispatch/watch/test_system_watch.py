"""The reconciler and the rate of dead letters, on real Kafka and PostgreSQL: what they tell, and what they do not."""

import contextlib
from typing import Any

import pytest
from confluent_kafka import KafkaException
from prometheus_client import REGISTRY
from sqlalchemy import select

from schemas.messages.signal import Signal
from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import DeviceKind, Outcome
from services.dispatch.domain.reconciling import Standing
from services.dispatch.domain.system_alarms import SystemAlarm
from services.dispatch.metrics import SYSTEM_ALARMS
from services.dispatch.store import leases, tables
from services.dispatch.watch import signals_tail, system_watch
from tests.flow.dispatch.builders import CENTRE, signal, sos
from tests.flow.dispatch.watch.triage_by_hand import TriageByHand
from tests.flow.dispatch.world import World, until


@pytest.fixture
def triage(world: World, own_kafka: str) -> TriageByHand:
    """Everything that earlier tests left has been read: the reconciler begins at the end."""
    return TriageByHand(world, own_kafka)


@pytest.fixture(autouse=True)
async def _at_the_end(triage: TriageByHand) -> None:
    """The readers' offsets in the fresh database begin where the topics end now."""
    tail = signals_tail.SignalsTail({"bootstrap.servers": triage.kafka})
    found: dict[str, dict[int, int]] = {}

    async def answers() -> bool:
        """A topic that was just made has no leader for a moment."""
        with contextlib.suppress(KafkaException):
            found.update({topic: tail.ends(topic) for topic in ("signals", "signal.outcomes")})
        return len(found) == 2

    await until(answers, "the topics have no leader")
    for name, topic in (("reconciler/signals", "signals"), ("signal.outcomes", "signal.outcomes")):
        for partition, end in found[topic].items():
            statement = "INSERT INTO dispatch.consumer_offsets VALUES (:topic, :partition, :next)"
            await triage.world.sql(statement, topic=name, partition=partition, next=end)
            if topic == "signals":
                triage.ends[partition] = end
    tail.close()
    triage.screen()


def heartbeat(device: str) -> Signal:
    """A signal whose outcome asks for no card."""
    return signal(Nature.SUPERVISION_LOST, device, device_kind=DeviceKind.SENSOR, site=None)


async def system_incidents(world: World) -> list[Any]:
    """The incidents of nature system, oldest first."""
    table = tables.incidents
    return await world.rows(select(table).where(table.c.nature == Nature.SYSTEM).order_by(table.c.opened_at))


async def has_outcomes(world: World, *signals: Signal) -> None:
    """Returns once dispatch has read their outcomes."""

    async def there() -> bool:
        held = {row["signal_id"] for row in await world.rows(tables.signal_outcomes)}
        return {known.signal_id for known in signals} <= held

    await until(there, "dispatch did not read the outcomes")


async def test_what_has_its_outcome_is_passed_and_nothing_is_told(world: World, triage: TriageByHand) -> None:
    """Fifty settled signals: the offset stands at the end, no list, no alarm, and a restart reads none again."""
    sent = [heartbeat(f"s-{number}") for number in range(50)]
    triage.acknowledge(*sent)
    triage.screen()
    triage.decide(*sent)
    watch = triage.watch()
    async with triage.reading():
        await has_outcomes(world, *sent)
        await triage.rounds(watch, 120)
    held = {
        row["partition"]: row["next_offset"]
        for row in await world.rows(tables.consumer_offsets)
        if row["topic"] == "reconciler/signals"
    }
    assert held == triage.ends
    assert await system_incidents(world) == []
    assert await world.rows(tables.differences) == []


async def test_a_lost_signal_raises_a_p1_that_ends_when_it_comes_after_all(world: World, triage: TriageByHand) -> None:
    """Screening passed one signal by without an outcome: a P1 after the grace, no patrol, resolved by itself."""
    lost, other = heartbeat("lost"), heartbeat("other")
    triage.acknowledge(lost, other)
    triage.screen()
    triage.decide(other)
    watch = triage.watch()
    async with triage.reading():
        await has_outcomes(world, other)
        await triage.read_up(watch)
        await triage.rounds(watch, 25)
        assert await system_incidents(world) == []
        await triage.rounds(watch, 30)
        [incident] = await system_incidents(world)
        assert (incident["priority"], incident["state"], incident["centre"]) == ("P1", "open", CENTRE)
        assert "./vigie reconcile" in incident["address"]
        assert await world.rows(tables.assignments) == []
        [listed] = await world.rows(tables.differences)
        assert (listed["signal_id"], listed["standing"]) == (lost.signal_id, "no_outcome")
        assert world.health.report()["checks"]["system_alarms"] == {"state": "degraded", "detail": "unreconciled: 1"}
        await triage.rounds(triage.watch(), 0)  # a restart in between
        triage.decide(lost)
        await has_outcomes(world, lost)
    await triage.rounds(watch, 5)
    [incident] = await system_incidents(world)
    assert incident["state"] == "resolved"
    assert (await world.events(incident["id"]))[-1] == ("resolved", "system_recovered")
    assert await world.rows(tables.system_alarms) == []
    assert world.health.report()["checks"]["system_alarms"]["state"] == "ready"


async def test_an_alarm_is_shown_by_the_process_that_watches(world: World, triage: TriageByHand) -> None:
    """What no longer watches falls silent, and the watch leaves the synthetic SOS's figure as it is."""

    def shown(alarm: SystemAlarm) -> float | None:
        return REGISTRY.get_sample_value("vigie_dispatch_system_alarms", {"alarm": alarm})

    SYSTEM_ALARMS.labels(SystemAlarm.SYNTHETIC_SOS).set(1)
    triage.acknowledge(heartbeat("lost"))
    triage.screen()
    watch = triage.watch()
    await triage.read_up(watch)
    await triage.rounds(watch, 60)
    lost = [{"standing": standing.value} for standing in Standing if standing.different]
    unreconciled = "vigie_dispatch_unreconciled_signals"
    assert (shown(SystemAlarm.UNRECONCILED), shown(SystemAlarm.SYNTHETIC_SOS)) == (1, 1)
    assert sum(REGISTRY.get_sample_value(unreconciled, which) or 0 for which in lost) == 1
    await world.sql("UPDATE dispatch.leases SET holder = 'another process'")
    await watch.round()
    assert (shown(SystemAlarm.UNRECONCILED), shown(SystemAlarm.SYNTHETIC_SOS)) == (0, 1)
    assert [REGISTRY.get_sample_value(unreconciled, which) for which in lost] == [0] * len(lost)
    SYSTEM_ALARMS.labels(SystemAlarm.SYNTHETIC_SOS).set(0)


async def test_a_backlog_that_moves_is_no_alarm_and_one_that_stands_is(world: World, triage: TriageByHand) -> None:
    """Ten minutes behind but moving: silence. Still for thirty seconds: a P1, over once screening moves again."""
    sent = [heartbeat("one-device") for _ in range(60)]
    triage.acknowledge(*sent)
    watch = triage.watch()
    async with triage.reading():
        for known in sent[:30]:
            triage.decide(known)
            await has_outcomes(world, known)
            triage.screen_one()
            triage.now += 15
            await triage.rounds(watch, 5)
    assert await system_incidents(world) == []
    assert watch._reconciler._tail is not None and watch._reconciler._tail.waiting == 30
    await triage.rounds(watch, 40)
    [incident] = await system_incidents(world)
    assert incident["state"] == "open"
    triage.screen()
    triage.decide(*sent)
    async with triage.reading():
        await has_outcomes(world, *sent)
    await triage.rounds(watch, 10)
    [incident] = await system_incidents(world)
    assert incident["state"] == "resolved"


async def test_outcomes_that_dispatch_has_not_read_are_not_lost(world: World, triage: TriageByHand) -> None:
    """While dispatch itself stands still, a P1 says so; once it has read on, nothing is on the list of the lost."""
    sent = heartbeat("slow")
    triage.acknowledge(sent)
    triage.screen()
    triage.decide(sent)
    watch = triage.watch()
    await triage.read_up(watch)
    await triage.rounds(watch, 100)
    [incident] = await system_incidents(world)
    assert await world.rows(tables.differences) == []
    async with triage.reading():
        await has_outcomes(world, sent)
    await triage.rounds(watch, 5)
    [incident] = await system_incidents(world)
    assert incident["state"] == "resolved"
    assert await world.rows(tables.differences) == []


async def test_an_alarm_without_a_card_is_found_after_a_restart(world: World, triage: TriageByHand) -> None:
    """An alarm counted as dealt with that is on no card: told by a process that has only just taken over."""
    alarm = sos("gone")
    triage.acknowledge(alarm)
    triage.screen()
    triage.decide(alarm, what=Outcome.ALARM)
    async with triage.reading():
        await has_outcomes(world, alarm)
        await world.sql("UPDATE dispatch.signal_outcomes SET unclaimed = false")
        first = triage.watch()
        await triage.read_up(first)
        await triage.rounds(first, 20)
        await leases.give_back(world.engine, system_watch.NAME, first._holder)
        second = triage.watch()
        await triage.read_up(second)
        await triage.rounds(second, 60)
    [listed] = await world.rows(tables.differences)
    assert (listed["signal_id"], listed["standing"]) == (alarm.signal_id, "no_incident")
    assert len(await system_incidents(world)) == 1
    await world.urgent(alarm)
    await triage.rounds(second, 5)
    assert (await system_incidents(world))[0]["state"] == "resolved"


async def test_a_dismissed_system_alarm_is_not_opened_again_each_round(world: World, triage: TriageByHand) -> None:
    """The shift lead who has seen it has peace while it goes on."""
    triage.acknowledge(heartbeat("lost"))
    triage.screen()
    watch = triage.watch()
    await triage.read_up(watch)
    await triage.rounds(watch, 60)
    [incident] = await system_incidents(world)
    card = await world.http.get(f"/v1/incidents/{incident['id']}")
    answer = await world.order(incident["id"], "dismiss", {"reason": "known"}, If_Match=card.headers["etag"])
    assert answer.status_code == 200, answer.text
    await triage.rounds(watch, 60)
    await triage.rounds(triage.watch(), 0)
    assert len(await system_incidents(world)) == 1


async def test_many_unread_signals_stay_bounded_in_memory(
    world: World, triage: TriageByHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a limit of 20 a partition, 200 unscreened signals of one device leave at most 30 in memory, and none out."""
    monkeypatch.setattr(signals_tail, "KEPT", 20)
    monkeypatch.setattr(signals_tail, "AT_ONCE", 10)
    sent = [heartbeat("loud") for _ in range(200)]
    triage.acknowledge(*sent)
    watch = triage.watch()

    async def full() -> bool:
        await triage.rounds(watch, 5)
        tail = watch._reconciler._tail
        return tail is not None and tail.waiting >= 20

    await until(full, "the reconciler read nothing")
    tail = watch._reconciler._tail
    assert tail is not None and tail.waiting <= 30
    triage.screen()
    triage.decide(*sent)
    async with triage.reading():
        await has_outcomes(world, *sent)
    await triage.rounds(watch, 100)
    assert tail.waiting == 0
    assert await world.rows(tables.differences) == []


async def test_dead_letters_past_the_limit_raise_a_p1_that_ends(world: World, triage: TriageByHand) -> None:
    """Rule 13: more than sixty in a minute, whoever wrote them; a minute later it is over."""
    watch = triage.watch()
    await triage.rounds(watch, 5)
    triage.bury(61)
    await triage.rounds(watch, 5)
    [incident] = await system_incidents(world)
    assert incident["priority"] == "P1"
    assert "./vigie dead-letters list" in incident["address"]
    await triage.rounds(watch, 70)
    [incident] = await system_incidents(world)
    assert incident["state"] == "resolved"
