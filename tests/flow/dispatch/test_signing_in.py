"""Signing in, and what each role is let do by the real door over a real database."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr

from schemas.vocabulary.natures import Nature
from services.dispatch.badges import SHIFT, Badges, system_now
from services.dispatch.domain.access import Person, Role
from tests.flow.dispatch.builders import CENTRE, PATROLS, signal, sos
from tests.flow.dispatch.problems import problem
from tests.flow.dispatch.test_stream import listening_as
from tests.flow.dispatch.world import PIN, SERVICE_TOKEN, Engines, World, served

FIRST, SECOND = PATROLS[:2]


@pytest_asyncio.fixture
async def guarded(world: World, engines: Engines) -> AsyncIterator[World]:
    """The same database behind a door that asks who one is."""
    made = World(world.url, engines, accounts="demo")
    try:
        yield made
    finally:
        await made.http.aclose()


async def badge_of(world: World, account: str) -> dict[str, str]:
    """Signs in and gives the badge as a machine sends it; the cookie jar stays empty."""
    answer = await world.http.post("/v1/session", json={"account": account, "pin": PIN})
    assert answer.status_code == 200, answer.text
    badge = answer.cookies["vigie_badge"]
    world.http.cookies.clear()
    return {"Authorization": f"Bearer {badge}"}


async def test_a_page_signs_in_and_out_with_a_cookie(guarded: World) -> None:
    """Before it nothing is answered but who may sign in; the cookie is for this site and out of scripts' reach."""
    before = (await guarded.http.get("/v1/session")).json()
    assert before["person"] is None
    assert {"chef-de-salle", "auditeur", FIRST, "crew-1", "sdis"} <= {one["account"] for one in before["choices"]}
    problem(await guarded.http.get("/v1/incidents"), 401, "not-signed-in")
    answer = await guarded.http.post("/v1/session", json={"account": "operateur-1", "pin": PIN})
    assert answer.json()["person"]["role"] == "operator"
    assert [centre["timezone"] for centre in answer.json()["centres"]] == ["Europe/Paris"]
    assert {"HttpOnly", "SameSite=strict"} <= set(answer.headers["set-cookie"].split("; "))
    assert (await guarded.http.get("/v1/incidents")).status_code == 200
    assert (await guarded.http.delete("/v1/session")).json() == {"continue_at": None}
    problem(await guarded.http.get("/v1/incidents"), 401, "not-signed-in")


async def test_a_wrong_pin_is_refused_and_then_slowed_down(guarded: World) -> None:
    """An unknown account answers as a wrong PIN does; after five the account waits, even with the right one."""
    for account in ("operateur-1", "nobody"):
        problem(await guarded.http.post("/v1/session", json={"account": account, "pin": "0"}), 401, "wrong-pin")
    for _ in range(4):
        await guarded.http.post("/v1/session", json={"account": "operateur-1", "pin": "0"})
    late = await guarded.http.post("/v1/session", json={"account": "operateur-1", "pin": PIN})
    problem(late, 429, "wait")
    assert int(late.headers["Retry-After"]) > 20


ROOM = {"operateur-1", "chef-de-salle"}
READERS = ROOM | {"auditeur"}
ALL = READERS | {FIRST, "crew-1", "sdis", "service"}
DOORS = [
    ("GET", "/v1/incidents", None, READERS),
    ("POST", "/v1/incidents/nope/acknowledge", None, ROOM),
    ("POST", "/v1/calls", {"nature": "disturbance", "centre": CENTRE}, ROOM),
    ("GET", f"/v1/assignments?unit={FIRST}", None, READERS | {FIRST}),
    ("GET", f"/v1/assignments?unit={SECOND}", None, READERS),
    ("GET", "/v1/assignments", None, READERS),
    ("PUT", f"/v1/units/{FIRST}/status", {"state": "available"}, ROOM | {FIRST}),
    ("PUT", f"/v1/units/{SECOND}/status", {"state": "available"}, ROOM),
    ("POST", f"/v1/units/{SECOND}/distress", {}, ALL),
    ("GET", "/v1/work-orders", None, READERS | {"crew-1"}),
    ("POST", "/v1/silences", {}, {"chef-de-salle"}),
    ("GET", "/v1/signals", None, READERS),
    ("POST", "/v1/urgent", {}, {"service"}),
    ("GET", f"/v1/packs/{CENTRE}", None, READERS | {"service"}),
    ("PUT", f"/v1/packs/{CENTRE}", {}, {"chef-de-salle", "service"}),
]


@pytest.mark.parametrize(("method", "path", "body", "allowed"), DOORS, ids=lambda value: _named(value)[:40])
async def test_each_role_is_let_do_its_own(
    guarded: World, method: str, path: str, body: dict[str, Any] | None, allowed: set[str]
) -> None:
    """Everybody else gets 403 with the reason, whatever the request says."""
    for account in sorted(ALL):
        who = {"Authorization": f"Bearer {SERVICE_TOKEN}"} if account == "service" else await badge_of(guarded, account)
        answer = await guarded.http.request(method, path, json=body, headers=who)
        refused = answer.status_code in {401, 403}
        assert refused == (account not in allowed), f"{account}: {answer.status_code} {answer.text[:200]}"


async def test_an_officer_reports_only_on_his_own_assignment(guarded: World) -> None:
    """The other unit's badge is refused and changes nothing; his own is taken; an unknown one is not told apart."""
    await guarded.urgent(sos("anna"))
    own, other = await badge_of(guarded, FIRST), await badge_of(guarded, SECOND)
    [offered] = (await guarded.http.get("/v1/assignments", params={"unit": FIRST}, headers=own)).json()
    path, body = f"/v1/assignments/{offered['assignment_id']}/accept", {"epoch": offered["epoch"]}
    problem(await guarded.http.post(path, json=body, headers=other), 403, "not-own")
    problem(await guarded.http.post("/v1/assignments/nope/accept", json=body, headers=other), 403, "not-own")
    answer = await guarded.http.post(path, json=body, headers=own)
    assert (answer.status_code, answer.json()["state"]) == (200, "accepted")


async def test_a_partner_answers_only_its_own_hand_over(guarded: World) -> None:
    """The police cannot acknowledge what was handed to the firefighters."""
    incident = await guarded.urgent(signal(Nature.FIRE))
    lead = await badge_of(guarded, "chef-de-salle")
    [sent] = (await guarded.http.get(f"/v1/incidents/{incident}", headers=lead)).json()["hand_overs"]
    path = f"/v1/hand-overs/{sent['hand_over_id']}/acknowledge"
    problem(await guarded.http.post(path, headers=await badge_of(guarded, "police")), 403, "not-own")
    assert (await guarded.http.post(path, headers=await badge_of(guarded, "sdis"))).status_code == 200


async def test_the_log_names_who_is_signed_in(guarded: World) -> None:
    """Not whom a header claims."""
    incident = await guarded.urgent(sos("anna"))
    who = await badge_of(guarded, "operateur-2")
    answer = await guarded.http.post(f"/v1/incidents/{incident}/acknowledge", headers=who | {"X-Actor": "the-mayor"})
    assert answer.json()["acknowledged_by"] == "operateur-2"


async def test_a_call_for_help_is_taken_with_a_badge_that_ran_out(guarded: World) -> None:
    """Nothing else is; and one that we never issued opens nothing else either."""
    officer = Person(FIRST, "PM-1", Role.PATROL, unit=FIRST)
    badges = Badges(SecretStr("k" * 32))
    old = {"Authorization": f"Bearer {badges.issue(officer, system_now() - SHIFT - timedelta(hours=1))}"}
    problem(await guarded.http.get("/v1/assignments", params={"unit": FIRST}, headers=old), 401, "not-signed-in")
    assert (await guarded.http.post(f"/v1/units/{FIRST}/distress", headers=old)).status_code == 202
    forged = {"Authorization": f"Bearer {Badges(SecretStr('x' * 32)).issue(officer, system_now())}"}
    problem(await guarded.http.get("/v1/assignments", params={"unit": FIRST}, headers=forged), 401, "not-signed-in")


async def test_another_sites_page_cannot_use_our_cookie(guarded: World) -> None:
    """Its orders are refused and it may read nothing; the other door's page may."""
    who = await badge_of(guarded, "operateur-1")
    call = {"nature": "disturbance", "centre": CENTRE}
    for origin, status in (("http://evil.example", 403), ("http://other-door", 201), ("http://dispatch", 201)):
        answer = await guarded.http.post("/v1/calls", json=call, headers=who | {"Origin": origin})
        assert answer.status_code == status, origin
        assert ("access-control-allow-origin" in answer.headers) == (status == 201), origin
    assert (await guarded.http.get("/v1/doors")).json() == {"doors": ["http://dispatch", "http://other-door"]}


async def test_the_stream_shows_each_role_its_own(guarded: World) -> None:
    """An officer gets his unit's part without asking, not another's; a crew gets the work orders and no incident."""
    officer, crew = await badge_of(guarded, SECOND), await badge_of(guarded, "crew-1")
    async with served(guarded) as url:
        async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
            problem(await client.get("/v1/stream"), 401, "not-signed-in")
            problem(await client.get("/v1/stream", params={"unit": FIRST}, headers=officer), 403, "not-own")
        async with listening_as(url, officer) as seen, listening_as(url, crew) as ordered:
            snapshots = [(await event())[2]["snapshot"] for event in (seen, ordered)]
            assert [sorted(snapshot) for snapshot in snapshots] == [
                ["assignments", "broadcasts", "companions", "move_ups", "units"],
                ["assignments", "broadcasts", "companions", "move_ups", "units", "work_orders"],
            ]
            assert [[known["unit"] for known in snapshot["units"]] for snapshot in snapshots] == [[SECOND], ["crew-1"]]
            await guarded.urgent(sos("anna"))
            lamp = signal(Nature.LAMP_OUT, device="lamp")
            await guarded.situation("s-lamp", lamp)
            kind, _, data = await ordered()
            assert (kind, data["state"]) == ("work_order", "ordered")
            kind, _, data = await seen()
            assert kind == "heartbeat"


def _named(value: object) -> str:
    """The same in every process: sets have no order of their own."""
    return str(sorted(value)) if isinstance(value, set) else str(value)
