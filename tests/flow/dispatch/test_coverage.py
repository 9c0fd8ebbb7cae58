"""Coverage of the city as it is, who should move where, and a move-up's whole life."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import select

from schemas.pack.places import DemandPoint, Post
from schemas.wire import Position
from services.dispatch.coverage_watch import CoverageWatch
from services.dispatch.store import tables
from tests.flow.dispatch.builders import CENTRE, CLOCK, PATROLS, city, now, sos
from tests.flow.dispatch.world import World

NEAREST, SECOND, THIRD = PATROLS
FAR_KM = 7.0


def north(km: float) -> Position:
    """A place so many kilometres north; the patrols stand at 1, 2 and 3."""
    return Position(lat=CLOCK.lat + km / 111.2, lon=CLOCK.lon)


@pytest_asyncio.fixture
async def town(world: World) -> AsyncIterator[World]:
    """Demand where the patrols are, and twice as much of it seven kilometres away, with a post at each end."""
    centre = city().centre.model_copy(
        update={
            "posts": (
                Post(id="here", name="Ici", position=north(2.0)),
                Post(id="there", name="Là-bas", position=north(FAR_KM)),
            ),
            "demand": (
                DemandPoint(position=north(2.0), weight=1.0),
                DemandPoint(position=north(FAR_KM), weight=2.0),
            ),
        }
    )
    await world.apply(city(centre=centre))
    yield world


async def picture(world: World, **query: str) -> dict[str, Any]:
    """GET /v1/coverage."""
    answer = await world.http.get("/v1/coverage", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def order(world: World, unit: str, post: str = "there", **more: str) -> httpx.Response:
    """POST /v1/move-ups."""
    return await world.http.post("/v1/move-ups", json={"unit": unit, "post": post} | more)


async def move_up(world: World, unit: str) -> dict[str, Any] | None:
    """What GET /v1/units says of the unit's move-up."""
    [found] = [known for known in (await world.http.get("/v1/units")).json() if known["unit"] == unit]
    said: dict[str, Any] | None = found["move_up"]
    return said


async def ended(world: World) -> list[str]:
    """Why move-ups ended, as the stream showed it."""
    shown = await world.rows(select(tables.stream).order_by(tables.stream.c.position))
    return [row["data"]["end_reason"] for row in shown if row["kind"] == "move_up" and row["data"]["end_reason"]]


async def test_the_gap_is_named_and_one_unit_is_proposed_to_close_it(town: World) -> None:
    """Two thirds of the demand are out of reach; the unit that is nearest to the post should go there."""
    found = await picture(town)
    assert [(gap["name"], gap["weight"], gap["chance"]) for gap in found["gaps"]] == [("M", 2.0, 0.0)]
    first = found["move_ups"][0]
    assert (first["unit"], first["post"], first["post_name"]) == (THIRD, "there", "Là-bas")
    assert first["gain"] > 0.5
    assert found["expected_coverage"] == pytest.approx(1 / 3, abs=0.01)
    assert found["free_units"] == 3
    assert found == {**await picture(town, centre=CENTRE), "computed_at": found["computed_at"]}


async def test_an_unknown_centre_is_said_and_without_posts_nobody_is_moved(world: World) -> None:
    """404; and the middles of the sectors stand in where the pack names no demand."""
    assert (await world.http.get("/v1/coverage", params={"centre": "99999"})).status_code == 404
    found = await picture(world)
    assert found["move_ups"] == []
    assert 0 <= found["expected_coverage"] <= 1


async def test_a_unit_on_its_way_to_a_post_counts_there_and_stays_available(town: World) -> None:
    """Ordered, it is shown to tablet and consoles; the gap is closed in the picture, and it is not moved again."""
    answer = await order(town, THIRD, reason="marché")
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert made["gain"] > 0.5
    assert made["seconds"] == pytest.approx(4_000 * 1.3 * 3.6 / 24, rel=0.01)
    assert await move_up(town, THIRD) == {"move_up_id": made["move_up_id"], "post": "there"}
    found = await picture(town)
    assert [known["post"] for known in found["move_ups"]] == []
    assert found["expected_coverage"] > 0.9
    [shown] = [row for row in await town.rows(tables.stream) if row["kind"] == "move_up"]
    assert (shown["unit"], shown["data"]["reason"], shown["data"]["position"]["lat"]) == (
        THIRD,
        "marché",
        north(FAR_KM).lat,
    )
    [listed] = (await town.http.get("/v1/move-ups", params={"unit": THIRD})).json()
    assert listed == made


async def test_it_ends_when_the_unit_is_sent_somewhere(town: World) -> None:
    """An assignment comes first: the tablet sees the move-up end, and clearing does not bring it back."""
    await town.only_units(THIRD)
    await order(town, THIRD)
    life = await town.urgent(sos("anna"))
    [bound] = await town.active(life)
    assert bound["unit"] == THIRD
    await town.timers.round()
    assert await ended(town) == ["assigned"]
    await town.step(bound, "accept", "en-route", "on-scene", "clear")
    assert await move_up(town, THIRD) is None


async def test_it_ends_at_the_post(town: World) -> None:
    """Within 150 m; half a kilometre before it goes on."""
    await order(town, THIRD)
    for km, over in ((FAR_KM - 0.5, []), (FAR_KM - 0.1, ["arrived"])):
        place = {"lat": north(km).lat, "lon": CLOCK.lon, "at": now().isoformat()}
        await town.http.put(f"/v1/units/{THIRD}/position", json=place)
        await town.timers.round()
        assert await ended(town) == over


async def test_it_ends_when_the_unit_goes_off_and_when_it_is_too_old(town: World) -> None:
    """Off duty at once; after half an hour by PostgreSQL's clock, also if a process was restarted meanwhile."""
    await order(town, THIRD)
    await town.http.put(f"/v1/units/{THIRD}/status", json={"state": "off_duty"})
    await town.timers.round()
    await order(town, SECOND)
    await town.timers.round()
    assert await ended(town) == ["unavailable"]
    await town.sql("UPDATE dispatch.move_ups SET ordered_at = ordered_at - interval '30 minutes'")
    await asyncio.gather(town.timers.round(), town.timers.round())
    assert await ended(town) == ["unavailable", "expired"]


async def test_it_is_cancelled_or_replaced_by_an_order(town: World) -> None:
    """DELETE ends it, also said twice; another order takes its place; nobody is under two."""
    first = (await order(town, THIRD)).json()["move_up_id"]
    second = (await order(town, THIRD, "here")).json()["move_up_id"]
    assert await move_up(town, THIRD) == {"move_up_id": second, "post": "here"}
    for _ in range(2):
        assert (await town.http.delete(f"/v1/move-ups/{second}")).status_code == 204
    assert await ended(town) == ["replaced", "cancelled"]
    assert (await town.http.delete("/v1/move-ups/nothing")).status_code == 404
    everything = (await town.http.get("/v1/move-ups", params={"under_way": False})).json()
    assert {known["move_up_id"] for known in everything} == {first, second}


async def test_what_cannot_be_ordered_is_refused_with_what_to_do(town: World) -> None:
    """An unknown unit, an unknown post with the known ones, and a unit that is bound."""
    assert (await order(town, "nobody")).status_code == 404
    answer = await order(town, THIRD, "moon")
    assert (answer.status_code, answer.json()["posts"]) == (422, ["here", "there"])
    await town.urgent(sos("anna"))
    answer = await order(town, NEAREST)
    assert (answer.status_code, answer.json()["state"]) == (409, "assigned")


async def test_the_same_order_twice_is_one_move_up(town: World) -> None:
    """Under its idempotency key, also when both arrive at once."""
    body, key = {"unit": THIRD, "post": "there"}, {"Idempotency-Key": "k1"}
    both = await asyncio.gather(*(town.http.post("/v1/move-ups", json=body, headers=key) for _ in range(2)))
    assert both[0].json() == both[1].json()
    assert len(await town.rows(tables.move_ups)) == 1


async def test_changed_proposals_are_shown_once_by_one_process(town: World) -> None:
    """Two watches: one holds the lease, shows the picture once, and again only when what it proposes is another."""
    one, other = (CoverageWatch(town.engine, town.library, town.settings) for _ in range(2))

    async def shown() -> list[list[str]]:
        rows = await town.rows(select(tables.stream).order_by(tables.stream.c.position))
        return [[m["unit"] for m in row["data"]["move_ups"]] for row in rows if row["kind"] == "coverage"]

    for _ in range(2):
        await one.round()
        await other.round()
    assert [units[:1] for units in await shown()] == [[THIRD]]
    await order(town, THIRD)
    await one.round()
    await other.round()
    assert [units[:1] for units in await shown()] == [[THIRD], []]


async def test_another_process_goes_on_when_the_first_is_gone(town: World) -> None:
    """The lease expires by PostgreSQL's clock, or is given back at the end; off means that nobody looks."""
    one, other = (CoverageWatch(town.engine, town.library, town.settings) for _ in range(2))
    await one.round()
    await town.sql("UPDATE dispatch.leases SET expires_at = clock_timestamp() - interval '1 second'")
    await other.round()
    shown = [row for row in await town.rows(tables.stream) if row["kind"] == "coverage"]
    assert len(shown) == 2
    stop = asyncio.Event()
    off = town.settings.model_copy(update={"coverage_every_s": 0.0})
    running = asyncio.create_task(CoverageWatch(town.engine, town.library, off).run(stop))
    stop.set()
    await asyncio.wait_for(running, 5)
    assert len([row for row in await town.rows(tables.stream) if row["kind"] == "coverage"]) == 2
