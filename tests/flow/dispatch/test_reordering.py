"""Orders beyond the run card: standing down, replacing, handing over and ordering work by an operator's word."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from schemas.vocabulary.natures import Nature
from services.dispatch.store import tables
from tests.flow.dispatch.builders import PATROLS, signal, sos
from tests.flow.dispatch.problems import problem
from tests.flow.dispatch.world import World

WHY = {"reason": "needed elsewhere"}


async def held(world: World, incident: str | None) -> list[str]:
    """The units on the incident."""
    return sorted(known["unit"] for known in await world.active(incident))


async def state_of(world: World, unit: str) -> str:
    """What the unit is doing."""
    [row] = await world.rows(select(tables.units).where(tables.units.c.id == unit))
    return str(row["state"])


async def test_reassigned_to_the_unit_that_is_named(world: World) -> None:
    """The old unit is free, the named one is offered the same slot, and nobody is on two."""
    incident = await world.urgent(sos("anna"))
    answer = await world.order(incident, "reassign", {"unit": PATROLS[0], "instead": PATROLS[2]} | WHY)
    assert answer.status_code == 200, answer.text
    assert await held(world, incident) == [PATROLS[2]]
    assert await state_of(world, PATROLS[0]) == "available"
    assert {a["slot"] for a in await world.active(incident)} == {0}
    await world.invariants()


async def test_reassigned_without_a_name_never_goes_back_to_the_same_unit(world: World) -> None:
    """The nearest was taken off: the next nearest goes, though the first is free and nearer."""
    incident = await world.urgent(sos("anna"))
    await world.order(incident, "reassign", {"unit": PATROLS[0]} | WHY)
    assert await held(world, incident) == [PATROLS[1]]
    assert ("assignment_changed", "reassigned") in await world.events(incident)


async def test_a_refused_replacement_leaves_everything_as_it_was(world: World) -> None:
    """The named unit is bound elsewhere: 409, and the first unit still has its assignment."""
    await world.urgent(signal(Nature.HOLD_UP, "panel-shop"))
    incident = await world.urgent(sos("anna"))
    [before] = await world.active(incident)
    refused = await world.order(incident, "reassign", {"unit": before["unit"], "instead": PATROLS[0]} | WHY)
    assert problem(refused, 409, "unit-refused")["reason"] == "occupied"
    assert await world.active(incident) == [before]


async def test_one_of_two_is_stood_down_and_its_slot_goes_too(world: World) -> None:
    """The task goes on with the other unit; when that one declines, one unit is sought and not two."""
    incident = await world.urgent(signal(Nature.HOLD_UP))
    first, second = sorted(await world.active(incident), key=lambda known: known["slot"])
    await world.order(incident, "stand-down", {"unit": first["unit"]} | WHY)
    assert await held(world, incident) == [second["unit"]]
    await world.step(second, "decline")
    assert len(await held(world, incident)) == 1
    await world.invariants()


async def test_the_last_one_stood_down_leaves_the_task_to_the_operator(world: World) -> None:
    """Nobody is sent by itself after it; the operator's next order fills the slot."""
    incident = await world.urgent(sos("anna"))
    await world.order(incident, "stand-down", {"unit": PATROLS[0]} | WHY)
    await world.timers.round()
    assert await held(world, incident) == []
    assert (await world.card(incident))["tasks"][0]["state"] == "pending"
    await world.order(incident, "assign", {"unit": PATROLS[1], "reason": "closer by foot"})
    assert await held(world, incident) == [PATROLS[1]]


async def test_stood_down_while_the_other_is_clear_closes_the_task(world: World) -> None:
    """One has finished, the other is no longer needed: the incident is resolved."""
    incident = await world.urgent(signal(Nature.HOLD_UP))
    first, second = sorted(await world.active(incident), key=lambda known: known["slot"])
    await world.step(first, "accept", "en-route", "on-scene", "clear")
    await world.order(incident, "stand-down", {"unit": second["unit"]} | WHY)
    assert (await world.card(incident))["state"] == "resolved"


async def test_a_unit_that_is_not_there_cannot_be_stood_down(world: World) -> None:
    """409, and nothing is recorded."""
    incident = await world.urgent(sos("anna"))
    problem(await world.order(incident, "stand-down", {"unit": PATROLS[2]} | WHY), 409, "not-allowed")
    assert len(await held(world, incident)) == 1


@pytest.mark.parametrize("order", ["stand-down", "reassign"])
async def test_the_officer_and_the_operator_at_once(world: World, order: str) -> None:
    """*Sur place* and the order in the same moment: whoever is second, no unit has two and none is lost."""
    incident = await world.urgent(sos("anna"))
    [assignment] = await world.active(incident)
    await world.step(assignment, "accept", "en-route")
    await asyncio.gather(
        world.step(assignment, "on-scene"), world.order(incident, order, {"unit": assignment["unit"]} | WHY)
    )
    await world.invariants()
    assert await state_of(world, assignment["unit"]) == "available"


async def test_handed_over_to_the_police_by_order(world: World) -> None:
    """A task of its own, sent to the agency; a second order is refused while the agency holds it."""
    incident = await world.urgent(sos("anna"))
    answer = await world.order(incident, "hand-over", {"kind": "national_police"})
    assert answer.status_code == 200, answer.text
    [hand_over] = (await world.card(incident))["hand_overs"]
    assert (hand_over["agency"], hand_over["state"]) == ("police", "sent")
    problem(await world.order(incident, "hand-over", {"kind": "national_police"}), 409, "not-allowed")


async def test_handed_over_again_after_a_refusal(world: World) -> None:
    """Refused, the task is open again: the same order sends a second hand-over."""
    incident = await world.urgent(sos("anna"))
    await world.order(incident, "hand-over", {"kind": "national_police"})
    [first] = (await world.card(incident))["hand_overs"]
    await world.http.post(f"/v1/hand-overs/{first['hand_over_id']}/refuse", json={"reason": "no car"})
    assert (await world.order(incident, "hand-over", {"kind": "national_police"})).status_code == 200
    states = [known["state"] for known in (await world.card(incident))["hand_overs"]]
    assert sorted(states) == ["refused", "sent"]


async def test_an_agency_of_another_kind_is_refused_with_those_that_fit(world: World) -> None:
    """422 names what the pack knows."""
    incident = await world.urgent(sos("anna"))
    body: dict[str, Any] = {"kind": "national_police", "agency": "sdis"}
    assert problem(await world.order(incident, "hand-over", body), 422, "unknown-agency")["known"] == ["police"]


async def test_work_ordered_beside_the_patrol_closes_separately(world: World) -> None:
    """Patrol, partner and crew each end their own task; the incident is resolved with the last."""
    incident = await world.urgent(sos("anna"))
    await world.order(incident, "hand-over", {"kind": "firefighters"})
    await world.order(incident, "work-order", {"capabilities": ["lighting"]})
    problem(await world.order(incident, "work-order"), 409, "not-allowed")
    [assignment] = await world.active(incident)
    await world.step(assignment, "accept", "en-route", "on-scene", "clear")
    card = await world.card(incident)
    assert card["state"] == "in_progress"
    [hand_over], [order] = card["hand_overs"], card["work_orders"]
    for reply in ("acknowledge", "complete"):
        await world.http.post(f"/v1/hand-overs/{hand_over['hand_over_id']}/{reply}", json={})
    for step in ("start", "complete"):
        await world.http.post(f"/v1/work-orders/{order['order_id']}/{step}", json={})
    assert (await world.card(incident))["state"] == "resolved"


async def test_what_an_operator_typed_stays_in_the_database(world: World) -> None:
    """The reason is on the card, and in no message of the outbox."""
    incident = await world.urgent(sos("anna"))
    await world.order(incident, "stand-down", {"unit": PATROLS[0], "reason": "Mrs Durand is safe"})
    details = [known["detail"].get("why") for known in (await world.card(incident))["events"]]
    assert "Mrs Durand is safe" in details
    assert not [row for row in await world.rows(tables.outbox) if row["value"] and b"Durand" in row["value"]]
