"""What officers report: taps, distress, status, positions."""

import asyncio

import pytest

from schemas.vocabulary.natures import Nature
from tests.flow.dispatch.builders import PATROLS, ago, now, signal, sos
from tests.flow.dispatch.problems import problem
from tests.flow.dispatch.world import World


async def test_a_refused_request_does_not_use_up_its_key(world: World) -> None:
    """After a 409 the same request with the same key is tried again, and may succeed."""
    incident = await world.urgent(sos("anna"))
    [assignment] = await world.active(incident)
    url, body = f"/v1/assignments/{assignment['assignment_id']}/en-route", {"epoch": assignment["epoch"]}
    key = {"Idempotency-Key": "k-2"}
    problem(await world.http.post(url, json=body, headers=key), 409, "not-allowed")
    await world.step(assignment, "accept")
    assert (await world.http.post(url, json=body, headers=key)).json()["state"] == "en_route"


async def test_a_wrong_step_names_those_that_are_possible(world: World) -> None:
    """*Sur place* on an offer nobody accepted: 409 with accept and decline, and nothing has changed."""
    incident = await world.urgent(sos("anna"))
    [assignment] = await world.active(incident)
    body = problem(await world.step(assignment, "on-scene"), 409, "not-allowed")
    assert (body["state"], body["wanted"], body["allowed"]) == ("offered", "on-scene", ["accept", "decline"])
    assert (await world.active(incident))[0]["state"] == "offered"


async def test_a_stale_epoch_changes_nothing_and_is_kept_and_shown(world: World) -> None:
    """202 with applied false; the report is on the card with the device's own time."""
    incident = await world.urgent(sos("anna"))
    [assignment] = await world.active(incident)
    at = ago(minutes=3)
    url = f"/v1/assignments/{assignment['assignment_id']}/accept"
    answer = await world.http.post(url, json={"epoch": assignment["epoch"] + 1, "at": at.isoformat()})
    assert (answer.status_code, answer.json()["applied"], answer.json()["reason"]) == (202, False, "stale_epoch")
    [late] = (await world.card(incident))["late_reports"]
    assert (late["step"], late["device_at"]) == ("accept", at.isoformat())
    assert ("late_report", "stale_epoch") in await world.events(incident)


async def test_a_tap_after_the_end_is_kept_and_shown(world: World) -> None:
    """*Sur place, sans engagement*: the incident was dismissed while the tablet was offline."""
    incident = await world.urgent(sos("anna"))
    [assignment] = await world.active(incident)
    await world.step(assignment, "accept")
    await world.order(incident, "dismiss", {"reason": "cancelled"})
    answer = await world.step(assignment, "en-route")
    assert (answer.status_code, answer.json()["reason"], answer.json()["state"]) == (
        202,
        "assignment_ended",
        "cancelled",
    )
    assert len((await world.card(incident))["late_reports"]) == 1


async def test_the_same_tap_twice_is_no_fault(world: World) -> None:
    """A repeated or overtaken tap is answered 200 with applied false, and leaves no trace."""
    incident = await world.urgent(sos("anna"))
    [assignment] = await world.active(incident)
    await world.step(assignment, "accept", "en-route")
    answer = await world.step(assignment, "accept")
    assert (answer.status_code, answer.json()["reason"], answer.json()["state"]) == (200, "already_done", "en_route")
    assert (await world.card(incident))["late_reports"] == []


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b'{"lat": 900, "lon": "east", "at": "yesterday", "battery": 3}',
        b'{"lat": NaN, "lon": 6.1}',
        b"[" * 100_000,
    ],
)
async def test_distress_is_never_refused(world: World, raw: bytes) -> None:
    """Whatever the body holds, the call opens a P1 and the nearest two, never the officer himself, are offered it."""
    answer = await world.http.post(f"/v1/units/{PATROLS[0]}/distress", content=raw)
    assert answer.status_code == 202, answer.text
    card = await world.card(answer.json()["incident_id"])
    assert (card["nature"], card["priority"], card["position"] is not None) == ("officer_distress", "P1", True)
    assert [known["unit"] for known in card["assignments"]] == [PATROLS[1], PATROLS[2]]


async def test_distress_of_a_bound_officer_pressed_many_times(world: World) -> None:
    """In the middle of an assignment, five presses at once: one incident, the assignment stays."""
    first = await world.urgent(sos("anna"))
    url = f"/v1/units/{PATROLS[0]}/distress"
    keys = [{"Idempotency-Key": "x" * 500}] * 2 + [{}] * 3
    answers = await asyncio.gather(*(world.http.post(url, json={"lat": 49.1, "lon": 6.1}, headers=k) for k in keys))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["incident_id"] for answer in answers}) == 1
    assert len(await world.active(first)) == 1
    more = await world.http.post(url, json={"lat": 49.2}, headers=keys[0])
    assert more.status_code == 202


async def test_an_operator_cannot_send_an_officer_to_his_own_call(world: World) -> None:
    """The nearest unit is the one in distress: it is not recommended, and refused with that reason."""
    answer = await world.http.post(f"/v1/units/{PATROLS[0]}/distress", json={})
    incident = answer.json()["incident_id"]
    for assignment in await world.active(incident):
        await world.step(assignment, "decline")
    refused = await world.order(incident, "assign", {"unit": PATROLS[0], "reason": "nearest"})
    assert problem(refused, 409, "unit-refused")["reason"] == "calls_for_help"
    chosen = await world.order(incident, "assign", {"unit": PATROLS[1]})
    assert chosen.status_code == 200, chosen.text


async def test_a_busy_unit_keeps_its_status_and_cannot_be_sent(world: World) -> None:
    """409 for its own status and for another assignment, each with the reason."""
    incident = await world.urgent(sos("anna"))
    busy = (await world.active(incident))[0]["unit"]
    problem(await world.http.put(f"/v1/units/{busy}/status", json={"state": "off_duty"}), 409, "unit-busy")
    other = await world.urgent(signal(Nature.INTRUSION))
    refused = await world.order(other, "assign", {"unit": busy, "reason": "x"})
    assert problem(refused, 409, "unit-refused")["reason"] == "occupied"


async def test_a_position_from_a_clock_that_runs_ahead_does_not_freeze_the_unit(world: World) -> None:
    """A position dated tomorrow counts as now; the next right one replaces it, an older one does not."""
    url = f"/v1/units/{PATROLS[0]}/position"
    tomorrow = ago(days=-1).isoformat()
    assert (await world.http.put(url, json={"lat": 49.0, "lon": 6.0, "at": tomorrow})).json()["applied"]
    assert (await world.http.put(url, json={"lat": 49.5, "lon": 6.5, "at": now().isoformat()})).json()["applied"]
    old = await world.http.put(url, json={"lat": 48.0, "lon": 6.0, "at": ago(minutes=5).isoformat()})
    assert not old.json()["applied"]
    [unit] = [u for u in (await world.http.get("/v1/units")).json() if u["unit"] == PATROLS[0]]
    assert unit["position"]["lat"] == 49.5
