"""Badges taken back, by the real doors over a real database."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest
import pytest_asyncio

from services.dispatch.domain.revoking import Revoked
from services.dispatch.revocation_watch import RevocationWatch
from tests.flow.dispatch.builders import PATROLS
from tests.flow.dispatch.problems import problem
from tests.flow.dispatch.test_signing_in import badge_of
from tests.flow.dispatch.test_stream import listening_as
from tests.flow.dispatch.world import PIN, Engines, World, served

FIRST, SECOND = PATROLS[:2]


@pytest_asyncio.fixture
async def guarded(world: World, engines: Engines) -> AsyncIterator[World]:
    """The same database behind a door that asks who one is."""
    made = World(world.url, engines, accounts="demo")
    try:
        yield made
    finally:
        await made.http.aclose()


async def revoke(world: World, lead: dict[str, str], scope: str, who: str) -> str:
    """By the shift lead; the id."""
    body = {"scope": scope, "who": who, "reason": "tablette perdue"}
    answer = await world.http.post("/v1/revocations", json=body, headers=lead)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["revocation_id"])


async def test_a_lost_tablet_is_out_at_once_until_it_is_lifted(guarded: World) -> None:
    """Its badge opens nothing but a call for help; no new one is issued; others go on. The old one stays void."""
    lead, lost, other = [await badge_of(guarded, account) for account in ("chef-de-salle", FIRST, SECOND)]
    mine = {"unit": FIRST}
    assert (await guarded.http.get("/v1/assignments", params=mine, headers=lost)).status_code == 200
    known = await revoke(guarded, lead, "unit", FIRST)
    problem(await guarded.http.get("/v1/assignments", params=mine, headers=lost), 401, "revoked")
    assert (await guarded.http.get("/v1/session", headers=lost)).json()["revoked"] is True
    problem(await guarded.http.post("/v1/session", json={"account": FIRST, "pin": PIN}), 401, "revoked")
    fine = await guarded.http.get("/v1/assignments", params={"unit": SECOND}, headers=other)
    assert fine.status_code == 200
    why = {"reason": "tablette retrouvée"}
    assert (await guarded.http.post(f"/v1/revocations/{known}/lift", json=why, headers=lead)).status_code == 200
    problem(await guarded.http.get("/v1/assignments", params=mine, headers=lost), 401, "revoked")
    fresh = await badge_of(guarded, FIRST)
    assert (await guarded.http.get("/v1/assignments", params=mine, headers=fresh)).status_code == 200
    [listed] = (await guarded.http.get("/v1/revocations", headers=lead)).json()
    assert (listed["who"], listed["set_by"], listed["lifted_by"]) == (FIRST, "chef-de-salle", "chef-de-salle")
    problem(await guarded.http.post(f"/v1/revocations/{known}/lift", json=why, headers=lead), 404, "not-found")
    register = await guarded.http.get("/v1/access-register", headers=await badge_of(guarded, "auditeur"))
    told = [(e["object"], e["reason"]) for e in register.json()["entries"] if e["what"] == "revocation"]
    assert told == [(FIRST, "tablette retrouvée"), (FIRST, "tablette perdue")]


async def to_the_end(seen: Callable[[], Awaitable[object]]) -> None:
    """Reads twenty events at most. Raises EOFError where the stream ends before."""
    for _ in range(20):
        await seen()


async def test_only_a_lead_takes_badges_back_and_not_his_own(guarded: World) -> None:
    """Operators, officers and auditors may not; a lead who locks himself out could not be let in by anybody."""
    body = {"scope": "account", "who": "chef-de-salle", "reason": "x"}
    for account in ("operateur-1", FIRST, "auditeur"):
        problem(
            await guarded.http.post("/v1/revocations", json=body, headers=await badge_of(guarded, account)),
            403,
            "not-for-role",
        )
    lead = await badge_of(guarded, "chef-de-salle")
    problem(await guarded.http.post("/v1/revocations", json=body, headers=lead), 409, "yourself")


async def test_the_other_door_hears_of_it_and_ends_the_live_stream(guarded: World, engines: Engines) -> None:
    """Without a query a request: the second process learns by the live stream; what flows to that tablet ends."""
    second = World(guarded.url, engines, accounts="demo")
    lead, lost = await badge_of(guarded, "chef-de-salle"), await badge_of(guarded, FIRST)
    gate = second.app.state.gate
    watch = RevocationWatch(second.engine, gate.revoked, second.live)
    second.live.on_kind["revocation"] = watch.wake
    async with served(second) as url:
        stop = asyncio.Event()
        watching = asyncio.create_task(watch.run(stop))
        async with listening_as(url, lost) as seen:
            assert (await seen())[0] == "reset"
            await revoke(guarded, lead, "unit", FIRST)
            with pytest.raises(EOFError):
                await to_the_end(seen)
        async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
            problem(await client.get("/v1/stream", headers=lost), 401, "revoked")
        stop.set()
        await watching
    await second.http.aclose()


async def test_a_door_that_starts_knows_what_was_revoked_before(guarded: World) -> None:
    """What is in memory comes from PostgreSQL, lifted ones included."""
    lead = await badge_of(guarded, "chef-de-salle")
    await revoke(guarded, lead, "account", "operateur-2")
    fresh = Revoked()
    await RevocationWatch(guarded.engine, fresh, guarded.live).look()
    assert fresh._by.keys() == {("account", "operateur-2")}
