"""A backlog: several incidents wait and units become free; they are shared out together, and that can be explained."""

import asyncio
import json
from itertools import permutations
from typing import Any

from sqlalchemy import select, text

from schemas.vocabulary.natures import Nature
from schemas.wire import Position
from services.dispatch.domain.recommending import match
from services.dispatch.domain.recommending.recording_backlog import backlog_from_inputs
from services.dispatch.store import tables
from tests.flow.dispatch.builders import CLOCK, PATROLS, signal, sos
from tests.flow.dispatch.world import World

NEAREST, SECOND, THIRD = PATROLS


def north(km: float) -> Position:
    """A place so many kilometres north of everything; the patrols stand at 1, 2 and 3."""
    return Position(lat=CLOCK.lat + km / 111.2, lon=CLOCK.lon)


async def on_duty(world: World, *names: str) -> None:
    """These come on duty, by their own word."""
    for name in names:
        answer = await world.http.put(f"/v1/units/{name}/status", json={"state": "available"})
        assert answer.status_code == 200, answer.text


async def waiting_lives(world: World, **kilometres: float) -> dict[str, str]:
    """An SOS at each of these places while nobody is on duty; incidents by their names."""
    await world.only_units()
    return {
        name: str(await world.urgent(sos(name, position=north(kilometre)))) for name, kilometre in kilometres.items()
    }


async def sent(world: World, incidents: dict[str, str]) -> dict[str, str]:
    """Who is bound to which of them, by name."""
    return {name: known["unit"] for name, incident in incidents.items() for known in await world.active(incident)}


async def offers(world: World, incident: str) -> list[dict[str, Any]]:
    """The events of its offers."""
    return [known for known in (await world.card(incident))["events"] if known["event"] == "unit_offered"]


async def test_four_incidents_and_three_units_get_the_cheapest_matching(world: World) -> None:
    """The oldest does not take the unit that the second cannot do without; no other sharing takes fewer seconds."""
    lives = await waiting_lives(world, anna=1.4, berthe=0.0, claire=3.2, diane=9.0)
    await on_duty(world, *PATROLS)
    await world.timers.round()
    assert await sent(world, lives) == {"anna": SECOND, "berthe": NEAREST, "claire": THIRD}
    [decision] = await world.rows(tables.decisions)
    seconds = {s.incident.id: s.seconds for s in backlog_from_inputs(decision["inputs"]["backlog"]).situations}
    chosen = {lives[name]: unit for name, unit in (await sent(world, lives)).items()}
    cheapest = min(
        sum(seconds[incident][unit] for incident, unit in zip(three, PATROLS, strict=True))
        for three in permutations(lives.values(), 3)
    )
    assert sum(seconds[incident][unit] for incident, unit in chosen.items()) == cheapest
    assert (await world.card(lives["diane"]))["attention"] == "no_unit_free"


async def test_what_was_decided_comes_out_again_from_what_is_recorded(world: World) -> None:
    """Rule 15: each offer names the one decision that holds all inputs; matched again it gives the same pairs."""
    lives = await waiting_lives(world, anna=1.4, berthe=0.0, claire=3.2)
    await on_duty(world, *PATROLS)
    await world.timers.round()
    [decision] = await world.rows(tables.decisions)
    assert decision["kind"] == "backlog"
    again = match(backlog_from_inputs(json.loads(json.dumps(decision["inputs"]["backlog"]))))
    pairs = {pair.incident: pair.unit for pair in again.pairs}
    for incident in lives.values():
        [offered] = await offers(world, incident)
        assert offered["reason"] == "matched"
        assert offered["inputs"]["decision"] == decision["id"]
        assert offered["inputs"]["recommended"] == offered["detail"]["unit"] == pairs[incident]
        assert set(offered["inputs"]) == {"clock", "pack_version", "travel", "decision", "recommended"}


async def test_a_life_in_a_backlog_turns_a_unit_round_and_the_other_incident_joins_the_next_round(
    world: World,
) -> None:
    """An operator sent the nearest to an intrusion; two lives wait. It turns round, the intrusion gets another."""
    lives = await waiting_lives(world, anna=0.0, berthe=0.0)
    routine = str(await world.urgent(signal(Nature.INTRUSION)))
    await on_duty(world, *PATROLS)
    await world.order(routine, "assign", {"unit": NEAREST})
    [bound] = await world.active(routine)
    await world.step(bound, "accept", "en-route")
    await world.timers.round()
    assert await sent(world, lives) == {"anna": NEAREST, "berthe": SECOND}
    assert [known["unit"] for known in await world.active(routine)] == [THIRD]
    [offered] = await offers(world, lives["anna"])
    assert offered["reason"] == "diverted"
    states = {known["unit"]: known["state"] for known in (await world.card(routine))["assignments"]}
    assert states == {NEAREST: "diverted", THIRD: "offered"}


async def test_who_lost_its_unit_and_finds_none_waits_visibly(world: World) -> None:
    """Two lives and two units, one of them on its way to an intrusion: the intrusion waits, and says so."""
    lives = await waiting_lives(world, anna=0.0, berthe=0.0)
    routine = str(await world.urgent(signal(Nature.INTRUSION)))
    await on_duty(world, NEAREST, SECOND)
    await world.order(routine, "assign", {"unit": NEAREST})
    [bound] = await world.active(routine)
    await world.step(bound, "accept", "en-route")
    await world.timers.round()
    assert sorted((await sent(world, lives)).values()) == [NEAREST, SECOND]
    card = await world.card(routine)
    assert [(task["state"], card["attention"]) for task in card["tasks"]] == [("waiting", "no_unit_free")]
    shortage = ("task_waiting", "no_unit_free")
    assert (await world.events(routine)).count(shortage) == 1
    await world.timers.round()
    assert (await world.events(routine)).count(shortage) == 1


async def test_what_a_life_needs_is_not_given_away_in_a_first_round(world: World) -> None:
    """A hold-up asks for two units, an older intrusion for two: with two units all go to the hold-up."""
    await world.only_units()
    routine = str(await world.urgent(signal(Nature.INTRUSION)))
    await world.order(routine, "verify", {"result": "confirmed"})
    life = str(await world.urgent(signal(Nature.HOLD_UP, "button", site=None)))
    await on_duty(world, NEAREST, THIRD)
    await world.timers.round()
    assert sorted(known["unit"] for known in await world.active(life)) == [NEAREST, THIRD]
    assert await world.active(routine) == []


async def test_a_unit_that_let_the_offer_lapse_goes_to_the_other_incident(world: World) -> None:
    """It is not asked again for the same thing at once, though that waits longer."""
    lives = await waiting_lives(world, anna=1.0)
    await on_duty(world, NEAREST)
    await world.timers.round()
    [first] = await world.active(lives["anna"])
    await world.age_offer(first)
    await world.timers.round()
    assert (await world.card(lives["anna"]))["attention"] == "no_unit_left"
    await world.sql("UPDATE dispatch.units SET state = 'off_duty' WHERE id = :unit", unit=NEAREST)
    lives["berthe"] = str(await world.urgent(sos("berthe", position=north(9.0))))
    await on_duty(world, NEAREST)
    await world.timers.round()
    assert await sent(world, lives) == {"berthe": NEAREST}


async def test_units_whose_position_nobody_knows_are_sent_last_of_all(world: World) -> None:
    """Better blindly than not at all, in a backlog as for one: the known one is matched, the other sent blindly."""
    lives = await waiting_lives(world, anna=0.0, berthe=5.0)
    await world.sql("DELETE FROM dispatch.unit_positions WHERE unit_id = :unit", unit=NEAREST)
    await on_duty(world, NEAREST, SECOND)
    await world.timers.round()
    reasons = {known["unit"]: known["reason"] for one in lives.values() for known in await world.active(one)}
    assert reasons == {SECOND: "matched", NEAREST: "position_unknown"}


async def test_an_incident_that_somebody_decides_about_holds_up_no_other(world: World) -> None:
    """Its lock is held elsewhere: it is left out of this round and served in the next."""
    lives = await waiting_lives(world, anna=1.4, berthe=0.0, claire=3.2)
    await on_duty(world, *PATROLS)
    async with world.direct.begin() as holder:
        lock = text("SELECT 1 FROM dispatch.incidents WHERE id = :id FOR UPDATE")
        await holder.execute(lock, {"id": lives["berthe"]})
        await asyncio.wait_for(world.timers.round(), 5)
        assert set(await sent(world, lives)) == {"anna", "claire"}
    await world.timers.round()
    assert set(await sent(world, lives)) == {"anna", "berthe", "claire"}


async def test_two_processes_match_the_same_backlog_and_nobody_is_sent_twice(world: World) -> None:
    """Races: whichever takes the locks, each unit is offered once, and every decision that stands was followed."""
    lives = await waiting_lives(world, **{f"p{number}": float(number) for number in range(6)})
    await on_duty(world, *PATROLS)
    await asyncio.gather(*(world.timers.round() for _ in range(3)))
    await world.invariants()
    assert sorted((await sent(world, lives)).values()) == sorted(PATROLS)
    offered = [known["inputs"] for known in await world.rows(select(tables.events)) if known["event"] == "unit_offered"]
    named = {known["decision"] for known in offered if "decision" in known}
    assert named == {known["id"] for known in await world.rows(tables.decisions)}
