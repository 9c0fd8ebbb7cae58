"""Relief: a unit that becomes free and would be there clearly sooner goes instead of the one on its way to a life."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from schemas.vocabulary.natures import Nature
from services.dispatch.actions import relieving, reporting
from services.dispatch.domain.assignment import Step
from services.dispatch.domain.recommending import relief
from services.dispatch.domain.recommending.recording import from_inputs
from services.dispatch.store import tables
from services.dispatch.timers import Timers
from tests.flow.dispatch.builders import CLOCK, PATROLS, now, signal, sos
from tests.flow.dispatch.world import World

NEAREST, SECOND, THIRD = PATROLS


async def on_duty(world: World, name: str, km: float | None = None) -> None:
    """The unit comes on duty, at `km` kilometres from everything where that is given."""
    if km is not None:
        place = {"lat": CLOCK.lat + km / 111.2, "lon": CLOCK.lon, "at": now().isoformat()}
        assert (await world.http.put(f"/v1/units/{name}/position", json=place)).status_code == 200
    assert (await world.http.put(f"/v1/units/{name}/status", json={"state": "available"})).status_code == 200


async def second_on_its_way(world: World, *steps: str) -> tuple[str, dict[str, Any]]:
    """A life in danger while only the second is on duty: it is sent, and reports these steps."""
    await world.only_units(SECOND)
    life = str(await world.urgent(sos("anna")))
    [bound] = await world.active(life)
    assert bound["unit"] == SECOND
    for step in steps:
        await world.step(bound, step)
    return life, bound


async def bound_units(world: World, incident: str) -> list[str]:
    """Who is bound to it."""
    return [known["unit"] for known in await world.active(incident)]


@pytest.mark.parametrize("steps", [(), ("accept",), ("accept", "en-route")], ids=["offered", "accepted", "en route"])
async def test_a_unit_that_becomes_free_relieves_the_one_on_its_way(world: World, steps: tuple[str, ...]) -> None:
    """A kilometre instead of two: the nearer is offered the same slot, the other is stood down and free."""
    life, bound = await second_on_its_way(world, *steps)
    await on_duty(world, NEAREST)
    await world.timers.round()
    [sent] = await world.active(life)
    assert (sent["unit"], sent["slot"], sent["reason"]) == (NEAREST, bound["slot"], "relieves")
    [before] = [known for known in (await world.card(life))["assignments"] if known["unit"] == SECOND]
    assert (before["state"], before["reason"]) == ("cancelled", "relieved")
    states = {known["unit"]: known["state"] for known in (await world.http.get("/v1/units")).json()}
    assert (states[NEAREST], states[SECOND]) == ("assigned", "available")
    shown = [row["data"] for row in await world.rows(select(tables.stream).order_by(tables.stream.c.position))]
    told = [(row["unit"], row["state"]) for row in shown if "assignment_id" in row]
    assert told[-2:] == [(SECOND, "cancelled"), (NEAREST, "offered")]


async def test_what_was_decided_comes_out_again_from_what_is_recorded(world: World) -> None:
    """Rule 15: the event of the relief carries all inputs, that of the offer names it."""
    life, _ = await second_on_its_way(world, "accept", "en-route")
    await on_duty(world, NEAREST)
    await world.timers.round()
    events = (await world.card(life))["events"]
    [relieved] = [known for known in events if known["event"] == "relieved"]
    inputs, detail = relieved["inputs"], relieved["detail"]
    again = relief(from_inputs(inputs["situation"]), inputs["on_its_way"])
    assert again is not None
    assert (again.stand_down, again.send, again.gain_s) == (SECOND, NEAREST, detail["gain_s"])
    offered = [known for known in events if known["event"] == "unit_offered"][-1]
    assert offered["inputs"]["relieved_in_version"] == relieved["version"]
    assert "situation" not in offered["inputs"]


async def test_units_do_not_take_turns(world: World) -> None:
    """An incident's unit is relieved once: the third, nearer still, stays free; that is counted from what is stored."""
    life, _ = await second_on_its_way(world)
    await on_duty(world, NEAREST)
    await world.timers.round()
    await on_duty(world, THIRD, km=0.0)
    await world.timers.round()
    assert await bound_units(world, life) == [NEAREST]
    assert [event for event, _ in await world.events(life)].count("relieved") == 1


async def test_a_small_gain_relieves_nobody(world: World) -> None:
    """Two hundred metres nearer, under 30 s: nothing is worth turning a car round."""
    life, _ = await second_on_its_way(world)
    await on_duty(world, NEAREST, km=1.8)
    await world.timers.round()
    assert await bound_units(world, life) == [SECOND]


async def test_a_unit_that_was_free_all_along_relieves_nobody(world: World) -> None:
    """Only who becomes free: the choice made among the free ones stands."""
    life, _ = await second_on_its_way(world)
    await on_duty(world, NEAREST)
    await world.sql("UPDATE dispatch.units SET state_since = state_since - interval '1 hour'")
    await world.timers.round()
    assert await bound_units(world, life) == [SECOND]


async def test_a_unit_that_clears_relieves_too(world: World) -> None:
    """Becoming free by the end of a mission counts like coming on duty."""
    await world.only_units(NEAREST)
    other = str(await world.urgent(sos("berthe")))
    [first] = await world.active(other)
    await world.step(first, "accept", "en-route", "on-scene")
    await on_duty(world, SECOND)
    life = str(await world.urgent(sos("anna")))
    assert await bound_units(world, life) == [SECOND]
    await world.step(first, "clear")
    await world.timers.round()
    assert await bound_units(world, life) == [NEAREST]


async def test_whom_a_person_chose_is_not_relieved(world: World) -> None:
    """An operator sent the farther one, with a reason: that is not undone by itself."""
    await world.only_units()
    life = str(await world.urgent(sos("anna")))
    await on_duty(world, SECOND)
    assert (await world.order(life, "assign", {"unit": SECOND, "reason": "knows her"})).status_code == 200
    await on_duty(world, NEAREST)
    await world.timers.round()
    assert await bound_units(world, life) == [SECOND]


async def test_what_an_operator_confirmed_is_not_changed_by_itself(world: World) -> None:
    """Only automatic engagements are: an intrusion that was verified keeps its unit, also when its card says P1."""
    await world.only_units(SECOND)
    routine = str(await world.urgent(signal(Nature.INTRUSION)))
    await world.order(routine, "verify", {"result": "confirmed"})
    await world.sql("UPDATE dispatch.incidents SET priority = 'P1'")
    await on_duty(world, NEAREST)
    await world.timers.round()
    assert await bound_units(world, routine) == [SECOND]


async def test_a_centre_may_do_without_relief(world: World) -> None:
    """The setting switches it off."""
    life, _ = await second_on_its_way(world)
    await on_duty(world, NEAREST)
    settings = world.settings.model_copy(update={"dispatch_relief": False})
    await Timers(world.engine, world.library, settings).round()
    assert await bound_units(world, life) == [SECOND]


async def test_a_unit_on_scene_is_not_relieved(world: World) -> None:
    """Who is there stays."""
    life, _ = await second_on_its_way(world, "accept", "en-route", "on-scene")
    await on_duty(world, NEAREST)
    assert not await world.do(lambda work: relieving.relieve(work, life, world.times.offer))
    assert await bound_units(world, life) == [SECOND]


@pytest.mark.parametrize("seed", range(6))
async def test_arriving_while_being_relieved(world: World, seed: int) -> None:
    """Races: whichever takes the incident first counts; nobody is stood down who is there, and one unit is bound."""
    life, bound = await second_on_its_way(world, "accept", "en-route")
    await on_duty(world, NEAREST)
    offer, identifier, epoch = world.times.offer, bound["assignment_id"], bound["epoch"]
    racers = [
        world.do(
            lambda work: reporting.report(
                work, identifier, Step.ON_SCENE, epoch, None, offer, world.settings.welfare_after
            )
        ),
        world.do(lambda work: relieving.relieve(work, life, offer)),
        world.timers.round(),
    ]
    await asyncio.gather(*(racers[seed % 3 :] + racers[: seed % 3]))
    card = await world.card(life)
    states = {known["unit"]: known["state"] for known in card["assignments"]}
    assert states in ({SECOND: "on_scene"}, {SECOND: "cancelled", NEAREST: "offered"})
    late = [known["reason"] for known in card["late_reports"]]
    assert late == ([] if states[SECOND] == "on_scene" else ["assignment_ended"])
