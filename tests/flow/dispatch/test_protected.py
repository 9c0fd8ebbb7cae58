"""Protected addresses: incidents there go by their own cards, officers are told, and nothing of it gets out."""

from datetime import timedelta
from typing import Any

import pytest
from structlog.typing import EventDict

from schemas.pack.responders import Responder
from schemas.vocabulary.dispatching import ResponderKind
from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import Phase
from services.dispatch import timers
from services.dispatch.domain.run_card_recording import is_decision_by_card
from services.dispatch.store import tables
from tests.flow.dispatch.builders import CENTRE, CLOCK, PATROLS, card, city, signal, sos
from tests.flow.dispatch.problems import problem
from tests.flow.dispatch.world import World

SECRET = "Mme X, ex-conjoint interdit de paraître"
PLACE = {"lat": CLOCK.lat + 0.001, "lon": CLOCK.lon}
"""111 m north of everything."""
GUARDED = card(
    "guarded",
    *(Nature.ASSAULT, Nature.DISTURBANCE, Nature.PERSON_DETECTED),
    protected=True,
    responders=(
        Responder(kind=ResponderKind.PATROL, count=2),
        Responder(kind=ResponderKind.NATIONAL_POLICE, agency="police"),
    ),
)


async def protect(world: World, **more: Any) -> str:
    """A protected address in force; its id."""
    body = PLACE | {"instructions": SECRET, "ends_at": "2099-01-01T00:00:00Z"} | more
    answer = await world.http.post("/v1/protected-addresses", json=body, headers={"X-Actor": "lead"})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["address_id"])


async def call(world: World, nature: Nature = Nature.DISTURBANCE, metres_north: float = 111.2) -> dict[str, Any]:
    """An operator takes down a call from so far north of everything; its card."""
    body = {"nature": nature, "lat": CLOCK.lat + metres_north / 111_195, "lon": CLOCK.lon}
    answer = await world.http.post("/v1/calls", json=body)
    return await world.card(answer.json()["incident_id"])


async def test_a_disturbance_at_a_protected_address_is_a_life_in_danger(world: World) -> None:
    """P1 by its own card, two patrols and the police at once; elsewhere it stays a P3 to be looked at."""
    await world.apply(city(run_cards=(GUARDED, *city().run_cards)))
    await protect(world)
    found = await call(world)
    assert (found["run_card"], found["priority"], found["flags"]) == ("guarded", "P1", ["protected_address"])
    assert (len(await world.active(found["incident_id"])), len(found["hand_overs"])) == (2, 1)
    [inputs] = [e["inputs"] for e in found["events"] if is_decision_by_card(e["inputs"])]
    assert inputs["facts"]["protected"] is True
    elsewhere = await call(world, metres_north=800)
    assert (elsewhere["run_card"], elsewhere["flags"], elsewhere["protected_instructions"]) == ("seen", [], None)


@pytest.mark.parametrize(("metres", "protected"), [(0, True), (49, True), (51, False), (-49, True), (-51, False)])
async def test_the_radius_is_kept_to_the_metre(world: World, metres: float, protected: bool) -> None:
    """50 m unless told otherwise."""
    await protect(world)
    found = await call(world, metres_north=111.2 + metres)
    assert (found["flags"] == ["protected_address"]) is protected


async def test_of_two_addresses_the_nearest_speaks(world: World) -> None:
    """Neighbours are both protected; what is said is what stands at the nearer one."""
    await protect(world, radius_m=500, instructions="the far one", lat=CLOCK.lat + 0.003)
    await protect(world, radius_m=500, instructions="the near one")
    assert (await call(world))["protected_instructions"] == "the near one"


async def test_the_officer_reads_what_is_to_be_known(world: World) -> None:
    """On the tablet's list and on its live event, beside the card's own instructions; on the room's card too."""
    await world.apply(city(run_cards=(GUARDED, *city().run_cards)))
    await protect(world)
    found = await call(world)
    assert found["protected_instructions"] == SECRET
    [first, _] = await world.active(found["incident_id"])
    [shown] = (await world.http.get("/v1/assignments", params={"unit": first["unit"]})).json()
    assert shown["incident"]["protected_instructions"] == SECRET
    live = [row for row in await world.rows(tables.stream) if row["kind"] == "assignment"]
    assert {row["data"]["incident"]["protected_instructions"] for row in live} == {SECRET}
    assert {row["unit"] for row in live} == {known["unit"] for known in await world.active(found["incident_id"])}


async def test_nothing_of_it_leaves_postgresql(world: World, logged: list[EventDict]) -> None:
    """Text and place are on no topic, in no event, in no log line, in no kept answer and in no news for consoles."""
    await world.apply(city(run_cards=(GUARDED, *city().run_cards)))
    body = PLACE | {"instructions": SECRET, "ends_at": "2099-01-01T00:00:00Z"}
    made = await world.http.post("/v1/protected-addresses", json=body, headers={"Idempotency-Key": "k"})
    address = made.json()["address_id"]
    found = await call(world)
    assert found["protected_instructions"] == SECRET
    assert (await world.http.delete(f"/v1/protected-addresses/{address}")).status_code == 204
    sent = b"".join(row["value"] or b"" for row in await world.rows(tables.outbox)).decode()
    stream = [row["data"] for row in await world.rows(tables.stream)]
    told = [data for data in stream if "address_id" in data]
    assert [(news["address_id"], news["ended"]) for news in told] == [(address, False), (address, True)]
    kept, events = await world.rows(tables.idempotency), await world.rows(tables.events)
    assert found["incident_id"] in sent
    assert any(line["event"] == "incident_event" for line in logged)
    for text in (sent, str(events), str(kept), str(told), str(logged), made.text):
        assert SECRET not in text
        assert str(PLACE["lat"]) not in text
    assert address not in sent + str(events) + str(logged)


async def test_it_is_listed_ended_and_erased(world: World) -> None:
    """The room sees those in force; ended, its text is gone at once and cards no longer show it."""
    address = await protect(world)
    found = await call(world)
    [held] = (await world.http.get("/v1/protected-addresses")).json()
    assert (held["address_id"], held["instructions"], held["radius_m"], held["set_by"]) == (address, SECRET, 50, "lead")
    url = f"/v1/protected-addresses/{address}"
    assert (await world.http.delete(url)).status_code == 204
    problem(await world.http.delete(url), 404, "not-found")
    assert (await world.http.get("/v1/protected-addresses")).json() == []
    [row] = await world.rows(tables.protected_addresses)
    assert row["instructions"] is None
    assert (await world.card(found["incident_id"]))["protected_instructions"] is None
    assert (await call(world, Nature.ASSAULT))["flags"] == []


async def test_one_that_is_over_protects_no_longer_and_is_forgotten(world: World) -> None:
    """Past its end no card goes by it and no tablet shows it; a while later, as the stream, its row is deleted."""
    await protect(world)
    first = await call(world)
    await world.sql("UPDATE dispatch.protected_addresses SET ends_at = clock_timestamp() - interval '1 hour'")
    assert (await world.http.get("/v1/protected-addresses")).json() == []
    assert (await call(world, Nature.ASSAULT))["flags"] == []
    assert (await world.card(first["incident_id"]))["protected_instructions"] is None
    await timers.forget(world.engine, timedelta(hours=2))
    assert len(await world.rows(tables.protected_addresses)) == 1
    await timers.forget(world.engine, timedelta(minutes=30))
    assert await world.rows(tables.protected_addresses) == []


async def test_an_sos_that_comes_to_the_address_is_marked(world: World) -> None:
    """The person moves: the position within the radius puts the flag on the card; going away does not take it off."""
    await protect(world)
    far, near = CLOCK.model_copy(update={"lat": CLOCK.lat + 0.01}), CLOCK.model_copy(update={"lat": PLACE["lat"]})
    incident = await world.urgent(sos("anna", position=far))
    assert (await world.card(incident))["flags"] == []
    for position in (near, far):
        await world.urgent(sos("anna", Phase.UPDATE, position=position))
        assert (await world.card(incident))["flags"] == ["protected_address"]


async def test_a_merge_keeps_the_protection(world: World) -> None:
    """What waits at the address is merged into what is engaged beside it: the kept one is judged as protected."""
    alone = card("guarded-alone", Nature.DISTURBANCE, protected=True)
    await world.apply(city(run_cards=(alone, *city().run_cards)))
    await world.only_units(PATROLS[0])
    await protect(world)
    beside = (await call(world, metres_north=800))["incident_id"]
    await world.order(beside, "assign")
    [bound] = await world.active(beside)
    await world.step(bound, "accept", "en-route", "on-scene")
    there = await call(world)
    assert (there["run_card"], there["assignments"]) == ("guarded-alone", [])
    kept = (await world.order(there["incident_id"], "merge", {"incident": beside})).json()
    assert (kept["incident_id"], kept["priority"], kept["run_card"]) == (beside, "P1", "guarded-alone")
    found = await world.card(beside)
    assert (found["flags"], found["protected_instructions"]) == (["protected_address"], SECRET)


async def test_a_split_is_judged_by_its_own_place(world: World) -> None:
    """An alarm from elsewhere that is taken out of a protected incident is not protected."""
    await protect(world)
    there, away = CLOCK.model_copy(update=PLACE), CLOCK.model_copy(update={"lat": CLOCK.lat + 0.02})
    first = signal(Nature.DISTURBANCE, "camera", position=there)
    other = signal(Nature.DISTURBANCE, "camera-2", position=away)
    incident = await world.urgent(first)
    await world.situation("s1", first)
    await world.situation("s1", other, revision=2)
    answer = await world.order(incident, "split", {"signals": [other.signal_id]})
    assert (await world.card(incident))["flags"] == ["protected_address"]
    assert answer.json()["flags"] == []


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"radius_m": 4}, "invalid"),
        ({"radius_m": 501}, "invalid"),
        ({"ends_at": None}, "invalid"),
        ({"ends_at": "2020-01-01T00:00:00Z"}, "ends-before-start"),
        ({"instructions": ""}, "invalid"),
        ({"centre": "00000"}, "centre"),
        ({"lat": PLACE["lon"], "lon": PLACE["lat"]}, "position"),
        ({"lat": 91}, "invalid"),
        ({"person": "Mme X"}, "invalid"),
    ],
)
async def test_a_slip_is_refused(world: World, change: dict[str, Any], kind: str) -> None:
    """An address that would protect nobody, or for ever, is 422, and what was typed is not repeated."""
    body = PLACE | {"centre": CENTRE, "instructions": SECRET, "ends_at": "2099-01-01T00:00:00Z"} | change
    answer = await world.http.post("/v1/protected-addresses", json=body)
    problem(answer, 422, kind)
    assert SECRET not in answer.text
    assert await world.rows(tables.protected_addresses) == []
