"""Possible duplicates: suspected when an incident opens or moves, offered with a score, rejected for good."""

from datetime import timedelta
from typing import Any

from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import Phase
from schemas.wire import Origin, Position
from services.dispatch.domain.duplicates import again
from services.dispatch.store import tables
from tests.flow.dispatch.builders import CLOCK, NEIGHBOUR, PATROLS, ago, neighbour, signal, sos
from tests.flow.dispatch.problems import problem
from tests.flow.dispatch.world import World


def away(metres: float, accuracy_m: float | None = None) -> Position:
    """A place so far north of the clock."""
    return Position(lat=CLOCK.lat + metres / 111_195, lon=CLOCK.lon, accuracy_m=accuracy_m)


async def panic(world: World, metres: float = 0.0, **more: Any) -> str:
    """A panic button so far north of the clock; each call another device; its incident."""
    device = more.pop("device", f"button-{metres}-{len(more)}")
    plain: dict[str, Any] = {"site": None, "position": away(metres)}
    incident = await world.urgent(signal(more.pop("nature", Nature.PANIC), device, **plain | more))
    assert incident is not None
    return incident


async def offered(world: World, incident: str) -> list[dict[str, Any]]:
    """Its possible duplicates by HTTP."""
    found: list[dict[str, Any]] = (await world.http.get(f"/v1/incidents/{incident}/duplicates")).json()
    return found


async def reject(world: World, incident: str, other: str, **headers: str) -> Any:
    """An operator says that the two are not one."""
    return await world.order(incident, f"duplicates/{other}/reject", **headers)


async def test_the_second_account_of_one_happening_is_suspected(world: World) -> None:
    """The new incident names the old one, calls for a look, and its event evaluates again to the same score."""
    first = await panic(world, sector="middle")
    second = await panic(world, 160, sector="other")
    card = await world.card(second)
    assert (card["duplicates"], card["attention"]) == ([first], "possible_duplicate")
    assert (await world.card(first))["duplicates"] == []
    [event] = [known for known in card["events"] if known["event"] == "duplicates_suspected"]
    assert (event["reason"], event["actor"], event["detail"]) == ("same_nature", "system", {"suspected": [first]})
    (likely,) = again(event["inputs"])
    [recorded] = event["inputs"]["candidates"]
    assert (likely.score, likely.candidate.incident) == (recorded["score"], first)
    assert 0.74 < likely.score < 0.76
    assert "'lat'" not in str(event["inputs"])


async def test_it_is_offered_with_score_distance_time_and_reasons(world: World) -> None:
    """From both sides, the likeliest first, each reason in both languages; what scores nothing is left out."""
    old = await panic(world, received_at=ago(minutes=20))
    near = await panic(world, 240)
    asked = await panic(world, 160)
    await panic(world, 60, nature=Nature.FIRE)
    found = await offered(world, asked)
    assert [known["incident_id"] for known in found] == [near, old]
    assert [known["suspected"] for known in found] == [True, False]
    assert (found[0]["score"], found[0]["distance_m"]) == (1.0, 80.0)
    assert 1190 < found[1]["seconds_apart"] < 1260
    assert found[0]["reasons"] == [
        {"reason": "same_place", "fr": "Même endroit", "en": "Same place"},
        {"reason": "same_time", "fr": "Au même moment", "en": "At the same time"},
        {"reason": "same_nature", "fr": "Même nature", "en": "Same nature"},
    ]
    assert asked in [known["incident_id"] for known in await offered(world, near)]


async def test_far_late_or_foreign_ones_are_not_suspected(world: World) -> None:
    """Beyond 400 m, after half an hour, of another nature or in another centre: no word about them."""
    await world.apply(neighbour())
    await panic(world, 500)
    await panic(world, device="late", received_at=ago(minutes=31))
    await panic(world, device="gas", nature=Nature.GAS)
    await panic(world, device="foreign", origin=Origin(centre=NEIGHBOUR, pack_version="test"))
    card = await world.card(await panic(world, 1))
    assert (card["duplicates"], card["attention"]) == ([], None)


async def test_a_vague_position_reaches_further(world: World) -> None:
    """A caller's phone that is sure of 150 m only is suspected where a sure position would not be."""
    first = await panic(world)
    sure = await panic(world, 300)
    vague = await panic(world, -300, position=away(-300, accuracy_m=150))
    assert (await world.card(sure))["duplicates"] == []
    assert (await world.card(vague))["duplicates"] == [first]


async def test_finished_or_merged_ones_are_not_offered(world: World) -> None:
    """A dismissed one is no candidate; of two that were merged only the kept one is."""
    await world.only_units(PATROLS[0])
    dismissed, kept, lost = [await panic(world, metres) for metres in (0, 10, 20)]
    await world.order(dismissed, "dismiss", {"reason": "drill"})
    await world.order(kept, "merge", {"incident": lost})
    fresh = await panic(world, 30)
    states = [known["state"] for known in await offered(world, fresh)]
    assert states == ["open"]
    assert len((await world.card(fresh))["duplicates"]) == 1


async def test_a_moving_sos_is_compared_where_it_comes_to(world: World) -> None:
    """A kilometre away nothing is said; once its position has come near, the incident names the other; once only."""
    first = await panic(world)
    incident = await world.urgent(sos("anna", position=away(1000)))
    assert (await world.card(incident))["duplicates"] == []
    for metres in (50, 40):
        await world.urgent(sos("anna", Phase.UPDATE, position=away(metres)))
    card = await world.card(incident)
    assert (card["duplicates"], card["attention"]) == ([first], "possible_duplicate")
    assert (await world.events(incident)).count(("duplicates_suspected", "related_nature")) == 1


async def test_a_rejected_pair_is_never_proposed_again(world: World) -> None:
    """The call ends, both cards keep the operator's word, and coming nearer does not ask again."""
    first = await panic(world)
    incident = await world.urgent(sos("anna", position=away(100)))
    assert incident is not None
    answer = await reject(world, incident, first, x_actor="op-1")
    assert (answer.json()["duplicates"], answer.json()["attention"]) == ([], None)
    for one, other in ((first, incident), (incident, first)):
        [said] = [known for known in (await world.card(one))["events"] if known["event"] == "duplicate_rejected"]
        assert (said["actor"], said["detail"]) == ("op-1", {"with": other})
    await world.urgent(sos("anna", Phase.UPDATE, position=away(0)))
    assert (await world.card(incident))["duplicates"] == []
    assert (await offered(world, incident), await offered(world, first)) == ([], [])
    again_said = await reject(world, first, incident)
    assert again_said.status_code == 200
    assert (await world.events(first)).count(("duplicate_rejected", "operator")) == 1


async def test_a_rejected_pair_is_not_merged_by_correlation_either(world: World) -> None:
    """An operator's word is final: the situation that joins the two later changes nothing."""
    await world.only_units(PATROLS[0])
    one, other = sos("anna"), signal(Nature.PANIC, "button")
    first, second = await world.urgent(one), await world.urgent(other)
    assert first is not None
    assert second is not None
    await reject(world, second, first)
    await world.situation("s1", one)
    await world.situation("s1", other, revision=2, sources=2, total=2)
    assert [(await world.card(incident))["state"] for incident in (first, second)] == ["open", "open"]


async def test_what_an_operator_split_or_unmerged_is_not_suspected(world: World) -> None:
    """Told apart in another way is told apart as well."""
    await world.only_units(PATROLS[0])
    kept, lost = await panic(world), await panic(world, 10)
    await world.order(kept, "merge", {"incident": lost})
    await world.order(lost, "unmerge")
    assert (await offered(world, kept), await offered(world, lost)) == ([], [])
    camera = signal(Nature.DANGEROUS_SCENE, "camera", site=None)
    await world.situation("s1", sos("anna"))
    await world.situation("s1", camera, revision=2, sources=2)
    [held] = [c for c in (await world.http.get("/v1/incidents")).json() if c["signals"] == 2]
    fresh = await world.order(held["incident_id"], "split", {"signals": [camera.signal_id]})
    found = await offered(world, fresh.json()["incident_id"])
    assert held["incident_id"] not in [known["incident_id"] for known in found]


async def test_merging_settles_the_suspicion(world: World) -> None:
    """Whichever is kept: it neither names nor is called for the one that it took in."""
    await world.only_units(PATROLS[0])
    kept, lost = await panic(world), await panic(world, 10)
    assert (await world.order(lost, "merge", {"incident": kept})).json()["incident_id"] == kept
    cards = [await world.card(incident) for incident in (kept, lost)]
    assert [card["duplicates"] for card in cards] == [[], []]
    assert "possible_duplicate" not in [card["attention"] for card in cards]


async def test_the_hint_hides_no_unacknowledged_p1(world: World) -> None:
    """A P1 that nobody acknowledges calls the shift lead although it was marked as a possible duplicate."""
    await panic(world)
    incident = await panic(world, 10)
    assert (await world.card(incident))["attention"] == "possible_duplicate"
    await world.sql("UPDATE dispatch.incidents SET opened_at = opened_at - interval '2 minutes'")
    await world.timers.round()
    assert (await world.card(incident))["attention"] == "unacknowledged_p1"
    assert ("attention_asked", "unacknowledged_p1") in await world.events(incident)


async def test_a_missing_unit_calls_louder_than_the_hint(world: World) -> None:
    """The second incident finds no patrol: that is what the room sees; the possible duplicate is still named."""
    await world.only_units(PATROLS[0])
    first, second = await panic(world), await panic(world, 10)
    card = await world.card(second)
    assert (card["attention"], card["duplicates"]) == ("no_unit_free", [first])


async def test_wrong_rejections_say_what_is_wrong(world: World) -> None:
    """422 for itself, 404 for an unknown one, 412 for an old card, 409 once one of the two was merged."""
    await world.only_units(PATROLS[0])
    first, second, third = await panic(world), await panic(world, 10), await panic(world, 20)
    problem(await reject(world, first, first), 422, "same-incident")
    problem(await reject(world, first, "nope"), 404, "not-found")
    problem(await world.http.get("/v1/incidents/nope/duplicates"), 404, "not-found")
    await world.order(first, "acknowledge")
    problem(await reject(world, first, second, if_match='"1"'), 412, "changed")
    assert (await reject(world, first, second, idempotency_key="k")).status_code == 200
    assert (await reject(world, first, second, idempotency_key="k")).status_code == 200
    await world.order(second, "merge", {"incident": third})
    [merged] = [row["id"] for row in await world.rows(tables.incidents) if row["state"] == "merged"]
    problem(await reject(world, first, merged), 409, "not-allowed")


async def test_an_incident_without_a_place_has_none(world: World) -> None:
    """Nobody knows where it is: an empty list, not an error; its place known, it is compared."""
    first = await panic(world)
    answer = await world.http.post("/v1/calls", json={"nature": "assault"})
    incident = answer.json()["incident_id"]
    assert (await offered(world, incident), (await world.card(incident))["duplicates"]) == ([], [])
    assert [known["incident_id"] for known in await offered(world, first)] == []
    found = (await world.http.post("/v1/calls", json={"nature": "assault", "site": "shop"})).json()["incident_id"]
    assert (await world.card(found))["duplicates"] == [first]


async def test_the_console_is_told(world: World) -> None:
    """The live stream shows the suspicion with the incident that carries it."""
    first = await panic(world)
    second = await panic(world, 10, received_at=ago(seconds=0) + timedelta(seconds=1))
    rows = await world.rows(tables.stream)
    shown = [row["data"] for row in rows if row["kind"] == "incident" and row["data"]["incident_id"] == second]
    assert [data["duplicates"] for data in shown] == [[first]]
    assert "duplicates_suspected" in shown[0]["events"]
