"""The room's other doors: kiosk calls, work orders, silences, calls, lists, and errors."""

import asyncio
from typing import Any

import pytest

from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import Outcome, ScreeningReason
from services.dispatch.store import tables
from tests.flow.dispatch.builders import CENTRE, ago, outcome, signal, sos
from tests.flow.dispatch.problems import problem
from tests.flow.dispatch.world import World


async def test_a_crew_is_not_kept_on_a_dismissed_fault(world: World) -> None:
    """Dismissing a fault ends its work order; the crew's report on it names what is possible: nothing."""
    await world.outcomes(outcome(signal(Nature.LAMP_OUT, "lamp"), Outcome.FAULT, ScreeningReason.FAULT_REPORTED))
    [incident] = await world.rows(tables.incidents)
    await world.order(incident["id"], "dismiss", {"reason": "on again"})
    [order] = (await world.http.get("/v1/work-orders")).json()
    assert order["state"] == "already_fixed"
    problem(await world.http.post(f"/v1/work-orders/{order['order_id']}/start"), 409, "not-allowed")


async def test_a_work_order_is_done_and_its_incident_resolved(world: World) -> None:
    """Ordered, started, completed; the same report again changes nothing."""
    await world.outcomes(outcome(signal(Nature.LAMP_OUT, "lamp"), Outcome.FAULT, ScreeningReason.FAULT_REPORTED))
    [order] = (await world.http.get("/v1/work-orders", params={"state": "ordered"})).json()
    url = f"/v1/work-orders/{order['order_id']}"
    problem(await world.http.post(f"{url}/complete"), 409, "not-allowed")
    for step in ("start", "start", "complete", "complete"):
        answer = await world.http.post(f"{url}/{step}", json={"note": "new bulb"})
        assert answer.status_code == 200, answer.text
    card = await world.card(order["incident_id"])
    assert (card["state"], card["work_orders"][0]["state"], card["work_orders"][0]["note"]) == (
        "resolved",
        "completed",
        "new bulb",
    )


async def test_the_kiosk_queue(world: World) -> None:
    """An access call waits as a call, not an incident; it is answered and refused, with a reason that is mandatory."""
    of = signal(Nature.ACCESS_CALL, "kiosk")
    await world.situation("s1", of)
    await world.situation("s1", of)
    assert await world.rows(tables.incidents) == []
    [call] = (await world.http.get("/v1/kiosk-calls", params={"state": "waiting"})).json()
    url = f"/v1/kiosk-calls/{call['kiosk_call_id']}"
    assert (await world.http.post(f"{url}/answer")).json()["state"] == "answered"
    problem(await world.http.post(f"{url}/refuse"), 422, "reason-required")
    refused = (await world.http.post(f"{url}/refuse", json={"reason": "no permit"})).json()
    assert (refused["state"], refused["reason"]) == ("refused", "no permit")
    assert problem(await world.http.post(f"{url}/open"), 409, "not-allowed")["allowed"] == []


@pytest.mark.parametrize("presses", [1, 2])
async def test_an_sos_of_the_kiosk_closes_its_waiting_call(world: World, presses: int) -> None:
    """The call ends as `sos` with the incident's id, also where the SOS joins one that is open already."""
    if presses == 2:
        await world.urgent(signal(Nature.KIOSK_SOS, "kiosk"))
    await world.situation("s1", signal(Nature.ACCESS_CALL, "kiosk"))
    incident = await world.urgent(signal(Nature.KIOSK_SOS, "kiosk"))
    [call] = (await world.http.get("/v1/kiosk-calls")).json()
    assert (call["state"], call["incident_id"]) == ("sos", incident)
    assert len(await world.rows(tables.incidents)) == 1


async def test_an_operator_turns_a_call_into_an_sos_once(world: World) -> None:
    """Two operators press SOS on one call: one incident, one unit."""
    await world.situation("s1", signal(Nature.ACCESS_CALL, "kiosk"))
    [call] = (await world.http.get("/v1/kiosk-calls")).json()
    url = f"/v1/kiosk-calls/{call['kiosk_call_id']}/sos"
    answers = await asyncio.gather(world.http.post(url), world.http.post(url))
    assert [answer.status_code for answer in answers] == [200, 200]
    assert len({answer.json()["incident_id"] for answer in answers}) == 1
    assert len(await world.active(answers[0].json()["incident_id"])) == 1


async def test_lists_page_without_a_gap(world: World) -> None:
    """Incidents opened at the very same moment are all found, page by page."""
    moment = ago(minutes=1)
    made = {await world.urgent(sos(f"p{number}", received_at=moment)) for number in range(5)}
    seen: list[str] = []
    while page := (
        await world.http.get("/v1/incidents", params={"limit": 2, **({"before": seen[-1]} if seen else {})})
    ).json():
        seen += [known["incident_id"] for known in page]
    assert (len(seen), set(seen)) == (5, made)


async def test_what_became_of_a_signal_can_be_asked(world: World) -> None:
    """By its id: outcome and reason, and the card that holds it; 404 until something is known."""
    of = signal(Nature.FIRE)
    problem(await world.http.get(f"/v1/signals/{of.signal_id}"), 404, "not-found")
    incident = await world.urgent(of)
    await world.outcomes(outcome(of, Outcome.ALARM, ScreeningReason.URGENT))
    found = (await world.http.get(f"/v1/signals/{of.signal_id}")).json()
    assert (found["outcome"], found["reason"], found["incident_id"]) == ("alarm", "urgent", incident)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/v1/incidents/nope/acknowledge", None, 404),
        ("GET", "/v1/nothing", None, 404),
        ("DELETE", "/v1/incidents", None, 405),
        ("POST", "/v1/calls", {"nature": "weather"}, 422),
        ("POST", "/v1/calls", {"nature": "disturbance", "centre": "00000"}, 422),
        ("POST", "/v1/calls", {"nature": "disturbance", "site": "elsewhere"}, 422),
        ("GET", "/v1/incidents/%00", None, 422),
        ("POST", "/v1/units/nope/distress", {}, 404),
        ("PUT", "/v1/units/nope/status", {"state": "available"}, 404),
        ("PUT", "/v1/units/nope/position", {"lat": 1, "lon": 1, "at": "2026-01-01T00:00:00Z"}, 404),
        ("POST", "/v1/assignments/nope/accept", {"epoch": 1}, 404),
        ("POST", "/v1/hand-overs/nope/acknowledge", None, 404),
        ("POST", "/v1/work-orders/nope/start", None, 404),
        ("POST", "/v1/kiosk-calls/nope/answer", None, 404),
        ("GET", "/v1/packs/00000", None, 404),
        ("PUT", "/v1/packs/00000", {"centre": 3}, 422),
    ],
)
async def test_every_error_is_a_problem_document(world: World, method: str, path: str, body: Any, status: int) -> None:
    """Unknown, wrong or unstorable input: RFC 9457, with the status repeated in the body."""
    answer = await world.http.request(method, path, json=body)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert answer.json()["type"].startswith("urn:vigie:problem:")


async def test_a_call_belongs_to_the_only_centre(world: World) -> None:
    """An operator need not name the centre where there is one; the site gives place, sector and commune."""
    answer = await world.http.post("/v1/calls", json={"nature": "assault", "site": "shop", "caller": "M. X"})
    card = await world.card(answer.json()["incident_id"])
    assert (card["centre"], card["sector"], card["commune"], card["site"]) == (CENTRE, "middle", CENTRE, "shop")
    assert [note["text"] for note in card["notes"]] == ["Requérant : M. X"]
    assert all("M. X" not in str(event) for event in card["events"])


async def test_a_fault_that_is_reopened_gets_another_work_order(world: World) -> None:
    """The withdrawn order stays as it was; the new one has an id of its own, so that nobody takes it for known."""
    incident = await world.urgent(signal(Nature.LAMP_OUT, "lamp"))
    await world.order(incident, "dismiss", {"reason": "works"})
    await world.order(incident, "reopen")
    await world.order(incident, "assign")
    states = [known["state"] for known in (await world.card(incident))["work_orders"]]
    assert sorted(states) == ["already_fixed", "ordered"]
    told = [dict(row["headers"])["ce_id"] for row in await world.rows(tables.outbox)]
    assert len(told) == len(set(told))
