"""A varied evening, driven by the real actions over a real PostgreSQL, and evaluated again."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from schemas.pack.pack import CityPack
from schemas.pack.responders import Escalation, Responder, RunCard
from schemas.vocabulary.dispatching import Engagement, ResponderKind
from schemas.vocabulary.natures import Nature, Priority
from schemas.vocabulary.signals import Phase
from services.dispatch.domain.replaying import Aspect, Finding, Kind, Obstacle, Tally
from services.dispatch.replay import NotReadable, Period, UnknownIncident, replay
from services.dispatch.store import tables
from tests.flow.dispatch.builders import CENTRE, PATROLS, card, city, now, signal, sos
from tests.flow.dispatch.world import World

NEAREST, SECOND, THIRD = PATROLS
HOUR = timedelta(hours=1)


def different(findings: list[Finding]) -> list[Finding]:
    """Those that differ."""
    return [finding for finding in findings if finding.differences]


def aspects(finding: Finding) -> dict[Aspect, tuple[Any, Any]]:
    """Recorded and evaluated, by aspect."""
    return {each.aspect: (each.recorded, each.evaluated) for each in finding.differences}


async def bound(world: World, incident: str | None) -> Any:
    """The one active assignment of an incident."""
    [active] = await world.active(incident)
    return active


async def a_fire_seen_by_three(world: World) -> str | None:
    """A detector, another one, and a person: one incident, one patrol, the firefighters."""
    fire = await world.urgent(signal(Nature.FIRE))
    for detector in ("detector-2", "detector-3"):
        assert await world.urgent(signal(Nature.FIRE, detector, site="school")) == fire
    await world.step(await bound(world, fire), "accept", "en-route", "on-scene")
    return fire


async def an_intrusion_that_loses_its_unit(world: World) -> tuple[str | None, str | None]:
    """Verified, declined by one, offered to the next, who is diverted to a moving SOS."""
    intrusion = await world.urgent(signal(Nature.INTRUSION, "panel-shop"))
    await world.order(intrusion, "verify", {"result": "confirmed"})
    await world.step(await bound(world, intrusion), "decline")
    await world.step(await bound(world, intrusion), "accept", "en-route")
    moving = sos("anna")
    life = await world.urgent(moving)
    for step in (1, 2):
        where = moving.position.model_copy(update={"lat": 49.12 + step / 500}) if moving.position else None
        await world.urgent(sos("anna", Phase.UPDATE, position=where))
    return intrusion, life


async def unanswered_and_nobody_left(world: World, incident: str | None) -> None:
    """An offer runs out, nobody else is there; later somebody is free and is offered the waiting task."""
    for offered in await world.active(incident):
        await world.age_offer(offered)
    await world.timers.round()


async def two_that_prove_to_be_one(world: World) -> str:
    """Correlation joins a panic button to the SOS; an operator takes a third alarm out of it again."""
    first, second, third = sos("berthe"), signal(Nature.PANIC, "button"), signal(Nature.PERSON_DETECTED, "camera")
    one = await world.urgent(first)
    await world.urgent(second)
    for revision, of in enumerate((first, second, third), start=1):
        await world.situation("s1", of, revision=revision, sources=revision, total=revision)
    kept = next(row["merged_into"] or one for row in await world.rows(tables.incidents) if row["id"] == one)
    await world.order(kept, "split", {"signals": [third.signal_id]}, x_actor="op-1")
    return str(kept)


async def an_override(world: World) -> None:
    """The operator sends the last unit instead of the recommended one, and says why; then asks for another."""
    seen = await world.urgent(signal(Nature.DISTURBANCE, "street", site=None))
    answer = await world.order(seen, "assign", {"unit": THIRD, "reason": "knows the place"}, x_actor="op-1")
    assert answer.status_code == 200, answer.text
    await world.order(seen, "backup", {"count": 1}, x_actor="op-1")
    await all_clear(world, seen)


async def all_clear(world: World, *incidents: str | None) -> None:
    """Whoever is on these has done what there was to do."""
    for incident in incidents:
        for active in await world.active(incident):
            await world.step(active, "accept", "en-route", "on-scene", "clear")


def stage(**cards: RunCard) -> CityPack:
    """The small city whose fires escalate, with these run cards instead of its own of the same id."""
    more = Escalation(name_fr="renfort", name_en="backup", responders=(Responder(kind=ResponderKind.PATROL),))
    fires = {"fire": next(known for known in city().run_cards if known.id == "fire")}
    fires["fire"] = fires["fire"].model_copy(update={"escalation": (more,)})
    return city(run_cards=tuple((fires | cards).get(known.id, known) for known in city().run_cards))


async def evening(world: World) -> None:
    """Everything that a decision can be about, and what people do in between."""
    await world.apply(stage())
    await an_override(world)
    fire = await a_fire_seen_by_three(world)
    intrusion, life = await an_intrusion_that_loses_its_unit(world)
    await unanswered_and_nobody_left(world, life)
    await two_that_prove_to_be_one(world)
    await all_clear(world, fire, intrusion, life)
    await world.timers.round()
    other = await world.urgent(signal(Nature.FIRE, "detector-9", site="shop"))
    assert (await world.order(other, "escalate", {})).status_code == 200
    silence = {"centre": CENTRE, "scope": "site:shop", "ends_at": (now() + HOUR).isoformat(), "reason": "works"}
    await world.http.post("/v1/silences", json=silence)
    await world.urgent(signal(Nature.HOLD_UP, "till", site="shop"))
    await world.urgent(signal(Nature.GAS, "kitchen", site="school"))
    await world.http.post(f"/v1/units/{THIRD}/distress", json={})
    await world.timers.round()


async def test_an_evening_replayed_with_nothing_changed_shows_no_difference(world: World) -> None:
    """The promise: every decision is evaluated again from its own inputs, and none is another one."""
    await evening(world)
    findings = await world.replayed()
    assert [(f.record.event, f.differences) for f in different(findings)] == []
    assert [(f.record.event, f.obstacle) for f in findings if f.obstacle] == []
    found = Counter(finding.kind for finding in findings)
    assert {Kind.RUN_CARD, Kind.JOINING, Kind.MERGING, Kind.UNIT} <= found.keys(), found
    events = Counter(finding.record.event for finding in findings)
    expected = {"opened", "signal_linked", "unit_offered", "merged", "split", "task_waiting", "escalated"}
    assert expected <= events.keys(), events
    reasons = {finding.record.reason for finding in findings}
    assert {"diverted", "operator_override", "same_site_and_nature", "same_situation", "silenced_urgent"} <= reasons


async def test_a_changed_run_card_shows_exactly_what_it_changes(world: World) -> None:
    """The intrusion's card becomes an automatic P1 for two patrols with a tighter target; nothing else differs."""
    await evening(world)
    two = (Responder(kind=ResponderKind.PATROL, count=2),)
    urgent = card("intrusion", Nature.INTRUSION, priority=Priority.P1, responders=two, target_s=300)
    findings = await world.replayed(changed=stage(intrusion=urgent))
    found = different(findings)
    [intrusion] = [row["id"] for row in await world.rows(tables.incidents) if row["nature"] == "intrusion"]
    assert {finding.record.incident for finding in found} == {intrusion}
    opened, *offers = found
    assert aspects(opened) == {
        Aspect.PRIORITY: ("P2", "P1"),
        Aspect.ENGAGEMENT: (False, True),
        Aspect.GROUND: ("verify_first", "card_automatic"),
        Aspect.RESPONDERS: (1, 2),
        Aspect.TARGET: (600, 300),
    }
    assert offers
    for offered in offers:
        assert offered.kind is Kind.UNIT
        assert aspects(offered)[Aspect.RULE][1] in {"fastest", "fastest_diverted", "only_declined_left", "no_unit"}


async def test_a_changed_pack_of_another_centre_changes_nothing(world: World) -> None:
    """Its run cards are those of its own centre."""
    await world.urgent(signal(Nature.FIRE))
    other = city()
    elsewhere = other.model_copy(update={"centre": other.centre.model_copy(update={"code": "31555"}), "run_cards": ()})
    assert different(await world.replayed(changed=elsewhere)) == []


async def test_a_period_that_begins_in_the_midst_of_an_incident(world: World) -> None:
    """The run card was taken before the period: what it changes still reaches the decisions within it."""
    intrusion = await world.urgent(signal(Nature.DISTURBANCE, "street", site=None))
    begin = await _clock(world)
    await world.order(intrusion, "verify", {"result": "confirmed"})
    seen = next(known for known in city().run_cards if known.id == "seen")
    urgent = seen.model_copy(update={"priority": Priority.P1, "engagement": Engagement.AUTOMATIC})
    findings = await world.replayed(Period(begin, now() + HOUR), stage(seen=urgent))
    assert Kind.RUN_CARD not in {finding.kind for finding in findings}
    [offered] = different(findings)
    assert aspects(offered)[Aspect.RULE][1] == "fastest"


async def _clock(world: World) -> datetime:
    [last] = await world.rows(select(tables.events.c.at).order_by(tables.events.c.at.desc()).limit(1))
    at: datetime = last["at"]
    return at + timedelta(microseconds=1)


async def test_one_incident_alone(world: World) -> None:
    """Only its decisions; one that nobody knows is told from one without decisions."""
    fire, life = await world.urgent(signal(Nature.FIRE)), await world.urgent(sos("anna"))
    begin, end = now() - HOUR, now() + HOUR
    found = await world.replayed(Period(begin, end, fire))
    assert {finding.record.incident for finding in found} == {fire}
    assert await world.replayed(Period(end, end + HOUR, life)) == []
    with pytest.raises(UnknownIncident):
        await world.replayed(Period(begin, end, "nope"))


async def test_damaged_and_old_records_are_reported_and_the_rest_is_evaluated(world: World) -> None:
    """One event lost its inputs, one bears a form of the future, one is not even an object."""
    incidents = [await world.urgent(sos(name)) for name in ("anna", "berthe", "chloe", "dora")]
    wrong = ("'{}'", """jsonb_set(inputs, '{situation,form}', '99')""", "'[1]'")
    for incident, inputs in zip(incidents, wrong, strict=False):
        statement = f"UPDATE dispatch.events SET inputs = {inputs} WHERE incident_id = :id AND event = 'unit_offered'"
        await world.sql(statement, id=incident)
    world.damaged = True
    findings = await world.replayed()
    tally = Tally()
    for finding in findings:
        tally.add(finding)
    assert tally.obstacles == {(Kind.UNIT, Obstacle.NO_INPUTS): 2, (Kind.UNIT, Obstacle.UNKNOWN_FORM): 1}
    assert tally.different.total() == 0
    assert tally.same[Kind.RUN_CARD] == 4


async def test_replay_writes_nothing_and_a_wrong_database_is_named(world: World) -> None:
    """It reads in a read-only snapshot; without dispatch's tables or without PostgreSQL it says so."""
    await world.urgent(signal(Nature.FIRE))
    before = await world.rows(tables.stream_head)
    await world.replayed()
    assert await world.rows(tables.stream_head) == before
    for url in (world.url.rsplit("/", 1)[0] + "/postgres", "postgresql://nobody@127.0.0.1:9/none"):
        with pytest.raises(NotReadable):
            await asyncio.to_thread(list, replay(url, Period(now() - HOUR, now())))
