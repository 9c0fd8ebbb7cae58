"""Positions from trackers reach the unit that carries them, by the same way as a tablet's."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from sqlalchemy import select

from services.dispatch.store import tables
from tests.flow.dispatch.builders import CENTRE, PATROLS, ago, city, now, patrol
from tests.flow.dispatch.problems import problem
from tests.flow.dispatch.world import World
from tests.unit.dispatch.any_tracker import headers, messages, texts

FIRST, SECOND, _ = PATROLS


async def with_trackers(world: World) -> None:
    """The first patrol carries an OwnTracks phone and a Traccar box."""
    units = (patrol(FIRST, 1, trackers=("pm-1/tablet", "48241179")), patrol(SECOND, 2))
    await world.apply(city(units=units))
    await world.sql("UPDATE dispatch.unit_positions SET at = at - interval '1 hour'")


async def unit(world: World, name: str = FIRST) -> dict[str, Any]:
    """A unit as the console sees it."""
    return next(known for known in (await world.http.get("/v1/units")).json() if known["unit"] == name)


def location(**more: Any) -> dict[str, Any]:
    """An OwnTracks position, just now."""
    plain = {"_type": "location", "lat": 49.13, "lon": 6.18, "acc": 8, "tst": int(now().timestamp()) - 9, "tid": "p1"}
    return plain | {"topic": "owntracks/pm-1/tablet"} | more


async def test_owntracks_and_traccar_move_the_unit_and_are_shown_and_published(world: World) -> None:
    """Each newer position is on the unit, on the live stream and in the outbox; the answers are the apps' own."""
    await with_trackers(world)
    answer = await world.http.post("/v1/positions/owntracks", json=location())
    assert (answer.status_code, answer.json()) == (200, [])
    assert (await unit(world))["position"] == {"lat": 49.13, "lon": 6.18, "accuracy_m": 8.0}
    later = {"id": "48241179", "lat": "49.14", "lon": "6.19", "timestamp": str(int(now().timestamp()) - 5)}
    heard = await world.http.get("/v1/positions/traccar", params=later)
    assert heard.json() == {"unit": FIRST, "applied": True}
    assert (await world.http.post("/v1/positions/traccar", params=later)).json() == {"unit": FIRST, "applied": False}
    assert (await unit(world))["position"]["lat"] == 49.14
    shown = [row["data"] for row in await world.rows(select(tables.stream)) if row["kind"] == "position"]
    assert [known["unit"] for known in shown] == [FIRST, FIRST]
    sent = [row for row in await world.rows(select(tables.outbox)) if row["topic"] == "units.positions"]
    assert len(sent) == 2


async def test_what_is_no_position_changes_nothing(world: World) -> None:
    """A region entered, a will, an empty body, no fix: 200, and the unit stays where it was."""
    await with_trackers(world)
    before = (await unit(world))["position_at"]
    for message in (location(_type="transition"), {"_type": "lwt", "tst": 1}):
        assert (await world.http.post("/v1/positions/owntracks", json=message)).json() == []
    assert (await world.http.post("/v1/positions/owntracks")).json() == []
    nothing = {"id": "48241179", "lat": "49.2", "lon": "6.2", "valid": "false"}
    assert (await world.http.get("/v1/positions/traccar", params=nothing)).json() == {"unit": None, "applied": False}
    assert (await unit(world))["position_at"] == before


async def test_an_unknown_tracker_and_an_unreadable_message_are_told(world: World) -> None:
    """404 and 422, so that whoever sets up the app sees what is wrong."""
    await with_trackers(world)
    unknown = await world.http.post("/v1/positions/owntracks", json=location(topic="owntracks/pm-9/tablet"))
    problem(unknown, 404, "not-found")
    problem(await world.http.get("/v1/positions/traccar", params={"id": "1", "lat": 1, "lon": 1}), 404, "not-found")
    problem(
        await world.http.get("/v1/positions/traccar", params={"id": "48241179", "lat": 99, "lon": 1}), 422, "unreadable"
    )
    encrypted = await world.http.post("/v1/positions/owntracks", json={"_type": "encrypted", "data": "x"})
    assert "chiffr" in problem(encrypted, 422, "unreadable")["detail"]


async def test_no_request_of_a_tracker_is_our_fault(world: World) -> None:
    """Through the whole door: whatever the bytes, never 5xx."""
    await with_trackers(world)
    seen: list[tuple[bytes, dict[str, str], dict[str, str]]] = []

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(messages, headers, texts)
    def collect(raw: bytes, told: dict[str, str], query: dict[str, str]) -> None:
        seen.append((raw, told, query))

    collect()
    for raw, told, query in seen:
        sendable = {name: value for name, value in told.items() if value.isascii() and value.isprintable()}
        for path in ("owntracks", "traccar"):
            answer = await world.http.post(f"/v1/positions/{path}", content=raw, headers=sendable, params=query)
            assert answer.status_code in {200, 404, 422}, (raw, query)


async def test_the_age_of_a_position_is_shown_and_when_it_is_stale(world: World) -> None:
    """After half an hour a position no longer says where the unit is."""
    url = f"/v1/units/{FIRST}/position"
    await world.sql("DELETE FROM dispatch.unit_positions WHERE unit_id = :unit", unit=FIRST)
    nowhere = await unit(world)
    assert (nowhere["position_age_s"], nowhere["position_stale"]) == (None, True)
    await world.http.put(url, json={"lat": 49.1, "lon": 6.1, "at": ago(minutes=31).isoformat()})
    old = await unit(world)
    assert 1_860 <= old["position_age_s"] < 1_920
    assert old["position_stale"]
    await world.http.put(url, json={"lat": 49.1, "lon": 6.1, "at": ago(minutes=29).isoformat()})
    assert not (await unit(world))["position_stale"]


async def test_a_tracker_leads_to_one_unit_in_the_whole_deployment(world: World) -> None:
    """A pack that gives one twice, or another centre's, is refused whole; a centre may move its own."""
    await with_trackers(world)
    twice = city(units=(patrol(FIRST, 1, trackers=("t",)), patrol(SECOND, 2, trackers=("t",))))
    refused = await world.http.put(f"/v1/packs/{CENTRE}", json=twice.model_dump(mode="json"))
    assert "t" in problem(refused, 422, "tracker-taken")["detail"]
    other = city(units=(patrol("pm-x", 1, trackers=("48241179",)),)).model_dump(mode="json")
    other["centre"]["code"] = "99007"
    assert "48241179" in problem(await world.http.put("/v1/packs/99007", json=other), 422, "tracker-taken")["detail"]
    assert (await world.http.get("/v1/packs/99007")).status_code == 404
    await world.apply(city(units=(patrol(SECOND, 2, trackers=("pm-1/tablet", "48241179")),)))
    await world.http.post("/v1/positions/owntracks", json=location())
    assert (await unit(world, SECOND))["position"]["lat"] == 49.13
