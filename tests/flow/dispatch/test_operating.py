"""What operators, officers, partners and crews may do by HTTP, what is refused, and what is said then."""

import asyncio
from typing import Any

import httpx
import pytest

from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import Outcome, ScreeningReason
from services.dispatch.store import tables
from tests.flow.dispatch.world import CENTRE, PATROLS, World, ago, now, outcome, signal, sos


def problem(answer: httpx.Response, status: int, kind: str) -> dict[str, Any]:
    """The problem document in an answer, which must be one of that status and kind."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["type"] == f"urn:vigie:problem:{kind}"
    assert body["status"] == status
    return body


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


async def test_a_refused_request_does_not_use_up_its_key(world: World) -> None:
    """After a 409 the same request with the same key is tried again, and may succeed."""
    incident = await world.urgent(sos("anna"))
    [assignment] = await world.active(incident)
    url, body = f"/v1/assignments/{assignment['assignment_id']}/en-route", {"epoch": assignment["epoch"]}
    key = {"Idempotency-Key": "k-2"}
    problem(await world.http.post(url, json=body, headers=key), 409, "not-allowed")
    await world.step(assignment, "accept")
    assert (await world.http.post(url, json=body, headers=key)).json()["state"] == "en_route"


@pytest.mark.parametrize(
    ("order", "allowed"),
    [
        ("close", ["acknowledge", "assign", "backup", "dismiss", "merge", "note", "split", "verify"]),
        ("reopen", ["acknowledge", "assign", "backup", "dismiss", "merge", "note", "split", "verify"]),
    ],
)
async def test_a_wrong_order_names_those_that_are_possible(world: World, order: str, allowed: list[str]) -> None:
    """409 with the state and the allowed transitions."""
    incident = await world.urgent(sos("anna"))
    body = problem(await world.order(incident, order), 409, "not-allowed")
    assert (body["state"], body["allowed"]) == ("open", allowed)


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
    """Whatever the body holds, the call opens a P1 and another unit, never the officer himself, is offered it."""
    answer = await world.http.post(f"/v1/units/{PATROLS[0]}/distress", content=raw)
    assert answer.status_code == 202, answer.text
    card = await world.card(answer.json()["incident_id"])
    assert (card["nature"], card["priority"], card["position"] is not None) == ("officer_distress", "P1", True)
    assert [known["unit"] for known in card["assignments"]] == [PATROLS[1]]


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
    [assignment] = await world.active(incident)
    await world.step(assignment, "decline")
    [assignment] = await world.active(incident)
    await world.step(assignment, "decline")
    refused = await world.order(incident, "assign", {"unit": PATROLS[0], "reason": "nearest"})
    assert problem(refused, 409, "unit-refused")["reason"] == "calls_for_help"
    chosen = await world.order(incident, "assign", {"unit": PATROLS[1]})
    assert chosen.status_code == 200, chosen.text


async def test_another_unit_than_the_recommended_one_needs_a_reason(world: World) -> None:
    """422 names the recommended unit; with a reason it is sent, and both are in the decision's inputs."""
    incident = await world.urgent(signal(Nature.INTRUSION))
    refused = await world.order(incident, "assign", {"unit": PATROLS[2]})
    assert problem(refused, 422, "override-needs-reason")["recommended"] == PATROLS[0]
    assert (await world.order(incident, "assign", {"unit": PATROLS[2], "reason": "knows the site"})).status_code == 200
    [offered] = [e for e in (await world.card(incident))["events"] if e["event"] == "unit_offered"]
    assert (offered["reason"], offered["inputs"]["recommended"]) == ("operator_override", PATROLS[0])


async def test_a_busy_unit_keeps_its_status_and_cannot_be_sent(world: World) -> None:
    """409 for its own status and for another assignment, each with the reason."""
    incident = await world.urgent(sos("anna"))
    busy = (await world.active(incident))[0]["unit"]
    problem(await world.http.put(f"/v1/units/{busy}/status", json={"state": "off_duty"}), 409, "unit-busy")
    other = await world.urgent(signal(Nature.INTRUSION))
    refused = await world.order(other, "assign", {"unit": busy, "reason": "x"})
    assert problem(refused, 409, "unit-refused")["reason"] == "occupied"


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


async def test_silences_are_set_listed_and_ended(world: World) -> None:
    """One a scope: a new one ends the old; ended it is gone, and screening gets a tombstone for its scope."""
    body = {"scope": "site:shop", "reason": "works", "ends_at": "2099-01-01T00:00:00Z"}
    for _ in range(2):
        [made] = [(await world.http.post("/v1/silences", json=body)).json()]
    [held] = (await world.http.get("/v1/silences")).json()
    assert held["silence_id"] == made["silence_id"]
    url = f"/v1/silences/{made['silence_id']}"
    assert (await world.http.delete(url)).status_code == 204
    problem(await world.http.delete(url), 404, "not-found")
    sent = [row for row in await world.rows(tables.outbox) if row["topic"] == "silences"]
    assert [row["value"] is None for row in sorted(sent, key=lambda row: row["position"])] == [
        False,
        True,
        False,
        True,
    ]
    late = body | {"ends_at": "2020-01-01T00:00:00Z"}
    problem(await world.http.post("/v1/silences", json=late), 422, "ends-before-start")


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


async def test_a_text_with_a_nul_is_refused_not_a_fault(world: World) -> None:
    """PostgreSQL cannot hold it: 422, not 500."""
    incident = await world.urgent(sos("anna"))
    problem(await world.order(incident, "notes", {"text": "a\x00b"}), 422, "unstorable")


async def test_a_call_belongs_to_the_only_centre(world: World) -> None:
    """An operator need not name the centre where there is one; the site gives place, sector and commune."""
    answer = await world.http.post("/v1/calls", json={"nature": "assault", "site": "shop", "caller": "M. X"})
    card = await world.card(answer.json()["incident_id"])
    assert (card["centre"], card["sector"], card["commune"], card["site"]) == (CENTRE, "middle", CENTRE, "shop")
    assert [note["text"] for note in card["notes"]] == ["Requérant : M. X"]
    assert all("M. X" not in str(event) for event in card["events"])
