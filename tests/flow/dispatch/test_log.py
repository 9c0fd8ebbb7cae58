"""The main courante and the handing over of a shift, over what really happened."""

import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy import update

from schemas.vocabulary.dispatching import IncidentEvent
from schemas.vocabulary.natures import Nature
from services.dispatch.store import tables
from services.dispatch.wording_of_events import EVENTS
from tests.flow.dispatch.builders import CENTRE, ahead, city, now, signal, sos
from tests.flow.dispatch.problems import problem
from tests.flow.dispatch.world import World


async def noted(world: World, text: str) -> str:
    """An incident with a note."""
    incident = await world.urgent(sos(text[:8]))
    assert incident is not None
    await world.order(incident, "notes", {"text": text}, x_actor="op-7")
    return incident


def test_each_event_has_its_words() -> None:
    """French and English for every event, so that no line of the log shows a code."""
    assert set(EVENTS) == set(IncidentEvent)


async def test_pages_join_without_gap_or_overlap(world: World) -> None:
    """Small pages one after the other are the whole log, newest first."""
    for text in ("one", "two", "three"):
        await noted(world, text)
    whole = (await world.http.get("/v1/log", params={"limit": 1000})).json()["lines"]
    pages, after = [], None
    while True:
        params = {"limit": "4"} | ({"after": after} if after else {})
        page = (await world.http.get("/v1/log", params=params)).json()
        pages += page["lines"]
        after = page["next"]
        if after is None:
            break
    assert pages == whole
    assert [line["at"] for line in whole] == sorted((line["at"] for line in whole), reverse=True)


@pytest.mark.parametrize("query", ["vitres", "vitre brisée", "VITRES"])
async def test_words_are_found_in_any_inflection(world: World, query: str) -> None:
    """French words in singular and plural, with and without capitals; other incidents are not shown."""
    wanted, other = await noted(world, "Deux vitres brisées au rez-de-chaussée"), await noted(world, "chien errant")
    lines = (await world.http.get("/v1/log", params={"q": query})).json()["lines"]
    assert {line["incident_id"] for line in lines} == {wanted} != {other}


async def test_filters_by_actor_event_priority_and_period(world: World) -> None:
    """Each filter leaves only what it names."""
    await noted(world, "seen")
    [line] = (await world.http.get("/v1/log", params={"actor": "op-7", "event": "noted"})).json()["lines"]
    assert (line["text"], line["event_fr"], line["priority"]) == ("seen", "Note", "P1")
    assert not (await world.http.get("/v1/log", params={"priority": "P4"})).json()["lines"]
    past = {"since": (now() - timedelta(days=2)).isoformat(), "until": (now() - timedelta(days=1)).isoformat()}
    assert not (await world.http.get("/v1/log", params=past)).json()["lines"]
    wrong = {"since": past["until"], "until": past["since"]}
    problem(await world.http.get("/v1/log", params=wrong), 422, "ends-before-start")
    problem(await world.http.get("/v1/log", params={"after": "nonsense"}), 422, "bad-cursor")


async def test_what_a_caller_said_stands_in_the_log(world: World) -> None:
    """The text of an operator-entered call and the caller are lines of the log; their events hold no word of them."""
    body = {"nature": "disturbance", "site": "shop", "text": "deux hommes crient", "caller": "M. X"}
    answer = await world.http.post("/v1/calls", json=body, headers={"X-Actor": "op-7"})
    lines = (await world.http.get("/v1/log", params={"event": "noted"})).json()["lines"]
    assert sorted((line["text"], line["actor"]) for line in lines) == [
        ("Requérant : M. X", "op-7"),
        ("deux hommes crient", "op-7"),
    ]
    card = await world.card(answer.json()["incident_id"])
    assert {line["incident_id"] for line in lines} == {card["incident_id"]}
    assert not [event for event in card["events"] if "crient" in str(event) or "M. X" in str(event)]


async def test_taken_away_as_csv(world: World) -> None:
    """French columns, local time, text with quotes and semicolons unharmed, and no formula for a spreadsheet."""
    await noted(world, '=cmd("x"); "quoted"\nsecond line')
    answer = await world.http.get("/v1/log.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0][0] == "Date et heure"
    [text] = [row[-1] for row in rows if "quoted" in row[-1]]
    whys = {row[rows[0].index("Motif")] for row in rows[1:]}
    assert "par l'opérateur" in whys
    assert not [why for why in whys if "_" in why], "a bare identifier"
    assert text == '\'=cmd("x"); "quoted"\nsecond line'
    problem(await world.http.get("/v1/log.csv", params={"timezone": "Mars/Olympus"}), 422, "unknown-timezone")


async def test_the_shift_hands_on_what_is_open(world: World) -> None:
    """Counts of the period, and each open incident with its units, partners and last note."""
    incident = await world.urgent(signal(Nature.FIRE))
    await world.order(incident, "notes", {"text": "smoke in the kitchen"})
    dismissed = await world.urgent(signal(Nature.INTRUSION, "panel-shop"))
    await world.order(dismissed, "dismiss", {"reason": "cat"})
    summary = (await world.http.get("/v1/shift-summary")).json()
    [left] = summary["still_open"]
    assert (left["incident_id"], left["units"], left["partners"]) == (incident, ["pm-1"], ["sdis sent"])
    assert left["last_note"] == "smoke in the kitchen"
    counts = {row["nature"]: (row["opened"], row["dismissed"]) for row in summary["counted"]}
    assert counts == {"fire": (1, 0), "intrusion": (1, 1)}
    assert summary["units"] == {"assigned": 1, "available": 3}
    assert summary["first_unit_p90_s"]["P1"] >= 0


async def test_the_shift_hands_on_what_is_under_test(world: World) -> None:
    """Sites that the city pack holds under test count with the room's own silences; what is yet to begin does not."""
    sites = tuple(site.model_copy(update={"under_test_until": now() + timedelta(hours=1)}) for site in city().sites[:2])
    await world.apply(city(sites=(*sites, *city().sites[2:])))
    silence = {"centre": CENTRE, "reason": "works", "ends_at": ahead(hours=3)}
    await world.http.post("/v1/silences", json=silence | {"scope": "site:square"})
    await world.http.post("/v1/silences", json=silence | {"scope": "sector:middle", "starts_at": ahead(hours=1)})
    for params in ({}, {"centre": CENTRE}):
        assert (await world.http.get("/v1/shift-summary", params=params)).json()["silences"] == 3
    assert (await world.http.get("/v1/shift-summary", params={"centre": "elsewhere"})).json()["silences"] == 0


async def test_the_load_of_alarms_names_a_flood(world: World) -> None:
    """Twelve alarms within ten minutes are a flood for one operator; spread over hours they are not."""
    for number in range(12):
        await world.urgent(sos(f"person-{number}"))
    load = (await world.http.get("/v1/alarm-load", params={"minutes": 60, "operators": 1})).json()
    assert (load["alarms"], load["peak_10_min"], load["level"]) == (12, 12, "flood")
    assert load["priorities"]["P1"] == 1.0
    assert (await world.http.get("/v1/alarm-load", params={"operators": 4})).json()["level"] == "busy"
    table = tables.incidents
    async with world.direct.begin() as conn:
        ids = (await conn.execute(table.select().with_only_columns(table.c.id))).scalars().all()
        for number, known in enumerate(ids):
            earlier = now() - timedelta(minutes=5 + 14 * number)
            await conn.execute(update(table).where(table.c.id == known).values(opened_at=earlier))
    spread = (await world.http.get("/v1/alarm-load", params={"minutes": 180, "operators": 1})).json()
    assert (spread["alarms"], spread["peak_10_min"], spread["level"]) == (12, 1, "steady")


async def test_the_nearest_cameras_come_with_their_distance(world: World) -> None:
    """The camera beside the incident is named; an unknown incident is a 404."""
    incident = await world.urgent(signal(Nature.INTRUSION))
    [camera] = (await world.http.get(f"/v1/incidents/{incident}/cameras")).json()
    assert (camera["camera"], camera["distance_m"]) == ("camera", 0.0)
    problem(await world.http.get("/v1/incidents/nobody/cameras"), 404, "not-found")
