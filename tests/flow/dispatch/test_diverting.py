"""A unit on its way to something less urgent is taken for a life in danger; the other is dispatched again at once."""

import asyncio

from sqlalchemy import select, text

from schemas.vocabulary.natures import Nature
from services.dispatch.store import tables
from tests.flow.dispatch.builders import CLOCK, PATROLS, ahead, now, signal, sos
from tests.flow.dispatch.problems import problem
from tests.flow.dispatch.world import World

NEAREST, SECOND, THIRD = PATROLS


async def on_the_way_to_routine(world: World, steps: tuple[str, ...] = ("accept", "en-route")) -> str:
    """An intrusion that was verified, with the nearest unit on its way."""
    routine = await world.urgent(signal(Nature.INTRUSION))
    await world.order(routine, "verify", {"result": "confirmed"})
    [bound] = await world.active(routine)
    assert bound["unit"] == NEAREST
    for step in steps:
        await world.step(bound, step)
    return str(routine)


async def test_the_nearest_unit_is_diverted_and_the_other_incident_gets_another(world: World) -> None:
    """A kilometre against two gains more than 30 s: the unit turns round, the intrusion is offered to the next."""
    routine = await on_the_way_to_routine(world)
    life = await world.urgent(sos("anna"))
    assert [known["unit"] for known in await world.active(life)] == [NEAREST]
    assert [known["unit"] for known in await world.active(routine)] == [SECOND]
    card = await world.card(routine)
    states = {known["unit"]: known["state"] for known in card["assignments"]}
    assert states == {NEAREST: "diverted", SECOND: "offered"}
    [offered] = [e for e in (await world.card(life))["events"] if e["event"] == "unit_offered"]
    assert offered["reason"] == "diverted"
    assert offered["inputs"]["recommendation"]["ranked"][0]["diverts"] == routine
    again = [e for e in (await world.card(routine))["events"] if e["event"] == "unit_offered"][-1]
    assert again["inputs"]["situation"]["incident"]["diversions"] == 1


async def test_the_tablet_learns_that_one_ended_before_the_other_begins(world: World) -> None:
    """On the live stream the diverted assignment comes before the new offer, so that no tablet ever holds two."""
    routine = await on_the_way_to_routine(world)
    life = await world.urgent(sos("anna"))
    shown = [row["data"] for row in await world.rows(select(tables.stream).order_by(tables.stream.c.position))]
    own = [(row["incident_id"], row["state"]) for row in shown if row.get("unit") == NEAREST and "assignment_id" in row]
    told = [known for known in own if known[0] in {routine, life} and known[1] in {"diverted", "offered"}]
    assert told[-2:] == [(routine, "diverted"), (life, "offered")]


async def test_an_incident_loses_its_unit_once(world: World) -> None:
    """The second life in danger gets an idle unit, although the one on its way to the intrusion would be nearer."""
    routine = await on_the_way_to_routine(world)
    await world.urgent(sos("anna"))
    second = await world.urgent(sos("berthe"))
    assert [known["unit"] for known in await world.active(second)] == [THIRD]
    assert [known["unit"] for known in await world.active(routine)] == [SECOND]


async def test_two_slots_and_the_diverted_incident_get_three_units(world: World) -> None:
    """A hold-up asks for two: the diverted unit and the next; the third goes to the incident that lost its unit."""
    routine = await on_the_way_to_routine(world)
    life = await world.urgent(signal(Nature.HOLD_UP, "button", site=None))
    assert sorted(known["unit"] for known in await world.active(life)) == [NEAREST, SECOND]
    assert [known["unit"] for known in await world.active(routine)] == [THIRD]


async def test_a_unit_on_scene_stays(world: World) -> None:
    """Who is at work is not taken away; the next idle unit goes."""
    routine = await on_the_way_to_routine(world, ("accept", "en-route", "on-scene"))
    life = await world.urgent(sos("anna"))
    assert [known["unit"] for known in await world.active(life)] == [SECOND]
    assert [known["unit"] for known in await world.active(routine)] == [NEAREST]


async def test_a_small_gain_diverts_nobody(world: World) -> None:
    """An idle unit stands a hundred metres, some 15 s, behind the one on its way: the idle one goes."""
    behind = {"lat": CLOCK.lat + 1.1 / 111.2, "lon": CLOCK.lon, "at": now().isoformat()}
    assert (await world.http.put(f"/v1/units/{SECOND}/position", json=behind)).status_code == 200
    routine = await on_the_way_to_routine(world)
    life = await world.urgent(sos("anna"))
    assert [known["unit"] for known in await world.active(life)] == [SECOND]
    assert [known["unit"] for known in await world.active(routine)] == [NEAREST]
    [offered] = [e for e in (await world.card(life))["events"] if e["event"] == "unit_offered"]
    refused = {known["unit"]: known["reason"] for known in offered["inputs"]["recommendation"]["refused"]}
    assert refused == {NEAREST: "gain_too_small"}


async def test_without_another_unit_the_diverted_incident_waits_and_is_shown(world: World) -> None:
    """With one unit only, life comes first; the intrusion waits visibly and gets the unit back when it is clear."""
    await world.only_units(NEAREST)
    routine = await on_the_way_to_routine(world)
    life = await world.urgent(sos("anna"))
    assert [known["unit"] for known in await world.active(life)] == [NEAREST]
    card = await world.card(routine)
    assert [(task["kind"], task["state"]) for task in card["tasks"]] == [("patrol", "waiting")]
    assert card["attention"] == "no_unit_free"
    assert (await world.events(routine)).count(("task_waiting", "no_unit_free")) == 1
    [bound] = await world.active(life)
    for step in ("accept", "en-route", "on-scene", "clear"):
        await world.step(bound, step)
    await world.timers.round()
    assert [known["unit"] for known in await world.active(routine)] == [NEAREST]


async def test_an_operator_orders_the_diversion(world: World) -> None:
    """A life under a silence waits for him: the unit that he names turns round, its incident gets another at once."""
    routine = await on_the_way_to_routine(world)
    silence = {"scope": "sector:middle", "reason": "works", "ends_at": ahead(hours=1)}
    await world.http.post("/v1/silences", json=silence)
    life = await world.urgent(sos("anna"))
    assert await world.active(life) == []
    unknown = problem(await world.order(life, "assign", {"unit": "ghost"}), 409, "unit-refused")
    assert (unknown["reason"], "no such patrol" in unknown["detail"]) == ("unknown_unit", True)
    assert (await world.order(life, "assign", {"unit": NEAREST})).status_code == 200
    assert [known["unit"] for known in await world.active(life)] == [NEAREST]
    assert [known["unit"] for known in await world.active(routine)] == [SECOND]
    reasons = [e["reason"] for e in (await world.card(life))["events"] if e["event"] == "unit_offered"]
    assert reasons == ["operator"]


async def test_an_operator_cannot_divert_whom_somebody_decides_about(world: World) -> None:
    """Its incident is locked elsewhere: refused with words instead of waiting against the order of locks."""
    routine = await on_the_way_to_routine(world)
    silence = {"scope": "sector:middle", "reason": "works", "ends_at": ahead(hours=1)}
    await world.http.post("/v1/silences", json=silence)
    life = await world.urgent(sos("anna"))
    async with world.direct.begin() as holder:
        await holder.execute(text("SELECT 1 FROM dispatch.incidents WHERE id = :id FOR UPDATE"), {"id": routine})
        refused = problem(await world.order(life, "assign", {"unit": NEAREST}), 409, "unit-refused")
    assert (refused["reason"], "Engaged elsewhere" in refused["detail"]) == ("occupied", True)
    assert [known["unit"] for known in await world.active(routine)] == [NEAREST]


async def test_two_lives_at_once_divert_one_unit_each_and_nobody_twice(world: World) -> None:
    """Races: however the two alarms interleave, no unit has two active assignments and nobody is left without one."""
    routine = await on_the_way_to_routine(world)
    lives = await asyncio.gather(world.urgent(sos("anna")), world.urgent(sos("berthe")))
    sent = [known["unit"] for life in lives for known in await world.active(life)]
    rest = [known["unit"] for known in await world.active(routine)]
    assert len(sent) == 2
    assert sorted({*sent, *rest}) == sorted(PATROLS)


async def test_two_slots_do_not_take_both_units_of_one_incident(world: World) -> None:
    """A hold-up asks for two while two are on their way to an intrusion: one turns round, the idle third goes too."""
    routine = await on_the_way_to_routine(world)
    await world.urgent(signal(Nature.INTRUSION, "sensor-2", site="school"))
    assert sorted(known["unit"] for known in await world.active(routine)) == [NEAREST, SECOND]
    life = await world.urgent(signal(Nature.HOLD_UP, "button", site=None))
    assert sorted(known["unit"] for known in await world.active(life)) == [NEAREST, THIRD]
    assert [known["unit"] for known in await world.active(routine)] == [SECOND]
