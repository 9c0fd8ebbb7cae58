"""What belongs together is one incident, whatever lane and order it arrives in; what does not is its own."""

import asyncio
import uuid

import pytest
from sqlalchemy import select

from schemas.messages.signal import SignalOutcome
from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import Outcome, Phase, ScreeningReason
from services.dispatch.store import tables
from tests.flow.dispatch.builders import ago, outcome, signal, sos
from tests.flow.dispatch.world import World


async def test_one_signal_on_three_lanes_and_a_second_door_is_one_incident(world: World) -> None:
    """The same id by three partitions and by HTTP, all at once, opens one incident and offers one unit."""
    of = signal(Nature.PANIC)
    posted = [world.http.post("/v1/urgent", json=of.model_dump(mode="json")) for _ in range(2)]
    found = await asyncio.gather(*(world.urgent(of) for _ in range(3)), *posted)
    ids = {known if isinstance(known, str) else known.json()["incident_id"] for known in found}  # type: ignore[union-attr]
    assert len(ids) == 1
    assert len(await world.rows(tables.incidents)) == 1
    assert len(await world.active(ids.pop())) == 1


async def test_thirty_detectors_of_one_school_engage_once(world: World) -> None:
    """Thirty fire alarms of one site at once are one incident with thirty signals, one patrol and one hand-over."""
    alarms = [signal(Nature.FIRE, f"detector-{number}", site="school") for number in range(30)]
    ids = set(await asyncio.gather(*map(world.urgent, alarms)))
    assert len(ids) == 1
    card = await world.card(ids.pop())
    assert card["signals"] == card["sources"] == 30
    assert len(card["assignments"]) == len(card["hand_overs"]) == 1


async def test_urgent_alarm_first_then_its_situation(world: World) -> None:
    """The situation of an alarm that is on a card already claims that card and shows its confidence there."""
    of = signal(Nature.KIOSK_SOS, "kiosk")
    incident = await world.urgent(of)
    await world.situation("s1", of, confidence=0.9)
    card = await world.card(incident)
    assert card["confidence"] == 0.9
    assert len(await world.rows(tables.incidents)) == len(card["assignments"]) == card["signals"] == 1


async def test_situation_first_then_its_urgent_alarm(world: World) -> None:
    """In the other order the urgent lane finds its id linked and changes nothing."""
    of = signal(Nature.KIOSK_SOS, "kiosk")
    await world.situation("s1", of)
    before = await world.rows(tables.incidents)
    assert await world.urgent(of) == before[0]["id"]
    assert await world.rows(tables.incidents) == before


async def test_a_situation_brings_a_second_source_to_the_same_card(world: World) -> None:
    """A camera event beside an SOS, in its situation, is a second source and no second engagement."""
    first, second = sos("anna"), signal(Nature.PERSON_DETECTED, "camera")
    incident = await world.urgent(first)
    await world.situation("s1", first)
    await world.situation("s1", second, sources=2, total=2, revision=2, confidence=0.8)
    card = await world.card(incident)
    assert (card["sources"], card["signals"], card["priority"]) == (2, 2, "P1")
    assert len(card["assignments"]) == 1


async def test_a_position_before_its_sos_is_the_sos(world: World) -> None:
    """A position whose first message is unknown opens the incident; the SOS itself then joins it."""
    incident = await world.urgent(sos("anna", Phase.UPDATE))
    assert len(await world.active(incident)) == 1
    assert await world.urgent(sos("anna")) == incident
    assert len(await world.rows(tables.incidents)) == 1


async def test_positions_and_cancel_of_an_sos_annotate_and_engage_nobody_twice(world: World) -> None:
    """A position moves the card, a cancel asks for attention; neither ends nor repeats the engagement."""
    incident = await world.urgent(sos("anna"))
    moved = sos("anna", Phase.UPDATE, position={"lat": 49.13, "lon": 6.18})
    await asyncio.gather(world.urgent(moved), world.urgent(moved), world.situation("s", moved))
    await world.urgent(sos("anna", Phase.CANCEL))
    card = await world.card(incident)
    assert card["position"]["lat"] == 49.13
    assert card["attention"] == "device_cancel"
    assert (card["signals"], len(card["assignments"]), len(card["signals_linked"])) == (1, 1, 3)


async def test_a_cancel_without_its_sos_opens_nothing(world: World) -> None:
    """An annotation of something unknown opens no incident."""
    assert await world.urgent(sos("ghost", Phase.CANCEL)) is None
    assert await world.rows(tables.incidents) == []


async def test_a_restore_before_its_first_alarm_attaches_later(world: World) -> None:
    """An update whose alarm is not here yet waits, and is on the card as soon as the alarm opens it."""
    first = signal(Nature.FIRE)
    restore = signal(Nature.FIRE, phase=Phase.RESTORE)
    follows = ScreeningReason.FOLLOWS_EARLIER
    await world.outcomes(outcome(restore, Outcome.UPDATE, follows, first_signal_id=first.signal_id))
    assert await world.rows(tables.incidents) == []
    incident = await world.urgent(first)
    card = await world.card(incident)
    assert [known["phase"] for known in card["signals_linked"] if known["role"] == "annotation"] == ["restore"]
    assert card["state"] == "open"


async def test_what_was_folded_before_the_card_opened_is_counted_on_it(world: World) -> None:
    """The count of folded repeats is right, whether it arrives before or after the first alarm."""
    first = signal(Nature.INTRUSION)
    folded = [signal(Nature.INTRUSION) for _ in range(2)]
    chatter, again = ScreeningReason.CHATTER, {"first_signal_id": first.signal_id}
    await world.outcomes(outcome(folded[0], Outcome.FOLDED, chatter, count=7, **again))
    incident = await world.urgent(first)
    assert (await world.card(incident))["folded"] == 7
    await world.outcomes(outcome(folded[1], Outcome.FOLDED, chatter, count=8, **again))
    assert (await world.card(incident))["folded"] == 8


async def test_a_flood_of_one_device_changes_its_card_once_a_batch(world: World) -> None:
    """What folds into one alarm is counted together: 200 records, one change of the card, and all are attached."""
    first = signal(Nature.INTRUSION)
    other = signal(Nature.INTRUSION, "detector-2", site=None)
    incident, aside = await world.urgent(first), await world.urgent(other)
    before = len(await world.rows(tables.stream))

    def told(number: int) -> SignalOutcome:
        after, count = (other, 3) if number == 150 else (first, number + 1)
        folded = signal(Nature.INTRUSION, after.device, site=None)
        reason = ScreeningReason.CHATTER
        return outcome(folded, Outcome.FOLDED, reason, count=count, first_signal_id=after.signal_id)

    await world.outcomes(*(told(number) for number in range(200)))
    assert [(await world.card(one))["folded"] for one in (incident, aside)] == [200, 3]
    assert len(await world.rows(tables.stream)) - before == 2
    assert not [row for row in await world.rows(tables.signal_outcomes) if row["unattached"]]


async def test_folded_and_its_first_alarm_at_the_same_time_lose_no_count(world: World) -> None:
    """Twenty pairs of racing transactions: the folded count always reaches the card."""

    async def pair(number: int) -> int:
        first = signal(Nature.INTRUSION, f"detector-{number}", site=None)
        folded = signal(Nature.INTRUSION, f"detector-{number}", site=None)
        told = outcome(folded, Outcome.FOLDED, ScreeningReason.CHATTER, count=3, first_signal_id=first.signal_id)
        incident, _ = await asyncio.gather(world.urgent(first), world.outcomes(told))
        return int((await world.card(incident))["folded"])

    assert await asyncio.gather(*(pair(number) for number in range(20))) == [3] * 20


async def test_a_repeat_is_stored_once_and_the_same_press_tomorrow_is_new(world: World) -> None:
    """Same fingerprint within two minutes joins silently under its own id; later it is another alarm."""
    first = signal(Nature.PANIC, fingerprint="f" * 32, received_at=ago(minutes=10))
    again = signal(Nature.PANIC, fingerprint="f" * 32, received_at=ago(minutes=9))
    incident = await world.urgent(first)
    assert await world.urgent(again) == incident
    card = await world.card(incident)
    assert (card["signals"], [known["role"] for known in card["signals_linked"]]) == (1, ["alarm", "repeat"])
    assert await world.urgent(signal(Nature.PANIC, fingerprint="f" * 32)) == incident
    assert (await world.card(incident))["signals"] == 2


async def test_fire_and_hold_up_of_one_panel_are_two_incidents(world: World) -> None:
    """Natures that cannot be one happening are not joined, so that no responder is forgotten."""
    assert await world.urgent(signal(Nature.FIRE)) != await world.urgent(signal(Nature.HOLD_UP))


async def test_a_fire_after_a_dismissed_intrusion_is_new_and_linked(world: World) -> None:
    """A dismissed incident takes no new alarm; the new one names it as the earlier one of its site."""
    first = await world.urgent(signal(Nature.INTRUSION))
    await world.order(first, "dismiss", {"reason": "cat"})
    second = await world.urgent(signal(Nature.FIRE))
    assert second != first
    assert (await world.card(second))["linked_to"] == first


async def test_an_sos_after_its_dismissed_card_is_new_and_linked(world: World) -> None:
    """Also without a site: the same SOS, raised after its card was dismissed, opens another one linked to it."""
    first = await world.urgent(sos("anna", Phase.UPDATE))
    await world.order(first, "dismiss", {"reason": "test"})
    second = await world.urgent(sos("anna"))
    assert second != first
    assert (await world.card(second))["linked_to"] == first


async def test_a_second_fault_of_one_device_joins_its_work_order(world: World) -> None:
    """A fault is a work order; the same device's next fault is on the same card, without a second order."""
    for _ in range(2):
        fault = outcome(signal(Nature.TECHNICAL_FAULT), Outcome.FAULT, ScreeningReason.FAULT_REPORTED)
        await world.outcomes(fault, fault)
    [incident] = await world.rows(tables.incidents)
    card = await world.card(incident["id"])
    assert (len(card["work_orders"]), card["signals"], card["assignments"]) == (1, 2, [])


async def test_an_alarm_that_no_situation_claims_is_opened_in_time_and_once(world: World) -> None:
    """After `unclaimed_alarm_s` the timer opens it; one that was claimed, or is an access call, is left as it is."""
    late, claimed = signal(Nature.INTRUSION), signal(Nature.PERSON_DETECTED, "camera")
    calls = signal(Nature.ACCESS_CALL, "kiosk")
    new = ScreeningReason.NEW
    await world.outcomes(
        *(outcome(of, Outcome.ALARM, new, decided_at=ago(seconds=14)) for of in (late, claimed, calls))
    )
    await world.situation("s1", claimed)
    await world.timers.round()
    assert [known["nature"] for known in await world.rows(tables.incidents)] == ["person_detected"]
    await world.sql("UPDATE dispatch.signal_outcomes SET decided_at = decided_at - interval '2 seconds'")
    await asyncio.gather(world.timers.round(), world.timers.round())
    natures = [known["nature"] for known in await world.rows(tables.incidents)]
    assert sorted(natures) == ["intrusion", "person_detected"]
    assert [known["signal_id"] for known in await world.rows(tables.kiosk_calls)] == [calls.signal_id]
    assert await world.rows(select(tables.signal_outcomes).where(tables.signal_outcomes.c.unclaimed)) == []


async def test_an_alarm_of_a_centre_without_a_pack_is_shown_not_lost(world: World) -> None:
    """Before a centre's first pack its urgent alarm still opens an incident, which waits for a unit visibly."""
    of = signal(Nature.FIRE, origin={"centre": "98765", "pack_version": "none"})
    card = await world.card(await world.urgent(of))
    assert (card["centre"], card["state"], card["attention"]) == ("98765", "open", "no_unit_free")


async def test_text_that_postgresql_cannot_hold_does_not_lose_the_alarm(world: World) -> None:
    """A NUL in a panel's free text is replaced; the alarm opens its incident and its outcome is stored."""
    of = signal(Nature.FIRE, place="Hall\x00", zone="\x00", attributes={"text": "a\x00b", "k\x00": 1})
    incident = await world.urgent(of)
    await world.outcomes(outcome(of, Outcome.ALARM, ScreeningReason.URGENT, place="Hall\x00"))
    [linked] = (await world.card(incident))["signals_linked"]
    assert linked["attributes"]["text"] == "a\ufffdb"
    assert linked["signal_id"] == of.signal_id == (await world.rows(tables.signal_outcomes))[0]["signal_id"]


async def test_unknown_incident_is_a_problem_document(world: World) -> None:
    """Reading a card that does not exist answers 404 as RFC 9457 says."""
    answer = await world.http.get(f"/v1/incidents/{uuid.uuid4()}")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


async def test_why_an_alarm_joined_is_recorded_with_the_incidents_it_was_compared_with(world: World) -> None:
    """Rule 15: the event carries the candidates with their distance and what was decided, and no subject."""
    incident = await world.urgent(sos("anna"))
    await world.urgent(sos("anna").model_copy(update={"device": "app-2"}))
    opened, *_, linked = [e for e in (await world.card(incident))["events"] if "joining" in e["inputs"]]
    assert (opened["inputs"]["joining"]["into"], opened["inputs"]["joining"]["candidates"]) == (None, [])
    joined = linked["inputs"]["joining"]
    assert (joined["into"], joined["reason"], linked["reason"]) == (incident, "same_subject", "same_subject")
    [candidate] = joined["candidates"]
    assert (candidate["id"], candidate["distance_m"], candidate["subject"]) == (incident, 0, "own")
    assert "sos:anna" not in str(joined)


@pytest.mark.parametrize(
    ("first", "then", "units", "agencies"),
    [(Nature.GAS, Nature.FIRE, 1, ["sdis"]), (Nature.PANIC, Nature.HOLD_UP, 2, [])],
)
async def test_who_only_the_second_alarm_asks_for_comes_too(
    world: World, first: Nature, then: Nature, units: int, agencies: list[str]
) -> None:
    """Both are P1 on one panel: the card of the second adds its patrol, and asks nobody twice."""
    incident = await world.urgent(signal(first))
    assert await world.urgent(signal(then)) == incident
    card = await world.card(incident)
    assert (len(await world.active(incident)), [known["agency"] for known in card["hand_overs"]]) == (units, agencies)
