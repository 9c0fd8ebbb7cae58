"""Who saw what: written before it is shown, one chain over all processes, and no change goes unnoticed."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.dispatch.audit import Mark, Verdict, verify
from services.dispatch.domain.access_register import NOTHING_PERSONAL, SHOWN, Entry, Fault, Seen
from services.dispatch.store import register as store_register
from services.dispatch.store import tables
from services.dispatch.store.register import Register
from tests.flow.dispatch.builders import PATROLS, sos
from tests.flow.dispatch.problems import problem
from tests.flow.dispatch.test_signing_in import badge_of
from tests.flow.dispatch.world import SERVICE_TOKEN, Engines, World

REGISTER = "/v1/access-register"


@pytest_asyncio.fixture
async def guarded(world: World, engines: Engines) -> AsyncIterator[World]:
    """The same database behind a door that asks who one is."""
    made = World(world.url, engines, accounts="demo")
    try:
        yield made
    finally:
        await made.http.aclose()


async def checked(world: World, *marks: Mark) -> Verdict:
    """The whole register verified, by a connection of its own."""
    return await asyncio.to_thread(verify, world.url, marks)


async def spoil(world: World, statement: str) -> None:
    """What somebody with all rights over the database might do: triggers sleep for him."""
    async with world.direct.begin() as conn:
        await conn.execute(text("SET LOCAL session_replication_role = replica"))
        await conn.execute(text(statement))


def test_every_door_that_shows_something_is_decided_about(world: World) -> None:
    """A new GET is either written down or named as showing nothing about people."""
    described = world.app.openapi()["paths"]
    doors = {f"GET {path}" for path, found in described.items() if "get" in found and path.startswith("/v1/")}
    assert doors == set(SHOWN) | NOTHING_PERSONAL
    assert not set(SHOWN) & NOTHING_PERSONAL


async def test_what_is_read_is_in_the_register(guarded: World) -> None:
    """Who, as what, which card, with which filter and for which reason; refused readers and our own tools are not."""
    incident = await guarded.urgent(sos("anna"))
    operator, auditor = await badge_of(guarded, "operateur-1"), await badge_of(guarded, "auditeur")
    await guarded.http.get(f"/v1/incidents/{incident}", headers=operator)
    exported = {"since": "2026-03-01T00:00:00Z", "reason": "réquisition 12/2026"}
    answer = await guarded.http.get("/v1/log.csv", params=exported, headers=auditor)
    assert answer.status_code == 200, answer.text
    problem(await guarded.http.get("/v1/incidents", headers=await badge_of(guarded, PATROLS[0])), 403, "not-for-role")
    await guarded.http.get("/v1/signals/nope", headers={"Authorization": f"Bearer {SERVICE_TOKEN}"})
    problem(await guarded.http.get(REGISTER, headers=operator), 403, "not-for-role")
    page = (await guarded.http.get(REGISTER, headers=auditor)).json()
    told = [(e["what"], e["actor"], e["role"], e["object"], e["reason"]) for e in page["entries"]]
    assert told == [
        ("register", "auditeur", "auditor", None, None),
        ("log_export", "auditeur", "auditor", None, "réquisition 12/2026"),
        ("card", "operateur-1", "operator", incident, None),
    ]
    assert page["entries"][1]["asked"] == {"since": "2026-03-01T00:00:00Z"}
    only = (await guarded.http.get(REGISTER, params={"actor": "operateur-1", "limit": 1}, headers=auditor)).json()
    assert [e["object"] for e in only["entries"]] == [incident]
    assert (await checked(guarded)).faults == []


async def test_two_processes_write_one_chain(guarded: World, engines: Engines) -> None:
    """Readers at once at two doors, ten times twenty: no position twice, none missing, all hang together."""
    other = World(guarded.url, engines, accounts="demo")
    operator = await badge_of(guarded, "operateur-1")
    for _ in range(10):
        asked = [door.http.get("/v1/units", headers=operator) for door in [guarded, other] * 10]
        assert {answer.status_code for answer in await asyncio.gather(*asked)} == {200}
    verdict = await checked(guarded)
    assert (verdict.entries, verdict.head.position, verdict.faults) == (200, 200, [])
    await other.http.aclose()


async def test_two_hundred_at_once_are_all_answered_and_all_written(guarded: World) -> None:
    """A room full of pages that come back together: the register refuses no reader, and no line is missing."""
    operator = await badge_of(guarded, "operateur-1")
    asked = [guarded.http.get("/v1/broadcasts", headers=operator) for _ in range(200)]
    assert {answer.status_code for answer in await asyncio.gather(*asked)} == {200}
    assert (await checked(guarded)).entries == 200


@asynccontextmanager
async def head_held(world: World) -> AsyncIterator[None]:
    """Somebody else has the register's head, and does not let go."""
    async with world.direct.begin() as conn:
        await conn.execute(text("SELECT 1 FROM dispatch.register_head FOR UPDATE"))
        yield


async def test_a_slow_register_keeps_nobody_from_an_alarm_and_loses_no_line(guarded: World) -> None:
    """While its head is held, answers come after a bounded wait; a clean stop writes what is in line, in order."""
    operator = await badge_of(guarded, "operateur-1")
    register: Register = guarded.app.state.register
    register.patience_s = 0.1
    async with head_held(guarded):
        for unit in ("/v1/units", "/v1/broadcasts", "/v1/work-orders"):
            assert (await guarded.http.get(unit, headers=operator)).status_code == 200
        assert (await checked(guarded)).entries == 0
    assert await register.close() == 0
    verdict = await checked(guarded)
    assert (verdict.entries, verdict.faults) == (3, [])
    told = [json.loads(row["entry"])["what"] for row in await guarded.rows(tables.access_register)]
    assert told == ["units", "broadcasts", "work_orders"]


async def test_a_line_that_never_moves_is_said_at_the_stop(guarded: World) -> None:
    """What could not be written in the time that a stop has is counted, not passed over."""
    register: Register = guarded.app.state.register
    register.patience_s = 0.05
    async with head_held(guarded):
        await register.note(Entry(Seen.UNITS, "operateur-1"))
        assert await register.close(0.1) == 1


async def test_past_its_limit_the_line_is_closed(guarded: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is shown then, and the answer says when to come back."""
    monkeypatch.setattr(store_register, "MOST", 0)
    answer = await guarded.http.get("/v1/units", headers=await badge_of(guarded, "operateur-1"))
    problem(answer, 503, "register-full")


async def test_odd_characters_neither_stop_the_register_nor_its_reader(guarded: World) -> None:
    """A NUL and half a character in an address are shown as replacement marks; the auditor still reads everything."""
    auditor = await badge_of(guarded, "auditeur")
    await guarded.http.get("/v1/log?reason=a%00b%ed%a0%80c&until=2026-03-01T00:00:00Z", headers=auditor)
    answer = await guarded.http.get(REGISTER, params={"what": "log"}, headers=auditor)
    assert answer.status_code == 200, answer.text
    [entry] = answer.json()["entries"]
    assert entry["reason"].startswith("a\ufffdb")


async def test_nothing_is_shown_that_could_not_be_written_down(guarded: World) -> None:
    """Without a head to hang it on the card is not answered."""
    operator = await badge_of(guarded, "operateur-1")
    await spoil(guarded, "DELETE FROM dispatch.register_head")
    assert (await guarded.http.get("/v1/units", headers=operator)).status_code >= 500


@pytest.mark.parametrize("statement", ["UPDATE {} SET entry = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
async def test_the_register_takes_no_change(guarded: World, statement: str) -> None:
    """PostgreSQL itself refuses, whoever asks in the ordinary way, the tables' owner included."""
    await guarded.http.get("/v1/units", headers=await badge_of(guarded, "operateur-1"))
    with pytest.raises(DBAPIError, match="append-only"):
        await guarded.sql(statement.format("dispatch.access_register"))
    assert (await checked(guarded)).entries == 1


REHASHED = (
    "WITH said AS (SELECT replace(entry, 'operateur-1', 'operateur-2') AS entry FROM dispatch.access_register "
    "WHERE position = 3) UPDATE dispatch.access_register AS held SET entry = said.entry, "
    "hash = sha256(held.hash_before || convert_to('3 ' || (extract(epoch FROM held.at) * 1000000)::bigint || ' ' "
    "|| said.entry, 'UTF8')) FROM said WHERE position = 3"
)


@pytest.mark.parametrize(
    ("statement", "faults"),
    [
        ("UPDATE dispatch.access_register SET entry = replace(entry, '-1', '-2') WHERE position = 3", {3: "changed"}),
        ("UPDATE dispatch.access_register SET at = at - interval '1 hour' WHERE position = 3", {3: "changed"}),
        ("DELETE FROM dispatch.access_register WHERE position = 3", {4: "missing"}),
        ("DELETE FROM dispatch.access_register WHERE position > 3", {5: "cut_off"}),
        ("DELETE FROM dispatch.access_register", {5: "cut_off"}),
        (REHASHED, {4: "detached"}),
    ],
    ids=["text", "time", "taken out", "tail", "all", "with its hash"],
)
async def test_a_change_by_an_administrator_is_found(guarded: World, statement: str, faults: dict[int, str]) -> None:
    """Where it happened, and what: text, time, an entry taken out, the end cut off, an entry hashed anew."""
    operator = await badge_of(guarded, "operateur-1")
    for _ in range(5):
        await guarded.http.get("/v1/units", headers=operator)
    assert (await checked(guarded)).faults == []
    await spoil(guarded, statement)
    assert {found.position: found.fault.value for found in (await checked(guarded)).faults} == faults


async def test_a_mark_that_was_noted_finds_a_register_written_anew(guarded: World) -> None:
    """The head's hash of yesterday, kept elsewhere, tells of a chain that is whole in itself but another."""
    operator = await badge_of(guarded, "operateur-1")
    await guarded.http.get("/v1/units", headers=operator)
    noted = (await checked(guarded)).head
    await guarded.http.get("/v1/units", headers=operator)
    assert (await checked(guarded, noted)).faults == []
    await spoil(guarded, "DELETE FROM dispatch.access_register")
    await spoil(guarded, "UPDATE dispatch.register_head SET position = 0, hash = ''")
    await guarded.http.get("/v1/units", headers=operator)
    assert (await checked(guarded)).faults == []
    assert [found.fault for found in (await checked(guarded, noted)).faults] == [Fault.CHANGED]
    assert [found.fault for found in (await checked(guarded, Mark(9, b""))).faults] == [Fault.CUT_OFF]
