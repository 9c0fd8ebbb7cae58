"""Silences and sites under test: of one centre, with a reason and an end, listed with who set them."""

from datetime import timedelta
from typing import Any

import pytest

from schemas.vocabulary.natures import Nature
from schemas.wire import Origin
from services.dispatch.store import tables
from tests.flow.dispatch.builders import CENTRE, NEIGHBOUR, SCHOOL, ahead, city, neighbour, now, signal
from tests.flow.dispatch.problems import problem
from tests.flow.dispatch.world import World


def asked(**changes: Any) -> dict[str, Any]:
    """A silence over the shop for an hour, unless told otherwise."""
    return {"centre": CENTRE, "scope": "site:shop", "reason": "works", "ends_at": ahead(hours=1)} | changes


async def sent(world: World) -> list[tuple[str, bool]]:
    """Key and whether it is a tombstone, of every record for topic `silences`, in order."""
    found = [row for row in await world.rows(tables.outbox) if row["topic"] == "silences"]
    return [(bytes(row["key"]).decode(), row["value"] is None) for row in sorted(found, key=lambda r: r["position"])]


async def test_silences_are_set_listed_and_ended(world: World) -> None:
    """One a scope: a new one ends the old; ended it is gone, and screening gets a tombstone under its centre's key."""
    for _ in range(2):
        made = (await world.http.post("/v1/silences", json=asked(), headers={"X-Actor": "lead-1"})).json()
    [held] = (await world.http.get("/v1/silences")).json()
    assert (held["silence_id"], held["set_by"], held["source"]) == (made["silence_id"], "lead-1", "operator")
    assert 3500 < held["remaining_s"] <= 3600
    url = f"/v1/silences/{made['silence_id']}"
    assert (await world.http.delete(url)).status_code == 204
    problem(await world.http.delete(url), 404, "not-found")
    key = f"{CENTRE}/site:shop"
    assert await sent(world) == [(key, False), (key, True), (key, False), (key, True)]


async def test_a_silence_is_of_one_centre_only(world: World) -> None:
    """Two centres have a school: silencing one's leaves the other's alarm automatic; ended, the other's is kept."""
    await world.apply(neighbour())
    made = (await world.http.post("/v1/silences", json=asked(scope=f"site:{SCHOOL}"))).json()
    other = (await world.http.post("/v1/silences", json=asked(centre=NEIGHBOUR))).json()
    here = await world.urgent(signal(Nature.PANIC))
    there = await world.urgent(signal(Nature.PANIC, origin=Origin(centre=NEIGHBOUR, pack_version="test")))
    ways = [(await world.card(incident))["engagement"] for incident in (here, there)]
    assert ways == ["operator_confirmed", "automatic"]
    await world.http.delete(f"/v1/silences/{made['silence_id']}")
    [held] = (await world.http.get("/v1/silences", params={"centre": NEIGHBOUR})).json()
    assert held["silence_id"] == other["silence_id"]
    tombstones = [key for key, ended in await sent(world) if ended]
    assert tombstones == [f"{CENTRE}/site:{SCHOOL}"]


async def test_the_packs_sites_under_test_are_listed_as_such(world: World) -> None:
    """The shift lead sees them beside the room's own, marked; one whose time is over is not listed."""
    ends = {"school": now() + timedelta(minutes=10), "shop": now() - timedelta(minutes=1)}
    sites = tuple(site.model_copy(update={"under_test_until": ends.get(site.id)}) for site in city().sites)
    await world.apply(city(sites=sites))
    await world.http.post("/v1/silences", json=asked(scope="sector:middle", under_test=True))
    found = (await world.http.get("/v1/silences", params={"centre": CENTRE})).json()
    assert [(known["scope"], known["source"], known["under_test"]) for known in found] == [
        ("site:school", "city_pack", True),
        ("sector:middle", "operator", True),
    ]
    assert (found[0]["silence_id"], found[0]["starts_at"]) == (None, None)
    assert found[0]["set_by"].startswith("pack:")
    assert 590 < found[0]["remaining_s"] <= 600


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"ends_at": "2020-01-01T00:00:00Z"}, "ends-before-start"),
        ({"starts_at": "2019-01-01T00:00:00Z", "ends_at": "2020-01-01T00:00:00Z"}, "ends-before-start"),
        ({"ends_at": "2099-01-01T00:00:00Z"}, "ends-too-late"),
        ({"ends_at": "2099-01-01T00:00:00Z", "under_test": True}, "ends-too-late"),
        ({"ends_at": None}, "invalid"),
        ({"reason": "  "}, "invalid"),
        ({"scope": "school"}, "invalid"),
    ],
)
async def test_scope_reason_and_a_near_end_are_mandatory(world: World, change: dict[str, Any], kind: str) -> None:
    """What is over, ends in more than 30 days or says nothing is refused, and nothing is set."""
    problem(await world.http.post("/v1/silences", json=asked(**change)), 422, kind)
    assert await world.rows(tables.silences) == []


async def test_thirty_days_are_still_taken(world: World) -> None:
    """The limit itself is no refusal: a test of a month can be set in one go."""
    assert (await world.http.post("/v1/silences", json=asked(ends_at=ahead(days=30, seconds=-5)))).status_code == 201


async def under_a_test_that_is_over(world: World, *orders: tuple[str, Any]) -> str:
    """A fire under a test of the school, with the operator's orders upon it; then the test ends."""
    made = (await world.http.post("/v1/silences", json=asked(scope=f"site:{SCHOOL}", under_test=True))).json()
    incident = str(await world.urgent(signal(Nature.FIRE)))
    assert await world.active(incident) == []
    for order, body in orders:
        assert (await world.order(incident, order, body)).status_code == 200
    await world.http.delete(f"/v1/silences/{made['silence_id']}")
    return incident


async def test_a_life_that_is_reopened_after_its_test_is_somebodys_to_take(world: World) -> None:
    """Seen and dismissed as a drill, reopened once the test is over: a minute later the shift lead hears of it."""
    incident = await under_a_test_that_is_over(world, ("acknowledge", None), ("dismiss", {"reason": "drill"}))
    await world.sql("UPDATE dispatch.incidents SET opened_at = opened_at - interval '61 seconds'")
    await world.order(incident, "reopen")
    await world.timers.round()
    card = await world.card(incident)
    assert (card["acknowledged_by"], card["attention"]) == (None, None)
    await world.sql("UPDATE dispatch.events SET at = at - interval '61 seconds'")
    await world.timers.round()
    assert (await world.card(incident))["attention"] == "unacknowledged_p1"
    assert (await world.events(incident))[-1] == ("attention_asked", "unacknowledged_p1")


async def test_an_alarm_after_the_test_calls_for_those_whom_the_test_kept_back(world: World) -> None:
    """The card of the test is still open and acknowledged when it really burns: patrol and firefighters go by it."""
    incident = await under_a_test_that_is_over(world, ("acknowledge", None))
    assert await world.urgent(signal(Nature.FIRE, "detector-2", site=SCHOOL)) == incident
    card = await world.card(incident)
    assert (card["engagement"], [known["state"] for known in card["hand_overs"]]) == ("automatic", ["sent"])
    assert len(await world.active(incident)) == 1
