"""Which run card holds, by the moment and by what is seen later; and that each decision can be made again."""

from typing import Any

import pytest

from schemas.pack.pack import CityPack
from schemas.pack.responders import Responder, RunCard
from schemas.vocabulary.dispatching import Engagement, ResponderKind
from schemas.vocabulary.natures import Nature, Priority
from services.dispatch.domain.run_card_recording import as_output, is_decision_by_card, question_of
from services.dispatch.packs import Book
from tests.flow.dispatch.builders import CENTRE, PATROLS, ahead, card, city, signal, sos
from tests.flow.dispatch.moments import MIDNIGHTISH, NOONISH, centre_at, school_open_at_noon
from tests.flow.dispatch.problems import problem
from tests.flow.dispatch.world import World

POLICE = Responder(kind=ResponderKind.NATIONAL_POLICE, agency="police")
PATROL = Responder(kind=ResponderKind.PATROL)
TWO = Responder(kind=ResponderKind.PATROL, count=2)
BY_MOMENT = (
    card("pupils", Nature.INTRUSION, site_open=True, responders=(TWO, POLICE)),
    card("closed-at-night", Nature.INTRUSION, priority=Priority.P2, site_open=False, night=True),
    card("night", Nature.INTRUSION, priority=Priority.P3, night=True),
)


def with_cards(*added: RunCard, **changes: Any) -> CityPack:
    """The small city with further cards, tried before its own."""
    return city(run_cards=(*added, *city().run_cards), **changes)


async def inputs_by_event(world: World, incident: str | None) -> list[tuple[str, dict[str, Any]]]:
    """The recorded decisions by run card of an incident, in order."""
    events = (await world.card(incident))["events"]
    return [(e["event"], e["inputs"]) for e in events if is_decision_by_card(e["inputs"])]


@pytest.mark.parametrize(
    ("hour", "device", "chosen", "facts"),
    [
        (NOONISH, "panel-school", "pupils", {"site_kind": "school", "site_open": True, "night": False}),
        (MIDNIGHTISH, "panel-school", "closed-at-night", {"site_kind": "school", "site_open": False, "night": True}),
        (MIDNIGHTISH, "panel-shop", "night", {"site_kind": "shop", "site_open": None, "night": True}),
        (NOONISH, "panel-shop", "intrusion", {"site_kind": "shop", "site_open": None, "night": False}),
        (MIDNIGHTISH, "detector", "night", {"site_kind": None, "site_open": None, "night": True}),
    ],
)
async def test_the_hour_at_the_centre_decides(
    world: World, hour: int, device: str, chosen: str, facts: dict[str, Any]
) -> None:
    """Opening hours and night count by the centre's clock; where no hours are known no card that asks for them fits."""
    await world.apply(with_cards(*BY_MOMENT, centre=centre_at(hour), sites=school_open_at_noon()))
    incident = await world.urgent(signal(Nature.INTRUSION, device))
    assert (await world.card(incident))["run_card"] == chosen
    [(event, inputs)] = await inputs_by_event(world, incident)
    assert event == "opened"
    assert inputs["facts"] == {"nature": "intrusion", "sources": 1, "protected": False} | facts


async def test_every_decision_by_card_is_made_again_to_the_same(world: World) -> None:
    """Rule 15: from OPENED, SIGNAL_LINKED, PRIORITY_RAISED, CARD_APPLIED, MERGED and SPLIT alike, under their pack."""
    pack = with_cards(*BY_MOMENT, centre=centre_at(MIDNIGHTISH), sites=school_open_at_noon())
    await world.apply(pack)
    await world.only_units(PATROLS[0])
    raised = await world.urgent(signal(Nature.INTRUSION, "panel-shop"))
    late = signal(Nature.INTRUSION, "detector-2", site="shop")
    await world.urgent(late)
    for nature in (Nature.PANIC, Nature.PANIC, Nature.HOLD_UP):
        await world.urgent(signal(nature, "panel-shop"))
    merged = await world.urgent(sos("anna"))
    await world.order(merged, "merge", {"incident": raised})
    split = (await world.order(raised, "split", {"signals": [late.signal_id]})).json()["incident_id"]
    found = [pair for known in (raised, merged, split) for pair in await inputs_by_event(world, known)]
    expected = {"opened", "signal_linked", "priority_raised", "card_applied", "merged", "split"}
    assert {event for event, _ in found} == expected
    for _, inputs in found:
        assert inputs["pack_version"] == pack.version
        decided = as_output(question_of(inputs).answer(Book(pack, pack.version).cards))
        assert {name: inputs[name] for name in decided} == decided


async def test_each_look_at_the_cards_is_recorded_once(world: World) -> None:
    """With the event that changed the incident, else with that of the alarm that led to the look."""
    incident = await world.urgent(signal(Nature.INTRUSION))
    await world.urgent(signal(Nature.INTRUSION))
    await world.urgent(signal(Nature.INTRUSION, "detector-2", site="school"))
    events = [event for event, _ in await inputs_by_event(world, incident)]
    assert events == ["opened", "signal_linked", "card_applied"]


async def test_a_second_source_at_the_same_priority_engages_all_that_its_card_asks(world: World) -> None:
    """One detector waits for the operator at P2; two, still P2, send two patrols and the police, and say why."""
    confirmed = card("confirmed", Nature.INTRUSION, priority=Priority.P2, min_sources=2, responders=(TWO, POLICE))
    await world.apply(with_cards(confirmed))
    incident = await world.urgent(signal(Nature.INTRUSION))
    assert await world.active(incident) == []
    await world.urgent(signal(Nature.INTRUSION, "detector-2", site="school"))
    found = await world.card(incident)
    assert (found["priority"], found["run_card"], found["engagement"]) == ("P2", "confirmed", "automatic")
    assert len(await world.active(incident)) == 2
    assert [known["agency"] for known in found["hand_overs"]] == ["police"]
    [applied] = [event for event in found["events"] if event["event"] == "card_applied"]
    assert (applied["reason"], applied["detail"]["review"]) == ("card_automatic", "starts")


async def test_more_responders_at_the_same_priority_join_an_engaged_incident(world: World) -> None:
    """An automatic P2 with one patrol gets the second and the police when its second source brings a card for more."""
    one = card("one", Nature.INTRUSION, priority=Priority.P2)
    more = card("more", Nature.INTRUSION, priority=Priority.P2, min_sources=2, responders=(TWO, POLICE))
    await world.apply(with_cards(more, one))
    incident = await world.urgent(signal(Nature.INTRUSION))
    [first] = await world.active(incident)
    await world.urgent(signal(Nature.INTRUSION, "detector-2", site="school"))
    found = await world.card(incident)
    assert (found["run_card"], len(await world.active(incident)), len(found["hand_overs"])) == ("more", 2, 1)
    assert first["unit"] in {known["unit"] for known in await world.active(incident)}
    [applied] = [event for event in found["events"] if event["event"] == "card_applied"]
    assert applied["detail"]["review"] == "adds"
    await world.urgent(signal(Nature.INTRUSION, "detector-3", site="school"))
    assert len(await world.active(incident)) == 2
    assert ("card_applied", "card_automatic") not in (await world.events(incident))[len(found["events"]) :]


async def test_another_nature_of_the_same_priority_adds_its_responders_not_its_card(world: World) -> None:
    """A panic alarm joined by a hold-up of the same panel: a second patrol comes, nature and instructions stay."""
    incident = await world.urgent(signal(Nature.PANIC))
    await world.urgent(signal(Nature.HOLD_UP))
    found = await world.card(incident)
    assert (found["nature"], found["run_card"], len(await world.active(incident))) == ("panic", "alone", 2)


async def test_under_a_silence_more_responders_wait_for_the_operator(world: World) -> None:
    """What a second source would send at the same priority is shown, and sent only when an operator confirms."""
    confirmed = card("confirmed", Nature.INTRUSION, priority=Priority.P2, min_sources=2, responders=(TWO, POLICE))
    await world.apply(with_cards(confirmed))
    body = {"scope": "site:school", "reason": "works", "ends_at": ahead(hours=1)}
    await world.http.post("/v1/silences", json=body)
    incident = await world.urgent(signal(Nature.INTRUSION))
    await world.urgent(signal(Nature.INTRUSION, "detector-2", site="school"))
    found = await world.card(incident)
    assert (found["run_card"], found["engagement"]) == ("confirmed", "operator_confirmed")
    assert {task["kind"]: (task["state"], task["slots"]) for task in found["tasks"]} == {
        "patrol": ("pending", 2),
        "national_police": ("pending", 1),
    }
    await world.order(incident, "verify", {"result": "confirmed"})
    assert len(await world.active(incident)) == 2


async def test_a_card_with_fewer_responders_takes_nothing_back(world: World) -> None:
    """An incident with two patrols whose later alarms ask for one, or are less urgent, keeps card and patrols."""
    incident = await world.urgent(signal(Nature.HOLD_UP))
    await world.urgent(signal(Nature.PANIC))
    await world.situation("s1", signal(Nature.PERSON_DETECTED, "camera", site="school"))
    found = await world.card(incident)
    assert (found["run_card"], found["priority"], len(await world.active(incident))) == ("hold-up", "P1", 2)
    assert all(event["event"] not in {"card_applied", "priority_raised"} for event in found["events"])


async def test_a_split_decides_by_its_own_sources_and_waits(world: World) -> None:
    """Two detectors taken out of three: the card for two sources, but nobody is sent until the operator says so."""
    await world.apply(with_cards(card("two", Nature.INTRUSION, min_sources=2, engagement=Engagement.AUTOMATIC)))
    first = signal(Nature.PANIC)
    out = [signal(Nature.INTRUSION, f"detector-{number}", site="school") for number in (1, 2)]
    incident = await world.urgent(first)
    for number, of in enumerate([first, *out], start=1):
        await world.situation("s1", of, revision=number)
    answer = await world.order(incident, "split", {"signals": [of.signal_id for of in out]})
    fresh = await world.card(answer.json()["incident_id"])
    assert (fresh["run_card"], fresh["sources"], fresh["engagement"]) == ("two", 2, "operator_confirmed")
    assert ([task["state"] for task in fresh["tasks"]], fresh["assignments"]) == (["pending"], [])


async def test_a_pack_with_an_unknown_clock_is_refused(world: World) -> None:
    """Each decision asks what time it is at the centre: a zone that this machine does not know is refused, 422."""
    centre = city().centre.model_copy(update={"timezone": "Europe/Metz"})
    content = city(centre=centre).model_dump_json()
    headers = {"content-type": "application/json"}
    problem(await world.http.put(f"/v1/packs/{CENTRE}", content=content, headers=headers), 422, "timezone")
