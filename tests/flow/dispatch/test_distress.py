"""An officer in distress outranks everything."""

from typing import Any

from schemas.vocabulary.natures import Nature
from tests.flow.dispatch.builders import CENTRE, PATROLS, ago, card, city, patrol, signal, sos
from tests.flow.dispatch.problems import problem
from tests.flow.dispatch.world import World

FIRST, SECOND, THIRD = PATROLS


async def press(world: World, unit: str = FIRST, **body: Any) -> str:
    """The long press on a tablet; the incident."""
    answer = await world.http.post(f"/v1/units/{unit}/distress", json=body)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["incident_id"])


async def routine(world: World, device: str, *steps: str) -> str:
    """A disturbance that was verified, with a unit on its way."""
    incident = str(await world.urgent(signal(Nature.DISTURBANCE, device, site=None)))
    await world.order(incident, "verify", {"result": "confirmed"})
    [bound] = await world.active(incident)
    for step in steps:
        await world.step(bound, step)
    return incident


async def test_the_nearest_two_come_also_by_turning_round(world: World) -> None:
    """All others are on their way to disturbances: both turn round, and what they leave waits, visibly."""
    left = [await routine(world, device, "accept", "en-route") for device in ("camera", "camera-2", "camera-3")]
    assert [known["unit"] for incident in left for known in await world.active(incident)] == [FIRST, SECOND, THIRD]
    incident = await press(world)
    assert [known["unit"] for known in await world.active(incident)] == [SECOND, THIRD]
    assert [known["unit"] for known in await world.active(left[0])] == [FIRST]
    assert [(await world.card(known))["attention"] for known in left[1:]] == ["no_unit_free"] * 2


async def test_an_officer_in_distress_is_sent_nowhere_else(world: World) -> None:
    """The nearest unit calls for help: a later SOS beside it goes to another, until its call is over."""
    await world.apply(city(units=(*(patrol(name, n) for n, name in enumerate((*PATROLS, "pm-4"), start=1)),)))
    incident = await press(world)
    assert (await units(world))[FIRST]["in_distress"]
    other = await world.urgent(sos("anna"))
    assert [known["unit"] for known in await world.active(other)] == ["pm-4"]
    await world.order(incident, "dismiss", {"reason": "pressed by mistake"})
    assert not (await units(world))[FIRST]["in_distress"]
    [bound] = await world.active(await world.urgent(sos("berthe")))
    assert bound["unit"] == FIRST


async def units(world: World) -> dict[str, dict[str, Any]]:
    """Units as the console sees them."""
    return {known["unit"]: known for known in (await world.http.get("/v1/units")).json()}


async def test_a_bound_officer_in_distress_is_not_turned_round_to_another_life(world: World) -> None:
    """On its way to a disturbance and in distress: an SOS leaves it alone."""
    bound = await routine(world, "camera", "accept", "en-route")
    await press(world)
    other = await world.urgent(sos("anna"))
    assert await world.active(other) == []
    assert [known["unit"] for known in await world.active(bound)] == [FIRST]


async def test_pressing_again_joins_moves_the_card_and_engages_nobody_twice(world: World) -> None:
    """The officer ran on: one incident, the newest place, the same two units."""
    first = await press(world, lat=49.10, lon=6.10)
    sent = [known["assignment_id"] for known in await world.active(first)]
    assert await press(world, lat=49.11, lon=6.11) == first
    held = await world.card(first)
    assert (held["position"]["lat"], held["signals"]) == (49.11, 2)
    assert [known["assignment_id"] for known in await world.active(first)] == sent


async def test_no_silence_and_no_card_holds_it_up(world: World) -> None:
    """The sector is silenced and the pack asks for confirmation: two units are offered it all the same."""
    body = {"scope": "sector:middle", "reason": "works", "ends_at": ago(hours=-1).isoformat()}
    assert (await world.http.post("/v1/silences", json=body | {"centre": CENTRE})).status_code == 201
    slow = card("distress", Nature.OFFICER_DISTRESS, priority="P3", engagement="operator_confirmed", verify_first=True)
    await world.apply(city(run_cards=(slow,)))
    incident = await press(world)
    held = await world.card(incident)
    assert (held["priority"], held["verify_first"], held["engagement"]) == ("P1", False, "automatic")
    assert [known["unit"] for known in await world.active(incident)] == [SECOND, THIRD]


async def test_it_is_first_in_the_queue_for_a_unit_that_becomes_free(world: World) -> None:
    """An older P1 waits for the same unit."""
    await world.only_units()
    older = await world.urgent(sos("anna"))
    incident = await press(world)
    await world.http.put(f"/v1/units/{SECOND}/status", json={"state": "available"})
    await world.timers.round()
    assert [known["unit"] for known in await world.active(incident)] == [SECOND]
    assert await world.active(older) == []


async def test_it_is_first_in_the_list_sorted_by_urgency(world: World) -> None:
    """Before an older P1, which comes before an older P3; pages belong to the newest-first order."""
    third, first = await routine(world, "camera"), await world.urgent(sos("anna"))
    distress = await press(world)
    await world.urgent(sos("berthe"))
    found = (await world.http.get("/v1/incidents", params={"order": "urgency"})).json()
    ids = [known["incident_id"] for known in found]
    assert (ids[:2], ids[-1]) == ([distress, first], third)
    newest = (await world.http.get("/v1/incidents")).json()
    assert [known["opened_at"] for known in newest] == sorted((k["opened_at"] for k in newest), reverse=True)
    both = await world.http.get("/v1/incidents", params={"order": "urgency", "before": third})
    problem(both, 422, "before-needs-newest")
