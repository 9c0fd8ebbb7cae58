"""Descriptions of persons reach the patrols of chosen sectors, end in time, and are stored in one place only."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from structlog.typing import EventDict

from schemas.pack.places import Sector
from schemas.vocabulary.natures import Nature
from schemas.wire import Origin
from services.dispatch import timers
from services.dispatch.packs import Library
from services.dispatch.store import tables
from services.dispatch.store.work import Work
from services.dispatch.timers import Timers
from tests.flow.dispatch.builders import CENTRE, NEIGHBOUR, PATROLS, ago, ahead, city, neighbour, now, signal
from tests.flow.dispatch.problems import problem
from tests.flow.dispatch.test_stream import listening
from tests.flow.dispatch.world import World, served

TEXT = "Homme, 1,80 m, veste rouge, parti vers la gare"
IN_EAST = {"lat": 49.15, "lon": 6.7}


@pytest.fixture(autouse=True)
async def two_sectors(world: World) -> None:
    """All patrols are in `middle`, where they belong; `east` lies beside it."""
    east = Sector(id="east", name="E", commune=CENTRE, polygon=((49.0, 6.5), (49.3, 6.5), (49.3, 6.9), (49.0, 6.9)))
    await world.apply(city(sectors=(*city().sectors, east)))


async def describe(world: World, key: str = "", **changes: Any) -> httpx.Response:
    """An operator broadcasts a description for an hour, to everybody unless told otherwise."""
    body = {"about": "wanted_person", "text": TEXT, "ends_at": ahead(hours=1)} | changes
    headers = {"X-Actor": "op-1"} | ({"Idempotency-Key": key} if key else {})
    return await world.http.post("/v1/broadcasts", json=body, headers=headers)


async def told(world: World, **changes: Any) -> str:
    """The same, accepted; its id."""
    answer = await describe(world, **changes)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["broadcast_id"])


async def heard(world: World, unit: str) -> list[tuple[str, str]]:
    """What a unit gets: id and why."""
    found = (await world.http.get("/v1/broadcasts", params={"unit": unit})).json()
    assert all(known["text"] == TEXT for known in found)
    return [(known["broadcast_id"], known["because"]) for known in found]


async def drive(world: World, unit: str, **changes: Any) -> None:
    """A unit reports a position, in `east` unless told otherwise."""
    answer = await world.http.put(f"/v1/units/{unit}/position", json={**IN_EAST, "at": now().isoformat()} | changes)
    assert answer.json()["applied"], answer.text


async def shown(world: World, kind: str) -> list[Any]:
    """The stream's rows of one kind, in order."""
    stream = tables.stream
    return await world.rows(select(stream).where(stream.c.kind == kind).order_by(stream.c.position))


async def test_a_description_reaches_the_patrols_of_its_sectors(world: World) -> None:
    """Of `middle` those that are there, of no sector all; neither a crew nor a patrol off duty gets it."""
    middle = await told(world, sectors=["middle"])
    everywhere = await told(world, about="missing_person", ends_at=ahead(hours=2))
    await told(world, sectors=["east"], about="vehicle")
    await world.http.put(f"/v1/units/{PATROLS[1]}/status", json={"state": "off_duty"})
    assert await heard(world, PATROLS[0]) == [(middle, "sector_now"), (everywhere, "every_sector")]
    assert (await heard(world, PATROLS[1]), await heard(world, "crew-1")) == ([], [])
    found = (await world.http.get("/v1/broadcasts", params={"centre": CENTRE})).json()
    assert len(found) == 3
    mine = next(known for known in found if known["broadcast_id"] == everywhere)
    assert (mine["about_fr"], mine["about_en"]) == ("Personne disparue", "Missing person")
    assert (mine["set_by"], mine["because"], mine["reads"], mine["sectors"]) == ("op-1", None, [], [])


async def test_a_unit_that_moves_into_a_sector_gets_what_is_said_there(world: World) -> None:
    """By its last fresh position; with an old one, or outside all sectors, by where it belongs."""
    middle, east = await told(world, sectors=["middle"]), await told(world, sectors=["east"])
    await drive(world, PATROLS[0])
    assert await heard(world, PATROLS[0]) == [(east, "sector_now")]
    await world.sql("UPDATE dispatch.unit_positions SET at = at - interval '31 minutes'")
    assert await heard(world, PATROLS[0]) == [(middle, "home_sector")]
    await drive(world, PATROLS[0], lat=48.0, lon=2.0)
    assert await heard(world, PATROLS[0]) == [(middle, "home_sector")]


async def test_the_stream_tells_the_concerned_and_the_consoles_once(world: World) -> None:
    """Console and tablet in the sector each get one event without the text, also when they resume; others none."""
    await drive(world, PATROLS[0])
    start = await world.live.head()
    async with (
        served(world) as url,
        listening(url) as console,
        listening(url, unit=PATROLS[0]) as inside,
        listening(url, unit=PATROLS[1]) as outside,
    ):
        for event in (console, inside, outside):
            assert (await event())[0] == "reset"
        broadcast = await told(world, sectors=["east"])
        await world.http.delete(f"/v1/broadcasts/{broadcast}")
        kinds = {}
        for name, event in (("console", console), ("inside", inside), ("outside", outside)):
            got = [await event()]
            while got[-1][0] != "broadcast_ended":
                got.append(await event())
            kinds[name] = [kind for kind, _, _ in got if kind != "heartbeat"]
            assert all(TEXT not in str(data) for _, _, data in got)
            assert {data["broadcast_id"] for kind, _, data in got if kind != "heartbeat"} == {broadcast}
        async with listening(url, last=start, unit=PATROLS[0]) as again:
            resumed = [(await again())[0] for _ in range(2)]
    both = ["broadcast", "broadcast_ended"]
    assert kinds == {"console": both, "inside": both, "outside": ["broadcast_ended"]}
    assert resumed == both


async def test_a_tablet_that_connects_later_finds_the_text_in_its_snapshot(world: World) -> None:
    """Made for this client and stored nowhere: its own broadcasts, not the other sector's."""
    middle = await told(world, sectors=["middle"])
    await told(world, sectors=["east"])
    async with served(world) as url, listening(url, unit=PATROLS[0]) as event, listening(url) as console:
        own, all_of_them = [(await one())[2]["snapshot"]["broadcasts"] for one in (event, console)]
    assert [(known["broadcast_id"], known["text"]) for known in own] == [(middle, TEXT)]
    assert len(all_of_them) == 2


async def test_the_text_stands_in_one_table_only(world: World, logged: list[EventDict]) -> None:
    """Set under an idempotency key, read, linked, ended: no topic, stream row, event, log or stored answer has it."""
    incident = await world.urgent(signal(Nature.MISSING_PERSON, "console", site=None))
    answer = await describe(world, key="k-1", incident_id=incident)
    assert (await describe(world, key="k-1", incident_id=incident, ends_at=ahead(hours=3))).status_code == 422
    broadcast = answer.json()["broadcast_id"]
    await world.http.post(f"/v1/broadcasts/{broadcast}/read", json={"unit": PATROLS[0]})
    refused = await describe(world, sectors=["nowhere"])
    await world.http.delete(f"/v1/broadcasts/{broadcast}")
    assert {"broadcast_set", "broadcast_ended"} <= {line["event"] for line in logged}
    assert TEXT not in answer.text + refused.text + str(logged)
    assert await world.rows(tables.idempotency) != []
    for table in tables.metadata.sorted_tables:
        held = [row for row in await world.rows(table) if "veste rouge" in str(dict(row))]
        assert (table.name, len(held)) == (table.name, 1 if table.name == "broadcasts" else 0)
    outbox = b"".join(bytes(row["value"] or b"") for row in await world.rows(tables.outbox))
    assert b"veste" not in outbox


async def test_a_fault_of_the_database_does_not_repeat_the_text(world: World) -> None:
    """The parameters of a statement that failed do not stand in the text of its error, which is logged."""
    broadcast = await told(world)

    async def act(work: Work) -> None:
        [row] = (await work.conn.execute(select(tables.broadcasts))).mappings().all()
        await work.conn.execute(tables.broadcasts.insert().values(dict(row)))

    with pytest.raises(IntegrityError) as caught:
        await world.do(act)
    assert broadcast in str(caught.value)
    assert TEXT not in str(caught.value)


async def test_its_end_comes_by_itself_also_after_a_restart(world: World) -> None:
    """A process that was not there when it was set ends it once its time is over, and tells every patrol; once."""
    broadcast = await told(world)
    later = Timers(world.engine, Library(), world.settings)
    await later.round()
    assert await shown(world, "broadcast_ended") == []
    await world.sql("UPDATE dispatch.broadcasts SET ends_at = clock_timestamp() - interval '1 second'")
    assert await heard(world, PATROLS[0]) == []
    for _ in range(2):
        await later.round()
    [row] = await shown(world, "broadcast_ended")
    assert set(row["audience"]) == set(PATROLS)
    assert (row["data"]["broadcast_id"], row["data"]["reason"]) == (broadcast, "time_over")
    [stored] = await world.rows(tables.broadcasts)
    assert (stored["ended_by"], stored["ended_at"]) == ("system", stored["ends_at"])


async def test_one_that_begins_later_is_shown_when_it_begins(world: World) -> None:
    """Until then nobody gets it; then whoever is concerned at that moment, once."""
    broadcast = await told(world, sectors=["east"], starts_at=ahead(minutes=5))
    await world.timers.round()
    assert (await heard(world, PATROLS[0]), await shown(world, "broadcast")) == ([], [])
    await drive(world, PATROLS[0])
    await world.sql("UPDATE dispatch.broadcasts SET starts_at = clock_timestamp() - interval '1 second'")
    for _ in range(2):
        await world.timers.round()
    [row] = await shown(world, "broadcast")
    assert (row["data"]["broadcast_id"], row["audience"]) == (broadcast, [PATROLS[0]])
    assert await heard(world, PATROLS[0]) == [(broadcast, "sector_now")]


async def test_an_operator_ends_it_now(world: World) -> None:
    """It is gone from every list, with who ended it; a second time there is none."""
    broadcast = await told(world)
    url = f"/v1/broadcasts/{broadcast}"
    assert (await world.http.delete(url, headers={"X-Actor": "lead-1"})).status_code == 204
    problem(await world.http.delete(url), 404, "not-found")
    assert (await heard(world, PATROLS[0]), (await world.http.get("/v1/broadcasts")).json()) == ([], [])
    [row] = await shown(world, "broadcast_ended")
    assert (row["data"]["ended_by"], row["data"]["reason"]) == ("lead-1", "by_operator")


async def test_a_unit_reads_it_once(world: World) -> None:
    """The first time stands and is shown to the consoles; a tap that was held up counts after the end as well."""
    broadcast = await told(world)
    url = f"/v1/broadcasts/{broadcast}/read"
    first, second = [(await world.http.post(url, json={"unit": PATROLS[0]})).json() for _ in range(2)]
    assert first == second
    [listed] = (await world.http.get("/v1/broadcasts")).json()
    assert [known["unit"] for known in listed["reads"]] == [PATROLS[0]]
    [other] = (await world.http.get("/v1/broadcasts", params={"unit": PATROLS[1]})).json()
    assert other["reads"] == []
    await world.http.delete(f"/v1/broadcasts/{broadcast}")
    assert (await world.http.post(url, json={"unit": PATROLS[1]})).status_code == 200
    rows = await shown(world, "broadcast_read")
    assert [(row["unit"], row["audience"], row["data"]["unit"]) for row in rows] == [
        (None, None, PATROLS[0]),
        (None, None, PATROLS[1]),
    ]


async def test_an_incident_names_what_was_broadcast_about_it(world: World) -> None:
    """By id, also once it has ended or the incident was merged; another centre's incident cannot be named."""
    await world.apply(neighbour())
    await world.only_units(PATROLS[0])
    one, other = [await world.urgent(signal(Nature.PANIC, f"button-{n}", site=None)) for n in range(2)]
    ended, held = await told(world, incident_id=other), await told(world, incident_id=other)
    await world.http.delete(f"/v1/broadcasts/{ended}")
    assert (await world.card(other))["broadcasts"] == [ended, held]
    await world.order(other, "merge", {"incident": one})
    later = await told(world, incident_id=other)
    assert (await world.card(one))["broadcasts"] == [ended, held, later]
    foreign = await world.urgent(signal(Nature.FIRE, "far", origin=Origin(centre=NEIGHBOUR, pack_version="test")))
    problem(await describe(world, incident_id=foreign, centre=CENTRE), 422, "incident-of-another-centre")
    problem(await describe(world, incident_id="nope"), 404, "not-found")


async def test_another_centres_patrols_get_nothing(world: World) -> None:
    """Its own sector of the same id is another one; the centre must be named where there are two."""
    await world.apply(neighbour())
    problem(await describe(world), 422, "centre")
    broadcast = await told(world, centre=CENTRE, sectors=["middle"])
    everywhere = await told(world, centre=CENTRE)
    assert await heard(world, "nb-1") == []
    assert (await world.http.get("/v1/broadcasts", params={"centre": NEIGHBOUR})).json() == []
    assert {known for known, _ in await heard(world, PATROLS[0])} == {broadcast, everywhere}
    for row in await shown(world, "broadcast"):
        assert "nb-1" not in row["audience"]
    answer = await world.http.post(f"/v1/broadcasts/{broadcast}/read", json={"unit": "nb-1"})
    problem(answer, 404, "not-found")


async def test_old_texts_are_destroyed(world: World) -> None:
    """What ended longer ago than texts are kept loses its text, not its trace; what is in force keeps it."""
    ended, held = await told(world), await told(world)
    await world.http.delete(f"/v1/broadcasts/{ended}")
    await world.sql("UPDATE dispatch.broadcasts SET ended_at = :at WHERE ended_at IS NOT NULL", at=ago(days=31))
    await timers.forget(world.engine, timedelta(days=1), timedelta(days=30))
    texts = {row["id"]: row["text"] for row in await world.rows(tables.broadcasts)}
    assert texts == {ended: "", held: TEXT}


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"ends_at": None}, "invalid"),
        ({"ends_at": "2020-01-01T00:00:00Z"}, "ends-before-start"),
        ({"ends_at": ahead(days=7, minutes=5)}, "ends-too-late"),
        ({"starts_at": ahead(hours=2)}, "ends-before-start"),
        ({"text": "   "}, "invalid"),
        ({"about": "weather"}, "invalid"),
        ({"sectors": ["middle", "nowhere", "elsewhere"]}, "unknown-sectors"),
    ],
)
async def test_wrong_input_says_what_to_do(world: World, change: dict[str, Any], kind: str) -> None:
    """422 each, nothing is stored; unknown sectors are named beside those that there are."""
    said = problem(await describe(world, **change), 422, kind)
    if kind == "unknown-sectors":
        assert (said["unknown"], said["sectors"]) == (["elsewhere", "nowhere"], ["east", "middle"])
    assert await world.rows(tables.broadcasts) == []


async def test_unknown_ids_are_404(world: World) -> None:
    """A broadcast or a unit that does not exist."""
    broadcast = await told(world)
    problem(await world.http.get("/v1/broadcasts", params={"unit": "nope"}), 404, "not-found")
    problem(await world.http.delete("/v1/broadcasts/nope"), 404, "not-found")
    problem(await world.http.post("/v1/broadcasts/nope/read", json={"unit": PATROLS[0]}), 404, "not-found")
    problem(await world.http.post(f"/v1/broadcasts/{broadcast}/read", json={"unit": "nope"}), 404, "not-found")
