"""Closures and speeds while running: two dispatches over one database, and whom they send."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from schemas.pack.pack import CityPack
from schemas.pack.places import Centre, Commune, StreetExtract
from schemas.pack.streets import Street
from services.dispatch import street_watch
from services.dispatch.actions import street_changing
from services.dispatch.packs import Library
from services.dispatch.store import tables
from services.dispatch.street_watch import StreetWatch, bring_up_to_date
from services.dispatch.travel.streets import StreetTravel
from tests.contract.travel_networks import TROCADERO, helsinki
from tests.flow.dispatch.builders import CENTRE, CLOCK, PATROLS, city, now, patrol, sos
from tests.flow.dispatch.problems import problem
from tests.flow.dispatch.world import World, live, until

NORTH, SOUTH, _ = PATROLS
NORTH_STREET, SOUTH_STREET, ROUND = "rue-du-nord", "rue-du-sud", "grand-tour"
KM = 1 / 111.2
LATER = "2099-01-01T00:00:00Z"


def town(**changes: Any) -> CityPack:
    """A street to a patrol 1 km north, one to a patrol 2 km south, and a long way round that joins their ends."""

    def street(name: str, *points: tuple[float, float]) -> Street:
        places = tuple((CLOCK.lat + north * KM, CLOCK.lon + east * KM) for north, east in points)
        return Street(id=name, name=name.replace("-", " ").title(), points=places, speed_kmh=50)

    streets = (
        street(NORTH_STREET, (0, 0), (1, 0)),
        street(SOUTH_STREET, (0, 0), (-2, 0)),
        street(ROUND, (1, 0), (1, 4), (-2, 4), (-2, 0)),
    )
    return city(units=(patrol(NORTH, 1), patrol(SOUTH, -2)), streets=streets, **changes)


def closing(**changes: Any) -> dict[str, Any]:
    """The north street is closed."""
    return {"streets": {"ids": [NORTH_STREET]}, "closed": True, "reason": "marché", "ends_at": LATER} | changes


@asynccontextmanager
async def running(world: World) -> AsyncIterator[None]:
    """This dispatch's live stream and street watch run, as `__main__` connects them."""
    watch = StreetWatch(world.engine, world.library)
    world.live.on_kind |= {street_changing.KIND: watch.wake, "pack": watch.wake}
    stop = asyncio.Event()
    async with live(world):
        running = asyncio.create_task(watch.run(stop))
        try:
            yield
        finally:
            stop.set()
            await asyncio.wait_for(running, 10)


@pytest.fixture
async def other(world: World) -> AsyncIterator[World]:
    """A second dispatch over the same database, with the town in force and both watching."""
    second = World(world.url, world.engines)
    await world.apply(town())
    south = {"lat": CLOCK.lat - 2 * KM, "lon": CLOCK.lon, "at": now().isoformat()}
    assert (await world.http.put(f"/v1/units/{SOUTH}/position", json=south)).status_code == 200
    async with running(world), running(second):
        for each in (world, second):
            await prepared(each)
        yield second
    await second.http.aclose()


@pytest.fixture
def by_news_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks each second: what a process learns it learns from the live stream."""
    monkeypatch.setattr(street_watch, "EVERY_S", 600.0)


async def _prepared(world: World) -> bool:
    return isinstance(world.library.networks.travel(await in_force(world)), StreetTravel)


async def in_force(world: World) -> str:
    """The version of the pack."""
    [row] = await world.rows(tables.current_packs)
    return str(row["version"])


async def closed_in(world: World) -> list[str]:
    """The changes in force in this process."""
    travel = world.library.networks.travel(await in_force(world))
    return [change.id for change in travel.changes] if isinstance(travel, StreetTravel) else []


async def prepared(world: World) -> None:
    """Waits until this process has the streets of the pack in force."""
    await until(lambda: _prepared(world), "the streets were not prepared")


async def has(world: World, changes: list[str], within_s: float) -> None:
    """Waits until these changes are in force in this process."""

    async def as_wanted() -> bool:
        return await closed_in(world) == changes

    await until(as_wanted, f"{changes} are not in force after {within_s} s", within_s)


async def sent(world: World, subject: str) -> str:
    """Whom this dispatch sends to somebody in need at the clock; the unit is free again then."""
    incident = await world.urgent(sos(subject))
    [assignment] = await world.active(incident)
    await world.step(assignment, "accept", "en-route", "on-scene", "clear")
    return str(assignment["unit"])


async def test_after_a_closure_both_dispatches_send_the_other_unit(
    world: World, by_news_only: None, other: World
) -> None:
    """The nearest by road goes; with its street closed by one door the other goes, whoever decides, within a second;
    lifted, the first goes again."""
    assert [await sent(world, "a"), await sent(other, "b")] == [NORTH, NORTH]
    begin = asyncio.get_running_loop().time()
    made = await world.http.post("/v1/street-changes", json=closing())
    assert made.status_code == 201, made.text
    change = made.json()["change_id"]
    assert await closed_in(world) == [change], "one's own at once"
    await has(other, [change], 1.0)
    assert asyncio.get_running_loop().time() - begin < 1.0
    assert [await sent(world, "c"), await sent(other, "d")] == [SOUTH, SOUTH]
    assert (await other.http.delete(f"/v1/street-changes/{change}")).status_code == 204
    assert await closed_in(other) == []
    await has(world, [], 1.0)
    assert [await sent(world, "e"), await sent(other, "f")] == [NORTH, NORTH]
    problem(await world.http.delete(f"/v1/street-changes/{change}"), 404, "not-found")


async def test_changes_begin_and_end_by_the_databases_clock(world: World, other: World) -> None:
    """One that is to begin tomorrow closes nothing; moved to now it does, and moved to its end it does no longer."""
    tomorrow = (now() + timedelta(days=1)).isoformat()
    made = await world.http.post("/v1/street-changes", json=closing(starts_at=tomorrow))
    change = made.json()["change_id"]
    assert await closed_in(world) == []
    assert [known["change_id"] for known in (await other.http.get("/v1/street-changes")).json()] == [change]
    await world.sql("UPDATE dispatch.street_changes SET starts_at = clock_timestamp() + interval '0.3 s'")
    for each in (world, other):
        await has(each, [change], 3.0)
    await world.sql("UPDATE dispatch.street_changes SET ends_at = clock_timestamp() + interval '0.3 s'")
    for each in (world, other):
        await has(each, [], 3.0)
    assert (await world.http.get("/v1/street-changes")).json() == []


async def test_a_new_process_and_a_new_pack_begin_with_what_is_closed(world: World, other: World) -> None:
    """A dispatch that starts now sends the other unit at its first decision; so do all after a change of the pack."""
    await world.http.post("/v1/street-changes", json=closing())
    third = World(world.url, world.engines)
    await third.library.open(third.engine)
    await bring_up_to_date(third.engine, third.library)
    assert await sent(third, "a") == SOUTH
    await third.http.aclose()
    renamed = Centre(code=CENTRE, name="Autre nom", communes=(Commune(insee=CENTRE, name="Essai"),))
    await world.apply(town(centre=renamed))
    for each in (world, other):
        await prepared(each)
        assert len(await closed_in(each)) == 1
        assert await sent(each, "b") == SOUTH


async def test_a_speed_may_bind_one_profile(world: World, other: World) -> None:
    """At walking pace for those without lights, an urgent unit still comes by the north; for all, it does not."""
    slow = closing(closed=False, speed_kmh=5, profiles=["normal"])
    await world.http.post("/v1/street-changes", json=slow)
    assert await sent(world, "a") == NORTH
    await world.http.post("/v1/street-changes", json=closing(closed=False, factor=0.1))
    assert await sent(world, "b") == SOUTH
    assert len((await world.http.get("/v1/streets")).json()[0]["changes"]) == 2


async def test_what_cannot_be_closed_is_refused_and_says_why(world: World, other: World) -> None:
    """An unknown street with names that look like it, nothing in the circle, no end, two things at once, the past."""
    post = world.http.post
    by_name = await post("/v1/street-changes", json=closing(streets={"name": "Rue du Nort"}))
    assert problem(by_name, 422, "unknown-street")["near"][0] == "Rue Du Nord"
    by_id = await post("/v1/street-changes", json=closing(streets={"ids": [NORTH_STREET, "rue-du-sut"]}))
    said = problem(by_id, 422, "unknown-street")
    assert (said["street"], said["near"][0]) == ("rue-du-sut", SOUTH_STREET)
    sea = {"around": {"lat": 48.0, "lon": -6.0, "radius_m": 100}}
    problem(await post("/v1/street-changes", json=closing(streets=sea)), 422, "no-street-there")
    problem(await post("/v1/street-changes", json=closing(ends_at="2020-01-01T00:00:00Z")), 422, "ends-before-start")
    problem(await post("/v1/street-changes", json=closing(centre="00000")), 422, "centre")
    wrong: dict[str, Any]
    for wrong in (
        {"speed_kmh": 20},
        {"closed": False},
        {"ends_at": None},
        {"profiles": []},
        {"streets": {"ids": [], "name": "x"}},
        {"reason": ""},
    ):
        assert (await post("/v1/street-changes", json=closing(**wrong))).status_code == 422, wrong
    assert (await world.http.get("/v1/street-changes")).json() == []


async def test_a_repeated_order_closes_once_and_consoles_see_it(world: World, other: World) -> None:
    """The same Idempotency-Key gives the same change; it is on the live stream when it is set and when it ends."""
    around = {"around": {"lat": CLOCK.lat + 0.5 * KM, "lon": CLOCK.lon, "radius_m": 100}}
    key = {"Idempotency-Key": "one"}
    answers = [await world.http.post("/v1/street-changes", json=closing(streets=around), headers=key) for _ in "ab"]
    assert len({answer.json()["change_id"] for answer in answers}) == 1
    await world.http.delete(f"/v1/street-changes/{answers[0].json()['change_id']}")
    shown = [row["data"] for row in await world.rows(tables.stream) if row["kind"] == street_changing.KIND]
    assert sorted(data["ended_at"] is not None for data in shown) == [False, True]


async def test_streets_say_what_they_are(world: World, other: World) -> None:
    """By centre: basis in both languages, engine, size; a centre that is not there is 404."""
    [shown] = (await world.http.get("/v1/streets", params={"centre": CENTRE})).json()
    assert (shown["basis"], shown["basis_fr"], shown["preparing"]) == ("streets", "par la route", False)
    assert (shown["engine"], shown["arcs"], shown["extract"]) == ("hierarchy", 6, None)
    problem(await world.http.get("/v1/streets", params={"centre": "00000"}), 404, "not-found")


async def test_a_centre_without_streets_has_nothing_to_close(world: World) -> None:
    """409 with what to do; its straight lines are said to be that."""
    problem(await world.http.post("/v1/street-changes", json=closing()), 409, "no-streets")
    assert (await world.http.get("/v1/streets")).json()[0]["basis"] == "straight_line"


async def _with_extract(world: World, extract: Path, state: Path) -> dict[str, Any]:
    """A dispatch whose pack names this file, in the folder where it lies; what it says of its streets."""
    named = StreetExtract(file=extract.name, sha256=sha256(extract.read_bytes()).hexdigest())
    commune = Commune(insee=CENTRE, name="Essai")
    centre = Centre(code=CENTRE, name="Essai", communes=(commune,), street_extract=named)
    await world.apply(town(centre=centre, sectors=()))
    world.library = Library(state, extract.parent)
    await world.library.open(world.engine)
    network = world.library.networks.held(await in_force(world))
    assert network is not None and isinstance(network.travel, StreetTravel)
    assert (network.travel.basis, network.advice) == ("streets", "")
    return {"names": set(network.travel.graph.names), "arcs": network.travel.graph.arc_count}


async def test_a_real_extract_named_by_the_pack_is_what_times_rest_on(world: World, tmp_path: Path) -> None:
    """Helsinki's `.osm.pbf`, by name and SHA-256: its streets are there, not the pack's own three."""
    found = await _with_extract(world, helsinki(), tmp_path)
    assert "Mannerheimintie" in found["names"]
    assert found["arcs"] > 1_000


async def test_a_real_graphml_named_by_the_pack_is_what_times_rest_on(world: World, tmp_path: Path) -> None:
    """Trocadero's OSMnx file likewise."""
    if not TROCADERO.exists():
        pytest.skip("../shared/data is not here")
    found = await _with_extract(world, TROCADERO, tmp_path)
    assert "Avenue Kléber" in found["names"]
