"""What operators order, what is refused, and what is said then."""

import asyncio

import pytest

from schemas.vocabulary.natures import Nature
from services.dispatch.store import tables
from tests.flow.dispatch.builders import PATROLS, signal, sos
from tests.flow.dispatch.problems import problem
from tests.flow.dispatch.world import World


async def test_the_second_of_two_operators_learns_what_changed(world: World) -> None:
    """The ETag of the card covers operators' decisions: an old one gets 412 with the decisions since."""
    incident = await world.urgent(signal(Nature.INTRUSION))
    tag = (await world.http.get(f"/v1/incidents/{incident}")).headers["etag"]
    first = await world.order(incident, "acknowledge", if_match=tag, x_actor="op-1")
    assert first.status_code == 200
    refused = await world.order(incident, "dismiss", {"reason": "cat"}, if_match=tag, x_actor="op-2")
    body = problem(refused, 412, "changed")
    assert [(known["event"], known["actor"]) for known in body["changes"]] == [("acknowledged", "op-1")]
    assert body["etag"] == first.headers["etag"]
    again = await world.order(incident, "dismiss", {"reason": "cat"}, if_match=body["etag"])
    assert again.json()["state"] == "dismissed"


async def test_two_operators_at_once_with_one_etag(world: World) -> None:
    """Both send the same ETag at the same moment: exactly one order counts."""
    incident = await world.urgent(signal(Nature.INTRUSION))
    orders = [world.order(incident, "dismiss", {"reason": "cat"}, if_match='"1"') for _ in range(2)]
    assert sorted(answer.status_code for answer in await asyncio.gather(*orders)) == [200, 412]


async def test_sources_positions_and_a_second_acknowledgement_leave_the_etag(world: World) -> None:
    """What no operator decided does not change the ETag: a new alarm, a tablet's tap, the same tap again."""
    incident = await world.urgent(signal(Nature.FIRE))
    await world.order(incident, "acknowledge")
    before = (await world.http.get(f"/v1/incidents/{incident}")).headers["etag"]
    await world.urgent(signal(Nature.FIRE, "detector-2", site="school"))
    [assignment] = await world.active(incident)
    await world.step(assignment, "accept", "en-route")
    await world.order(incident, "acknowledge")
    await world.order(incident, "notes", {"text": "smoke on the second floor"})
    assert (await world.http.get(f"/v1/incidents/{incident}")).headers["etag"] == before


async def test_an_idempotency_key_is_answered_the_same_again(world: World) -> None:
    """Ten copies of one request at once do it once; the same key with another body is refused."""
    body = {"nature": "disturbance", "text": "noise", "site": "square"}
    key = {"Idempotency-Key": "k-1"}
    answers = await asyncio.gather(*(world.http.post("/v1/calls", json=body, headers=key) for _ in range(10)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert len(await world.rows(tables.incidents)) == len(await world.rows(tables.notes)) == 1
    other = await world.http.post("/v1/calls", json=body | {"text": "other"}, headers=key)
    problem(other, 422, "key-reused")


async def test_an_empty_key_and_an_empty_actor_are_none(world: World) -> None:
    """Two requests with an empty key are two: neither gets the other's answer; an empty actor is the operator."""
    empty = {"Idempotency-Key": "", "X-Actor": ""}
    bodies = [{"nature": "disturbance", "text": text, "site": "square"} for text in ("noise", "shouting")]
    answers = [await world.http.post("/v1/calls", json=body, headers=empty) for body in bodies]
    assert [answer.status_code for answer in answers] == [201, 201]
    first = await world.order(answers[0].json()["incident_id"], "acknowledge")
    second = await world.http.post(
        f"/v1/incidents/{answers[1].json()['incident_id']}/acknowledge", headers={"X-Actor": ""}
    )
    assert [first.status_code, second.status_code] == [200, 200]
    assert (await world.card(answers[1].json()["incident_id"]))["acknowledged_by"] == "operator"


@pytest.mark.parametrize(
    ("order", "allowed"),
    [
        ("close", ["acknowledge", "assign", "backup", "dismiss", "escalate", "merge", "note", "split", "verify"]),
        ("reopen", ["acknowledge", "assign", "backup", "dismiss", "escalate", "merge", "note", "split", "verify"]),
    ],
)
async def test_a_wrong_order_names_those_that_are_possible(world: World, order: str, allowed: list[str]) -> None:
    """409 with the state and the allowed transitions."""
    incident = await world.urgent(sos("anna"))
    body = problem(await world.order(incident, order), 409, "not-allowed")
    assert (body["state"], body["allowed"]) == ("open", allowed)


async def test_another_unit_than_the_recommended_one_needs_a_reason(world: World) -> None:
    """422 names the recommended unit; with a reason it is sent, and both are in the decision's inputs."""
    incident = await world.urgent(signal(Nature.INTRUSION))
    refused = await world.order(incident, "assign", {"unit": PATROLS[2]})
    assert problem(refused, 422, "override-needs-reason")["recommended"] == PATROLS[0]
    assert (await world.order(incident, "assign", {"unit": PATROLS[2], "reason": "knows the site"})).status_code == 200
    [offered] = [e for e in (await world.card(incident))["events"] if e["event"] == "unit_offered"]
    assert (offered["reason"], offered["inputs"]["recommended"]) == ("operator_override", PATROLS[0])


async def test_backup_adds_patrols_also_after_the_first_is_clear(world: World) -> None:
    """Backup on a fire whose patrol left but whose firefighters are there: two more units, no ETag needed."""
    incident = await world.urgent(signal(Nature.FIRE))
    [assignment] = await world.active(incident)
    await world.step(assignment, "accept", "en-route", "on-scene", "clear")
    answer = await world.order(incident, "backup", {"count": 2}, if_match='"999"')
    assert answer.status_code == 200, answer.text
    assert len(await world.active(incident)) == 2


async def test_backup_where_no_patrol_was_asked_sends_as_many_as_wanted(world: World) -> None:
    """A gas alarm asks for firefighters only; backup of two gives it two patrols."""
    incident = await world.urgent(signal(Nature.GAS))
    await world.order(incident, "backup", {"count": 2})
    assert len(await world.active(incident)) == 2


async def test_verification_engages_or_dismisses(world: World) -> None:
    """*Levée de doute*: confirmed sends the patrol; a false alarm ends the incident; inconclusive does neither."""
    confirmed, false, open_one = [
        await world.urgent(signal(Nature.INTRUSION, f"s-{number}", site=None)) for number in range(3)
    ]
    await world.order(confirmed, "verify", {"result": "confirmed"})
    assert len(await world.active(confirmed)) == 1
    assert (await world.order(false, "verify", {"result": "false_alarm"})).json()["state"] == "dismissed"
    assert (await world.order(open_one, "verify", {"result": "inconclusive"})).json()["state"] == "open"


async def test_a_dismissed_incident_reopens_and_closes(world: World) -> None:
    """Dismissed frees the unit and cancels the tasks; reopened they wait for the operator; closed is the end."""
    incident = await world.urgent(signal(Nature.FIRE))
    await world.order(incident, "dismiss", {"reason": "drill"})
    card = await world.card(incident)
    assert {task["state"] for task in card["tasks"]} == {"cancelled"}
    await world.sql("UPDATE dispatch.hand_overs SET due_at = clock_timestamp() - interval '1 second'")
    await world.timers.round()
    assert (await world.card(incident))["attention"] is None
    reopened = (await world.order(incident, "reopen")).json()
    assert (reopened["state"], {task["state"] for task in reopened["tasks"]}) == ("open", {"pending"})
    await world.order(incident, "dismiss", {"reason": "drill indeed"})
    assert (await world.order(incident, "close", {"report": "rien"})).json()["state"] == "closed"
    assert problem(await world.order(incident, "reopen"), 409, "not-allowed")["allowed"] == ["note"]


async def test_a_text_with_a_nul_is_refused_not_a_fault(world: World) -> None:
    """PostgreSQL cannot hold it: 422, not 500."""
    incident = await world.urgent(sos("anna"))
    problem(await world.order(incident, "notes", {"text": "a\x00b"}), 422, "unstorable")


async def test_what_is_reopened_once_all_was_done_waits_for_one_patrol_more(world: World) -> None:
    """Everybody was clear: nobody is sent by itself; the operator's order sends one unit and ends like any other."""
    incident = await world.urgent(sos("anna"))
    [assignment] = await world.active(incident)
    await world.step(assignment, "accept", "en-route", "on-scene", "clear")
    reopened = (await world.order(incident, "reopen")).json()
    assert [(task["state"], task["slots"]) for task in reopened["tasks"]] == [("pending", 2)]
    assert await world.active(incident) == []
    await world.order(incident, "assign")
    [again] = await world.active(incident)
    await world.step(again, "accept", "en-route", "on-scene", "clear")
    assert (await world.card(incident))["state"] == "resolved"
