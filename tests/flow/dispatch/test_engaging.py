"""Who is sent, who is asked next, and that nobody is ever sent twice, whatever races."""

import asyncio
import json
import random

import pytest
from sqlalchemy import select, text

from schemas.vocabulary.natures import Nature
from services.dispatch.actions import reporting
from services.dispatch.domain.assignment import Step
from services.dispatch.domain.recommending import recommend
from services.dispatch.domain.recommending.recording import from_inputs
from services.dispatch.store import tables
from tests.flow.dispatch.builders import PATROLS, ago, ahead, signal, sos
from tests.flow.dispatch.world import World, until


async def test_the_nearest_unit_is_offered_and_the_choice_is_recorded(world: World) -> None:
    """The decision's event carries all units with their times and reasons, the pack's version and the clock."""
    incident = await world.urgent(sos("anna"))
    [assignment] = await world.active(incident)
    assert assignment["unit"] == PATROLS[0]
    [offered] = [e for e in (await world.card(incident))["events"] if e["event"] == "unit_offered"]
    ranked = offered["inputs"]["recommendation"]["ranked"]
    assert [known["unit"] for known in ranked] == list(PATROLS)
    assert [known["reason"] for known in ranked] == ["fastest", "slower", "slower"]
    # 1, 2 and 3 km in a straight line, 1.3 times as long on the road, at 32 km/h with lights.
    assert [round(known["seconds"], -1) for known in ranked] == [150, 290, 440]
    assert (offered["inputs"]["travel"], offered["inputs"]["recommended"]) == ("straight_line", PATROLS[0])
    assert {"clock", "pack_version"} <= set(offered["inputs"])


async def test_a_recorded_decision_is_evaluated_again_to_the_same(world: World) -> None:
    """Rule 15: from the inputs that the event carries, the recommendation comes out as it was."""
    incident = await world.urgent(sos("anna"))
    [offered] = [e for e in (await world.card(incident))["events"] if e["event"] == "unit_offered"]
    again = recommend(from_inputs(offered["inputs"]["situation"]))
    assert json.loads(json.dumps(again.as_output())) == offered["inputs"]["recommendation"]


async def test_the_whole_way_of_an_assignment_resolves_its_incident(world: World) -> None:
    """Accepted, gone, there, clear: unit and incident follow, and the unit is free again."""
    incident = await world.urgent(sos("anna"))
    [assignment] = await world.active(incident)
    states = []
    for step in ("accept", "en-route", "on-scene", "clear"):
        answer = (await world.step(assignment, step)).json()
        [unit] = [u for u in (await world.http.get("/v1/units")).json() if u["unit"] == assignment["unit"]]
        states.append((answer["state"], unit["state"], (await world.card(incident))["state"]))
    assert states == [
        ("accepted", "assigned", "in_progress"),
        ("en_route", "en_route", "in_progress"),
        ("on_scene", "on_scene", "in_progress"),
        ("cleared", "available", "resolved"),
    ]


async def test_forty_alarms_at_once_never_bind_a_unit_twice(world: World) -> None:
    """Many transactions want the same three units; each gets one active assignment, the other tasks wait visibly."""
    incidents = await asyncio.gather(*(world.urgent(sos(f"p{number}")) for number in range(40)))
    await world.invariants()
    active = [known for known in await world.rows(tables.assignments) if known["active"]]
    assert {known["unit_id"] for known in active} == set(PATROLS)
    states = [(await world.card(incident))["attention"] for incident in incidents]
    assert states.count("no_unit_free") == 37


async def test_two_timer_loops_and_many_freed_units_never_offer_twice(world: World) -> None:
    """Two processes offer waiting tasks at once while units clear: each task ends with one unit, relief apart."""
    incidents = await asyncio.gather(*(world.urgent(sos(f"p{number}")) for number in range(9)))

    async def serve(name: str) -> None:
        for _ in range(3):
            mine = (await world.http.get("/v1/assignments", params={"unit": name, "active": True})).json()
            if mine:
                await world.step(mine[0], "accept", "en-route", "on-scene", "clear")
            await asyncio.gather(world.timers.round(), world.timers.round())
            await world.invariants()

    await asyncio.gather(*map(serve, PATROLS))
    cards = [await world.card(incident) for incident in incidents]
    # A sooner unit may relieve the one on its way: that one is stood down, and the slot is given once more.
    given = [len([a for a in card["assignments"] if a["reason"] != "relieved"]) for card in cards]
    assert given == [1] * 9


@pytest.mark.parametrize("seed", range(6))
async def test_accept_expiry_decline_and_dismiss_at_the_same_time(world: World, seed: int) -> None:
    """Whichever comes first, one of them counts, and the unit is free exactly if its assignment has ended."""
    incident = await world.urgent(sos("anna"))
    [assignment] = await world.active(incident)
    await world.age_offer(assignment)
    identifier, offer = assignment["assignment_id"], world.times.offer
    times = (offer, world.settings.welfare_after)
    racers = [
        world.do(lambda work: reporting.expire(work, str(incident), identifier, offer)),
        world.do(lambda work: reporting.report(work, identifier, Step.ACCEPT, assignment["epoch"], None, *times)),
        world.do(lambda work: reporting.report(work, identifier, Step.DECLINE, assignment["epoch"], None, *times)),
        world.order(incident, "dismiss", {"reason": "race"}),
        world.timers.round(),
    ]
    random.Random(seed).shuffle(racers)
    await asyncio.gather(*racers)
    await world.invariants()
    active = {known["unit_id"] for known in await world.rows(tables.assignments) if known["active"]}
    busy = {u["unit"] for u in (await world.http.get("/v1/units")).json() if u["state"] != "available"}
    assert busy == active == set()
    assert (await world.card(incident))["state"] == "dismissed"


async def test_an_unanswered_offer_goes_to_the_next_unit(world: World) -> None:
    """By PostgreSQL's clock: before it is due nothing happens, after it the next nearest unit is asked."""
    incident = await world.urgent(sos("anna"))
    [first] = await world.active(incident)
    await world.timers.round()
    assert (await world.active(incident))[0]["assignment_id"] == first["assignment_id"]
    await world.age_offer(first)
    await asyncio.gather(world.timers.round(), world.timers.round())
    [second] = await world.active(incident)
    assert second["unit"] == PATROLS[1]
    assert ("assignment_changed", "unanswered") in await world.events(incident)


async def test_who_declined_is_asked_last_and_the_shift_lead_is_alerted_once(world: World) -> None:
    """All decline: NO_UNIT_LEFT is recorded once however often the timer looks; after the rest they are asked again."""
    incident = await world.urgent(sos("anna"))
    for name in PATROLS:
        [assignment] = await world.active(incident)
        assert assignment["unit"] == name
        await world.step(assignment, "decline")
    for _ in range(3):
        await world.timers.round()
    events = await world.events(incident)
    assert [event for event, _ in events].count("no_unit_left") == 1
    assert (await world.card(incident))["attention"] == "no_unit_left"
    await world.sql("UPDATE dispatch.assignments SET ended_at = ended_at - interval '31 seconds'")

    async def asked_again() -> bool:
        await world.timers.round()
        return bool(await world.active(incident))

    # The end of a rest is seen within two seconds (`tried.AGAIN_S`), not in the very next round.
    await until(asked_again, "nobody was asked again")
    [again] = await world.active(incident)
    assert (again["unit"], again["reason"]) == (PATROLS[0], "declined_before")


async def test_a_unit_that_declined_comes_after_one_that_became_free(world: World) -> None:
    """The declined one rests; a farther unit that comes on duty is asked before it."""
    await world.only_units(PATROLS[0])
    incident = await world.urgent(sos("anna"))
    [assignment] = await world.active(incident)
    await world.step(assignment, "decline")
    await world.sql("UPDATE dispatch.assignments SET ended_at = ended_at - interval '31 seconds'")
    await world.http.put(f"/v1/units/{PATROLS[2]}/status", json={"state": "available"})
    await world.timers.round()
    assert [known["unit"] for known in await world.active(incident)] == [PATROLS[2]]


async def test_a_waiting_task_is_engaged_when_a_unit_clears(world: World) -> None:
    """The most urgent waiting task gets the unit that becomes free; its shortage is no longer shown once accepted."""
    await world.only_units(PATROLS[0])
    first = await world.urgent(sos("anna"))
    second = await world.urgent(sos("berta"))
    assert (await world.card(second))["attention"] == "no_unit_free"
    [assignment] = await world.active(first)
    await world.step(assignment, "accept", "en-route", "on-scene", "clear")
    await world.timers.round()
    [next_one] = await world.active(second)
    assert (next_one["unit"], next_one["epoch"]) == (PATROLS[0], assignment["epoch"] + 1)
    await world.step(next_one, "accept")
    assert (await world.card(second))["attention"] is None


async def test_a_shortage_does_not_hide_another_call_for_attention(world: World) -> None:
    """While a unit is missing, a refused hand-over stays shown, and the shortage is not recorded again and again."""
    await world.only_units()
    incident = await world.urgent(signal(Nature.FIRE))
    [hand_over] = (await world.card(incident))["hand_overs"]
    await world.http.post(f"/v1/hand-overs/{hand_over['id']}/refuse", json={"reason": "no engine"})
    for _ in range(3):
        await world.timers.round()
    card = await world.card(incident)
    assert card["attention"] == "hand_over_refused"
    assert [e["event"] for e in card["events"]].count("task_waiting") == 1


async def test_an_accepting_officer_clears_no_other_call_for_attention(world: World) -> None:
    """What the room must look at is not taken off the screen by a patrol's tap."""
    incident = await world.urgent(signal(Nature.FIRE))
    [hand_over] = (await world.card(incident))["hand_overs"]
    await world.http.post(f"/v1/hand-overs/{hand_over['id']}/refuse", json={"reason": "no engine"})
    [assignment] = await world.active(incident)
    await world.step(assignment, "accept")
    assert (await world.card(incident))["attention"] == "hand_over_refused"


async def test_two_patrols_are_asked_where_the_card_asks_two(world: World) -> None:
    """A hold-up takes two units in two slots; when both are clear the incident is resolved."""
    incident = await world.urgent(signal(Nature.HOLD_UP))
    both = await world.active(incident)
    assert sorted((known["unit"], known["slot"]) for known in both) == [(PATROLS[0], 0), (PATROLS[1], 1)]
    await world.step(both[0], "accept", "en-route", "on-scene", "clear")
    assert (await world.card(incident))["state"] == "in_progress"
    await world.step(both[1], "accept", "en-route", "on-scene", "clear")
    assert (await world.card(incident))["state"] == "resolved"


async def test_no_unit_is_sent_to_a_scene_that_the_only_crew_has_cleared(world: World) -> None:
    """One of two patrols was there and is clear: the slot that nobody was found for is given up."""
    await world.only_units(PATROLS[0])
    incident = await world.urgent(signal(Nature.HOLD_UP))
    [assignment] = await world.active(incident)
    await world.step(assignment, "accept", "en-route", "on-scene", "clear")
    await world.timers.round()
    card = await world.card(incident)
    assert (card["state"], card["attention"], len(card["assignments"])) == ("resolved", None, 1)
    assert ("task_closed", "clear_without_further_units") in await world.events(incident)


async def test_a_second_sensor_engages_what_waited_for_verification(world: World) -> None:
    """One sensor waits for the operator; a second independent one engages both patrols of the better card."""
    first = await world.urgent(signal(Nature.INTRUSION, "panel-school"))
    assert (await world.card(first))["assignments"] == []
    assert await world.urgent(signal(Nature.INTRUSION, "sensor-2", site="school")) == first
    card = await world.card(first)
    assert (card["run_card"], card["engagement"], card["verify_first"]) == ("intrusion-2", "automatic", False)
    assert len(await world.active(first)) == 2


async def test_more_units_are_offered_when_a_verified_intrusion_gets_a_second_sensor(world: World) -> None:
    """The patrol task was engaged with one unit; the better card asks two, and the second one is offered too."""
    incident = await world.urgent(signal(Nature.INTRUSION))
    await world.order(incident, "verify", {"result": "confirmed"})
    assert len(await world.active(incident)) == 1
    await world.urgent(signal(Nature.INTRUSION, "sensor-2", site="school"))
    assert len(await world.active(incident)) == 2


async def test_a_silence_makes_an_urgent_alarm_operator_confirmed_and_hides_nothing(world: World) -> None:
    """Under a test nobody is engaged by itself, also not by a further alarm; the operator's word engages."""
    body = {"scope": "site:school", "reason": "drill", "ends_at": ahead(hours=1), "under_test": True}
    assert (await world.http.post("/v1/silences", json=body)).status_code == 201
    incident = await world.urgent(signal(Nature.FIRE))
    await world.urgent(signal(Nature.FIRE, "detector-2", site="school"))
    card = await world.card(incident)
    assert (card["state"], card["engagement"], card["assignments"]) == ("open", "operator_confirmed", [])
    assert "silenced" in card["flags"]
    await world.order(incident, "verify", {"result": "confirmed"})
    assert len(await world.active(incident)) == 1


async def test_a_silence_also_holds_for_an_urgent_alarm_that_joins(world: World) -> None:
    """A hold-up that joins an intrusion of the same panel under test raises the priority but engages nobody."""
    body = {"scope": "device:panel-school", "reason": "drill", "ends_at": ahead(hours=1)}
    await world.http.post("/v1/silences", json=body)
    incident = await world.urgent(signal(Nature.INTRUSION))
    assert await world.urgent(signal(Nature.HOLD_UP)) == incident
    card = await world.card(incident)
    assert (card["priority"], card["nature"], card["assignments"]) == ("P1", "hold_up", [])


async def test_what_an_alarm_under_test_adds_to_a_running_incident_is_shown_to_wait(world: World) -> None:
    """Gas has called the firefighters; then the site is under test and reports fire: its patrol is to be confirmed."""
    incident = await world.urgent(signal(Nature.GAS))
    body = {"scope": "site:school", "reason": "drill", "ends_at": ahead(hours=1), "under_test": True}
    await world.http.post("/v1/silences", json=body)
    assert await world.urgent(signal(Nature.FIRE)) == incident
    card = await world.card(incident)
    tasks = {task["kind"]: task["state"] for task in card["tasks"]}
    assert (card["engagement"], tasks) == ("operator_confirmed", {"firefighters": "engaged", "patrol": "pending"})


async def test_an_unanswered_hand_over_reopens_its_task_once(world: World) -> None:
    """After its time the task is the operator's again, who engages it anew; a late acknowledgement still counts."""
    incident = await world.urgent(signal(Nature.GAS))
    await world.sql("UPDATE dispatch.hand_overs SET due_at = clock_timestamp() - interval '1 second'")
    await asyncio.gather(world.timers.round(), world.timers.round())
    card = await world.card(incident)
    assert (card["attention"], card["tasks"][0]["state"]) == ("hand_over_unanswered", "pending")
    assert (await world.events(incident)).count(("hand_over_changed", "unacknowledged")) == 1
    answer = await world.http.post(f"/v1/hand-overs/{card['hand_overs'][0]['id']}/acknowledge")
    assert answer.json()["state"] == "acknowledged"
    card = await world.card(incident)
    assert (card["attention"], card["tasks"][0]["state"], card["state"]) == (None, "engaged", "in_progress")


async def test_a_hand_over_of_a_finished_task_asks_for_nothing(world: World) -> None:
    """Sent twice and completed once: the other's silence neither reopens the task nor alerts anyone."""
    incident = await world.urgent(signal(Nature.GAS))
    await world.sql("UPDATE dispatch.hand_overs SET due_at = clock_timestamp() - interval '1 second'")
    await world.timers.round()
    await world.order(incident, "assign")
    first, second = (await world.card(incident))["hand_overs"]
    for reply in ("acknowledge", "complete"):
        await world.http.post(f"/v1/hand-overs/{first['id']}/{reply}")
    await world.sql("UPDATE dispatch.hand_overs SET due_at = clock_timestamp() WHERE id = :id", id=second["id"])
    await world.timers.round()
    card = await world.card(incident)
    assert (card["state"], card["attention"], card["tasks"][0]["state"]) == ("resolved", None, "done")


async def test_an_unseen_p1_asks_for_attention_once(world: World) -> None:
    """Nobody acknowledges for a minute: shown once; acknowledging takes it off."""
    incident = await world.urgent(sos("anna", received_at=ago(seconds=61)))
    await world.timers.round()
    await world.timers.round()
    assert (await world.events(incident)).count(("attention_asked", "unacknowledged_p1")) == 1
    assert (await world.order(incident, "acknowledge")).json()["attention"] is None


async def test_a_fault_of_one_timer_holds_up_no_other(world: World) -> None:
    """An incident whose pack is gone cannot be handled; another incident's offer still expires in the same round."""
    broken, sound = await world.urgent(sos("anna")), await world.urgent(sos("berta"))
    await world.sql("UPDATE dispatch.incidents SET pack_version = 'gone' WHERE id = :id", id=broken)
    await world.sql("UPDATE dispatch.assignments SET due_at = clock_timestamp() - interval '1 second'")
    await world.timers.round()
    assert [known["unit"] for known in await world.active(sound)] == [PATROLS[2]]


async def test_a_late_refusal_does_not_take_back_what_the_agency_has_taken_on(world: World) -> None:
    """Sent twice: the second is acknowledged, then the first is refused. Somebody comes; no operator is called."""
    incident = await world.urgent(signal(Nature.GAS))
    await world.sql("UPDATE dispatch.hand_overs SET due_at = clock_timestamp() - interval '1 second'")
    await world.timers.round()
    await world.order(incident, "assign")
    first, second = (await world.card(incident))["hand_overs"]
    await world.http.post(f"/v1/hand-overs/{second['id']}/acknowledge")
    await world.http.post(f"/v1/hand-overs/{first['id']}/refuse", json={"reason": "no engine"})
    card = await world.card(incident)
    assert (card["tasks"][0]["state"], card["attention"]) == ("engaged", None)


async def test_a_second_hand_over_is_not_missed_once_the_first_was_taken_on(world: World) -> None:
    """The agency answers the first one late and leaves the second: its silence reopens nothing."""
    incident = await world.urgent(signal(Nature.GAS))
    overdue = "UPDATE dispatch.hand_overs SET due_at = clock_timestamp() - interval '1 second' WHERE state = 'sent'"
    await world.sql(overdue)
    await world.timers.round()
    await world.order(incident, "assign")
    first, _ = (await world.card(incident))["hand_overs"]
    await world.http.post(f"/v1/hand-overs/{first['id']}/acknowledge")
    await world.sql(overdue)
    await world.timers.round()
    card = await world.card(incident)
    assert (card["tasks"][0]["state"], card["attention"]) == ("engaged", None)


async def test_nobody_is_called_to_a_p1_that_was_dismissed_at_that_moment(world: World) -> None:
    """The timer waits for the operator's transaction, looks again under the lock, and records nothing."""
    incident = await world.urgent(sos("anna", received_at=ago(seconds=61)))
    async with world.direct.connect() as conn:
        await conn.execute(text("UPDATE dispatch.incidents SET state = 'dismissed' WHERE id = :id"), {"id": incident})
        round_ = asyncio.create_task(world.timers.round())
        await until(lambda: _somebody_waits(world), "the timer did not come to the incident")
        await conn.commit()
    await round_
    assert "attention_asked" not in [event for event, _ in await world.events(incident)]


async def _somebody_waits(world: World) -> bool:
    return bool(await world.rows(select(text("1")).select_from(text("pg_locks")).where(text("NOT granted"))))
