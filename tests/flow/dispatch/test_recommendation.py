"""What an operator is told when asking who should go: the same that the automatism would do, with all reasons."""

from typing import Any

import pytest

from schemas.vocabulary.natures import Nature
from services.dispatch.store import tables
from tests.flow.dispatch.builders import PATROLS, signal, sos
from tests.flow.dispatch.world import World

NEAREST, SECOND, THIRD = PATROLS


async def recommendation(world: World, incident: str | None, **query: str) -> dict[str, Any]:
    """The answer, which must be there."""
    answer = await world.http.get(f"/v1/incidents/{incident}/recommendation", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_the_units_are_ranked_with_reasons_and_the_top_three_are_marked(world: World) -> None:
    """An intrusion that waits for its verification: nobody is bound yet, and all three are shown with figures."""
    incident = await world.urgent(signal(Nature.INTRUSION))
    found = await recommendation(world, incident)
    assert [known["unit"] for known in found["ranked"]] == list(PATROLS)
    assert [known["recommended"] for known in found["ranked"]] == [True] * 3
    assert (found["rule"], found["kind"], found["free_slots"]) == ("least_loss_of_coverage", "patrol", 1)
    assert found["travel"] == "straight_line"
    assert found["ranked"][0]["reason_fr"] == "Arrive le premier."
    assert found["ranked"][0]["call_sign"] == NEAREST.upper()
    assert found["ranked"][0]["coverage_loss"] is not None


async def test_who_is_not_proposed_stands_there_with_the_reason(world: World) -> None:
    """Off duty, bound, and without a position: a word and a sentence each."""
    await world.only_units(NEAREST, SECOND)
    bound = await world.urgent(sos("berthe"))
    assert [known["unit"] for known in await world.active(bound)] == [NEAREST]
    incident = await world.urgent(signal(Nature.INTRUSION, "panel-shop"))
    found = await recommendation(world, incident)
    refused = {known["unit"]: (known["reason"], known["reason_en"]) for known in found["refused"]}
    assert refused == {NEAREST: ("occupied", "Engaged elsewhere."), THIRD: ("off_duty", "Off duty.")}
    assert [known["unit"] for known in found["ranked"]] == [SECOND]


async def test_a_diversion_is_shown_with_what_it_gains_and_whom_it_costs(world: World) -> None:
    """The second slot of a life in danger: the unit on its way to an intrusion would be there before the idle one."""
    await world.only_units(THIRD)
    life = await world.urgent(signal(Nature.HOLD_UP, "button", site=None))
    routine = await world.urgent(signal(Nature.INTRUSION))
    await world.sql("UPDATE dispatch.units SET state = 'available' WHERE id IN (:one, :two)", one=NEAREST, two=SECOND)
    await world.order(routine, "assign", {"unit": NEAREST})
    found = await recommendation(world, life)
    assert (found["rule"], found["free_slots"]) == ("fastest_diverted", 1)
    first, second = found["ranked"]
    assert (first["unit"], first["reason"], first["diverts"]) == (NEAREST, "diverted", routine)
    assert (second["unit"], second["reason"]) == (SECOND, "slower")
    assert first["gain_s"] == pytest.approx(second["seconds"] - first["seconds"])
    assert [known["unit"] for known in found["refused"]] == [THIRD]


async def test_asking_changes_nothing_and_following_it_needs_no_reason(world: World) -> None:
    """It takes no lock and leaves no trace; what it puts first may be assigned without saying why, also after a no."""
    incident = await world.urgent(sos("anna"))
    [asked] = await world.active(incident)
    await world.step(asked, "decline")
    [asked] = await world.active(incident)
    await world.step(asked, "decline")
    [asked] = await world.active(incident)
    await world.step(asked, "decline")
    before = await world.rows(tables.events)
    async with world.direct.begin() as holder:
        await holder.execute(tables.incidents.select().with_for_update())
        await holder.execute(tables.units.select().with_for_update())
        found = await recommendation(world, incident)
    assert (found["rule"], [known["unit"] for known in found["ranked"]]) == ("only_declined_left", list(PATROLS))
    best = found["ranked"][0]["unit"]
    assert len(await world.rows(tables.events)) == len(before)
    assert (await world.order(incident, "assign", {"unit": best})).status_code == 200


@pytest.mark.parametrize(
    ("query", "reason"),
    [({"kind": "firefighters"}, "not_by_unit"), ({}, "slots_taken")],
    ids=["partners decide for themselves", "everybody is bound"],
)
async def test_where_nobody_is_to_be_chosen_the_answer_says_why(
    world: World, query: dict[str, str], reason: str
) -> None:
    """409 with the reason and what to do; for an unknown incident 404, for an unknown kind 422."""
    incident = await world.urgent(sos("anna"))
    answer = await world.http.get(f"/v1/incidents/{incident}/recommendation", params=query)
    assert (answer.status_code, answer.json()["reason"]) == (409, reason)
    assert " / " in answer.json()["detail"]
    assert (await world.http.get("/v1/incidents/nobody/recommendation")).status_code == 404
    strange = await world.http.get(f"/v1/incidents/{incident}/recommendation", params={"kind": "strange"})
    assert strange.status_code == 422


async def test_gas_asks_for_no_patrol_and_an_ended_incident_for_nobody(world: World) -> None:
    """The two other ways of having no slot."""
    gas = await world.urgent(signal(Nature.GAS))
    answer = await world.http.get(f"/v1/incidents/{gas}/recommendation")
    assert (answer.status_code, answer.json()["reason"]) == (409, "not_asked_for")
    await world.order(gas, "dismiss", {"reason": "test"})
    answer = await world.http.get(f"/v1/incidents/{gas}/recommendation")
    assert (answer.status_code, answer.json()["reason"]) == (409, "incident_finished")
