"""What is past its time is destroyed, what is not stays, and a signed record says so."""

import asyncio
import json
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from services.dispatch.audit import verify
from services.dispatch.domain.access_register import Entry, Fault, Seen
from services.dispatch.domain.retention import RULES, DataClass, TooLong, days_of
from services.dispatch.retention import Busy, Retention, Seal, Unsigned, is_sealed
from services.dispatch.store import leases, tables
from services.dispatch.store import retention as store_retention
from services.dispatch.store.register import append
from tests.flow.dispatch.builders import PATROLS, sos
from tests.flow.dispatch.problems import problem
from tests.flow.dispatch.world import World

SEAL = Seal(SecretStr("s" * 32))
OLD = "clock_timestamp() - interval '2000 days'"


def job(world: World) -> Retention:
    """With the days of the table."""
    return Retention(world.engine, SEAL, days_of({}))


async def two_incidents(world: World) -> tuple[str, str]:
    """One of long ago, closed, and one of now; each with a note, a picture and a unit's position."""
    old, new = await world.urgent(sos("anna")), await world.urgent(sos("bea"))
    assert old and new and old != new
    await world.sql("UPDATE dispatch.assignments SET state = 'cleared'")
    for incident in (old, new):
        await world.sql(
            "INSERT INTO dispatch.notes (id, incident_id, author, text, at) VALUES (:i, :i, 'x', 'Mme Durand', "
            "clock_timestamp())",
            i=incident,
        )
        await world.sql(
            "INSERT INTO dispatch.attachments (id, incident_id, kind, media_type, sha256, content, author, at) "
            "VALUES (:i, :i, 'photo', 'image/png', 'x', 'bytes', 'x', clock_timestamp())",
            i=incident,
        )
    for unit, at in zip(PATROLS[:2], (OLD, "clock_timestamp()"), strict=True):
        row = f"INSERT INTO dispatch.unit_positions VALUES (:u, 49, 6, 5, {at}, {at}) ON CONFLICT (unit_id) DO UPDATE"
        await world.sql(f"{row} SET received_at = {at}", u=unit)
    changed = {"notes": "at", "attachments": "at", "events": "at", "incident_signals": "linked_at"}
    for table, moment in changed.items():
        await world.sql(f"UPDATE dispatch.{table} SET {moment} = {OLD} WHERE incident_id = :i", i=old)
    await world.sql(f"UPDATE dispatch.incidents SET opened_at = {OLD}, state = 'closed' WHERE id = :i", i=old)
    world.damaged = True  # inputs are about to go: old decisions cannot be evaluated again, and say so
    return old, new


async def test_identity_goes_and_the_event_stays(world: World) -> None:
    """Of the old: no caller, place, words, picture or position; its times and reasons stand. The new is whole."""
    old, new = await two_incidents(world)
    due = await job(world).due()
    before = {row["id"]: row for row in await world.rows(tables.incidents)}
    gone = await job(world).destroy()
    assert gone.items() <= due.items() | {(DataClass.CALLERS, gone[DataClass.CALLERS])}  # erased once, due twice
    assert gone[DataClass.CALLERS] <= due[DataClass.CALLERS]
    assert gone[DataClass.POSITIONS] == 1 and gone[DataClass.NOTES] == 1 and gone[DataClass.PICTURES] == 1
    assert gone[DataClass.CALLERS] >= 2 and gone[DataClass.DECISION_INPUTS] >= 1
    after = {row["id"]: row for row in await world.rows(tables.incidents)}
    kept = ("nature", "priority", "state", "opened_at", "run_card", "version", "sector")
    assert {name: after[old][name] for name in kept} == {name: before[old][name] for name in kept}
    assert [after[old][name] for name in ("subject", "address", "lat", "lon")] == [None] * 4
    assert dict(after[new]) == dict(before[new])
    assert {row["incident_id"]: row["text"] for row in await world.rows(tables.notes)} == {
        old: "[effacé]",
        new: "Mme Durand",
    }
    pictures = {row["incident_id"]: row["content"] for row in await world.rows(tables.attachments)}
    assert (pictures[old], bytes(pictures[new])) == (None, b"bytes")
    events = [row for row in await world.rows(tables.events) if row["incident_id"] == old]
    assert all("lat" not in json.dumps(row["inputs"]) and row["reason"] for row in events)
    assert set((await job(world).due()).values()) == {0}


async def counted(world: World, query: str) -> int:
    """A number out of the database."""
    async with world.direct.connect() as conn:
        return int(await conn.scalar(text(query)) or 0)


async def test_nothing_of_the_caller_is_left_in_any_table(world: World) -> None:
    """Searched as text in every column of every table: pseudonym, words and place of an old call for help are gone.

    Not looked at: the live stream's rows, which go within a day by themselves; where the city and its units are.
    """
    old = await world.urgent(sos("anna-durand"))
    await world.http.post(f"/v1/incidents/{old}/notes", json={"text": "elle s'appelle anna-durand"})
    await world.sql("UPDATE dispatch.assignments SET state = 'cleared'")
    for table, moment in {"notes": "at", "events": "at", "incident_signals": "linked_at"}.items():
        await world.sql(f"UPDATE dispatch.{table} SET {moment} = {OLD} WHERE incident_id = :i", i=old)
    await world.sql(f"UPDATE dispatch.incidents SET opened_at = {OLD}, state = 'closed' WHERE id = :i", i=old)
    searched = "SELECT count(*) FROM dispatch.{} t WHERE t::text LIKE '%anna-durand%' OR t::text LIKE '%49.12%6.17%'"
    others = {"stream", "packs", "unit_positions"}
    names = [table.name for table in tables.metadata.sorted_tables if table.name not in others]
    before = {name: await counted(world, searched.format(name)) for name in names}
    assert {name for name, number in before.items() if number} >= {"incidents", "incident_signals", "events", "notes"}
    await job(world).destroy()
    after = {name: await counted(world, searched.format(name)) for name in names}
    assert {name: number for name, number in after.items() if number} == {}
    world.damaged = True


async def hold(world: World, incident: str) -> str:
    """By a shift lead; the hold."""
    body = {"incident": incident, "reason": "réquisition 12/2026"}
    answer = await world.http.post("/v1/legal-holds", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["hold_id"])


async def test_a_card_under_legal_hold_keeps_everything(world: World) -> None:
    """Until it is lifted; who set and lifted it, and why, stands in the register."""
    old, _ = await two_incidents(world)
    held = await hold(world, old)
    gone = await job(world).destroy()
    kept = (DataClass.NOTES, DataClass.PICTURES, DataClass.CALLERS, DataClass.DECISION_INPUTS)
    assert {gone[name] for name in kept} == {0}
    [listed] = (await world.http.get("/v1/legal-holds")).json()
    assert (listed["hold_id"], listed["incident_id"], listed["lifted_at"]) == (held, old, None)
    lifted = await world.http.post(f"/v1/legal-holds/{held}/lift", json={"reason": "classé sans suite"})
    assert lifted.status_code == 200, lifted.text
    problem(await world.http.post(f"/v1/legal-holds/{held}/lift", json={"reason": "x"}), 404, "not-found")
    problem(await world.http.post("/v1/legal-holds", json={"incident": "nope", "reason": "x"}), 404, "not-found")
    assert (await job(world).destroy())[DataClass.NOTES] == 1
    entries = [json.loads(row["entry"]) for row in await world.rows(tables.access_register)]
    told = [(e["object"], e["reason"], e["asked"].get("lifted")) for e in entries if e["what"] == "legal_hold"]
    assert told == [(old, "réquisition 12/2026", None), (old, "classé sans suite", True)]


async def test_a_hold_reaches_what_was_merged(world: World) -> None:
    """Merged into another, on either side of a merge: what the held incident holds is kept."""
    old, new = await two_incidents(world)
    for kept_one in (old, new):
        await world.sql("UPDATE dispatch.incidents SET merged_into = :n, state = 'merged' WHERE id = :o", n=new, o=old)
        await world.sql("INSERT INTO dispatch.legal_holds VALUES ('h', :i, 'x', 'x', clock_timestamp())", i=kept_one)
        assert (await job(world).due())[DataClass.NOTES] == 0
        await world.sql("DELETE FROM dispatch.legal_holds")
    assert (await job(world).due())[DataClass.NOTES] == 1


async def test_a_hold_that_is_being_set_is_waited_for(world: World) -> None:
    """Between the order and its commit nothing of that incident goes."""
    old, _ = await two_incidents(world)
    async with world.direct.begin() as conn:
        row = "INSERT INTO dispatch.legal_holds VALUES ('h', :i, 'x', 'x', clock_timestamp())"
        await conn.execute(text(row), {"i": old})
        running = asyncio.create_task(job(world).destroy())
        waiting = "SELECT 1 FROM pg_locks WHERE relation = 'dispatch.legal_holds'::regclass AND NOT granted"
        while (await conn.execute(text(waiting))).first() is None:
            assert not running.done()
            await asyncio.sleep(0.01)
    assert (await running)[DataClass.NOTES] == 0


async def test_one_process_at_a_time_and_once_a_day(world: World) -> None:
    """While another holds the lease nothing goes and no record is written; after a run it is not due again."""
    await two_incidents(world)
    assert await leases.take(world.engine, "retention", "another", timedelta(minutes=5))
    with pytest.raises(Busy):
        await job(world).destroy()
    assert await world.rows(tables.access_register) == []
    await leases.give_back(world.engine, "retention", "another")
    stop = asyncio.Event()
    running = asyncio.create_task(job(world).run(stop))
    while not any("run" in json.loads(row["entry"])["asked"] for row in await world.rows(tables.access_register)):
        assert not running.done()
        await asyncio.sleep(0.05)
    stop.set()
    await running
    assert not await job(world)._is_due()
    assert set((await job(world).due()).values()) == {0}


async def test_more_than_one_batch_goes_in_several_transactions(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each with its own signed record, whose numbers add up to the run's."""
    monkeypatch.setattr(store_retention, "AT_ONCE", 3)
    old, _ = await two_incidents(world)
    for n in range(7):
        row = f"INSERT INTO dispatch.notes (id, incident_id, author, text, at) VALUES ('n{n}', :i, 'x', 'y', {OLD})"
        await world.sql(row, i=old)
    assert (await job(world).destroy())[DataClass.NOTES] == 8
    told = [json.loads(row["entry"])["asked"] for row in await world.rows(tables.access_register)]
    assert [record["rows"] for record in told if record.get("class") == "notes"] == [3, 3, 2]


async def test_nothing_goes_without_a_key(world: World) -> None:
    """It can count, and that is all."""
    await two_incidents(world)
    unsigned = Retention(world.engine, None, days_of({}))
    assert (await unsigned.due())[DataClass.NOTES] == 1
    with pytest.raises(Unsigned):
        await unsigned.destroy()
    assert (await unsigned.due())[DataClass.NOTES] == 1


async def test_each_run_leaves_a_signed_record(world: World) -> None:
    """In the register, in the transaction of the destruction; a changed number or another key does not pass."""
    await two_incidents(world)
    await job(world).destroy()
    told = [json.loads(row["entry"])["asked"] for row in await world.rows(tables.access_register)]
    assert "run" in told[-1] and {"positions", "notes"} <= {record.get("class") for record in told}
    for record in told:
        assert is_sealed(record, SEAL.public)
        assert not is_sealed(record | {"rows": 999}, SEAL.public)
        assert not is_sealed(record, Seal(SecretStr("x" * 32)).public)
    verdict = await asyncio.to_thread(verify, world.url, (), SEAL.public)
    assert (verdict.faults, verdict.keys) == ([], {SEAL.public.hex()})
    other = await asyncio.to_thread(verify, world.url, (), Seal(SecretStr("x" * 32)).public)
    assert {found.fault for found in other.faults} == {Fault.UNSIGNED} and len(other.faults) == len(told)


async def test_a_forged_record_of_destruction_is_found(world: World) -> None:
    """Whoever may write the register, but holds no key, cannot make a destruction look ordered."""
    forged = {"class": "notes", "rows": 1, "head": "0:", "key": SEAL.public.hex(), "signature": "00"}
    async with world.direct.begin() as conn:
        await append(conn, [Entry(Seen.RETENTION, "retention", asked=forged), Entry(Seen.RETENTION, "retention")])
    found = (await asyncio.to_thread(verify, world.url)).faults
    assert [(one.position, one.fault) for one in found] == [(1, Fault.UNSIGNED), (2, Fault.UNSIGNED)]


def test_no_setting_keeps_longer_than_it_may() -> None:
    """Shorter is the city's choice; longer than the law or never is refused."""
    assert days_of({DataClass.PICTURES: 15})[DataClass.PICTURES] == 15
    for wrong in (31, 0, -1):
        with pytest.raises(TooLong):
            days_of({DataClass.PICTURES: wrong})
    assert days_of({}).keys() == RULES.keys()
