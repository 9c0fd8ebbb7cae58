"""A city pack comes into force: once, whole, in parts for the others, and without touching what is open."""

from schemas.codec import decode
from schemas.pack.pack import PackAssembler, PackPart, PackPartApplied
from schemas.vocabulary.natures import Nature
from services.dispatch.store import tables
from tests.flow.dispatch.builders import CENTRE, PATROLS, card, city, patrol, signal, sos
from tests.flow.dispatch.world import World


async def put(world: World, **changes: object) -> dict[str, object]:
    """Puts a changed city through the door; the answer."""
    pack = city(**changes)
    answer = await world.http.put(
        f"/v1/packs/{CENTRE}", content=pack.model_dump_json(), headers={"content-type": "application/json"}
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    assert found["version"] == pack.version
    return found


async def test_the_same_version_again_changes_nothing(world: World) -> None:
    """No new outbox row, no new version."""
    before = len(await world.rows(tables.outbox))
    assert (await put(world))["changed"] is False
    assert len(await world.rows(tables.outbox)) == before
    assert (await world.http.get(f"/v1/packs/{CENTRE}")).json()["version"] == city().version


async def test_a_new_version_goes_out_in_parts_that_make_it_whole(world: World) -> None:
    """The outbox holds one record a part, from which another process builds exactly this pack."""
    assert (await put(world, units=(patrol("pm-9", 1),)))["changed"] is True
    rows = sorted(await world.rows(tables.outbox), key=lambda row: row["position"])[-len(PackPart) :]
    assembler = PackAssembler()
    whole = [
        assembler.add(decode(row["value"], [(n, v.encode()) for n, v in row["headers"]], [PackPartApplied]))
        for row in rows
    ]
    assert whole[:-1] == [None] * (len(PackPart) - 1)
    assert whole[-1] is not None
    assert whole[-1].version == city(units=(patrol("pm-9", 1),)).version


async def test_a_removed_unit_retires_when_it_is_clear(world: World) -> None:
    """A free unit that the pack no longer names goes off duty at once; a bound one finishes first."""
    incident = await world.urgent(sos("anna"))
    [assignment] = await world.active(incident)
    await put(world, units=(patrol(PATROLS[1], 2),))

    async def shown() -> dict[str, tuple[str, bool]]:
        return {u["unit"]: (u["state"], u["retiring"]) for u in (await world.http.get("/v1/units")).json()}

    held = await shown()
    assert held[PATROLS[2]] == ("off_duty", True)
    assert held[PATROLS[0]] == ("assigned", True)
    await world.step(assignment, "accept", "en-route", "on-scene", "clear")
    assert (await shown())[PATROLS[0]] == ("off_duty", True)
    [next_one] = await world.active(await world.urgent(sos("berta")))
    assert next_one["unit"] == PATROLS[1]


async def test_a_unit_that_comes_back_may_be_sent_again(world: World) -> None:
    """Named again by a later pack, it is no longer retiring and comes on duty by its own word."""
    await put(world, units=(patrol(PATROLS[1], 2),))
    await put(world)
    await world.http.put(f"/v1/units/{PATROLS[0]}/status", json={"state": "available"})
    [assignment] = await world.active(await world.urgent(sos("anna")))
    assert assignment["unit"] == PATROLS[0]


async def test_an_open_incident_keeps_its_pack(world: World) -> None:
    """After a new version its further alarms are still judged by the old run cards; a new incident by the new."""
    incident = await world.urgent(signal(Nature.INTRUSION))
    old = (await world.card(incident))["pack_version"]
    await put(world, run_cards=(card("everything", *Nature),))
    assert await world.urgent(signal(Nature.INTRUSION, "sensor-2", site="school")) == incident
    held = await world.card(incident)
    assert (held["pack_version"], held["run_card"]) == (old, "intrusion-2")
    fresh = await world.card(await world.urgent(signal(Nature.PANIC, "panel-shop")))
    assert fresh["run_card"] == "everything"


async def test_the_path_must_name_the_packs_centre(world: World) -> None:
    """422 where path and pack disagree, and nothing is applied."""
    answer = await world.http.put("/v1/packs/57463", content=city().model_dump_json())
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


async def test_a_unit_of_another_centre_is_not_taken_over(world: World) -> None:
    """Unit ids are unique in a deployment: a pack that claims another centre's unit is refused whole."""
    other = city().model_dump(mode="json")
    other["centre"]["code"] = "99007"
    answer = await world.http.put("/v1/packs/99007", json=other)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:vigie:problem:unit-of-another-centre")
    assert PATROLS[0] in answer.json()["detail"]
    assert (await world.http.get("/v1/packs/99007")).status_code == 404


async def test_a_part_that_no_broker_takes_is_refused_at_the_door(world: World) -> None:
    """A record beyond a broker's limit would stop the outbox for good: 422 says which part is too large."""
    body = city().model_dump(mode="json")
    body["sites"][0]["notes_fr"] = "x" * 8_000_000
    answer = await world.http.put(f"/v1/packs/{CENTRE}", json=body)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:vigie:problem:too-large")
    assert "packs" in answer.json()["detail"]
