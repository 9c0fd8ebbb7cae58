"""Partners who were asked to come learn that nobody need come any more."""

from typing import Any

from schemas.codec import decode
from schemas.messages.dispatching import IncidentChanged
from schemas.pack.responders import Agency
from schemas.vocabulary.dispatching import ResponderKind
from schemas.vocabulary.natures import Nature
from services.dispatch.store import tables
from services.notify.domain.decision import Verdict, decide
from services.notify.domain.reasons import NotifyReason
from services.notify.messages import directory_of, news_of
from tests.flow.dispatch.builders import city, signal
from tests.flow.dispatch.problems import problem
from tests.flow.dispatch.world import World

SDIS = Agency(
    id="sdis",
    name="SDIS",
    kind=ResponderKind.FIREFIGHTERS,
    webhook_url="https://sdis.example/vigie",
    secret_ref="env:SDIS",
)


async def asked(world: World, device: str = "gas-1") -> tuple[str, dict[str, Any]]:
    """A gas alarm that is handed over to the firefighters at once; the incident and its hand-over."""
    incident = await world.urgent(signal(Nature.GAS, device, site=None))
    assert incident is not None
    [hand_over] = (await world.card(incident))["hand_overs"]
    return incident, hand_over


async def states(world: World, incident: str) -> list[str]:
    """The states of its hand-overs, oldest first."""
    return [known["state"] for known in (await world.card(incident))["hand_overs"]]


async def test_dismissing_withdraws_what_a_partner_holds_or_has_not_answered(world: World) -> None:
    """Both are taken back by an event with the reason, which notify reads; a refused one stays refused."""
    sent, held, refused = [await asked(world, f"gas-{number}") for number in range(3)]
    await world.http.post(f"/v1/hand-overs/{held[1]['id']}/acknowledge", headers={"X-Actor": "sdis"})
    await world.http.post(f"/v1/hand-overs/{refused[1]['id']}/refuse", json={"reason": "no engine"})
    for incident, _ in (sent, held, refused):
        await world.order(incident, "dismiss", {"reason": "drill"}, x_actor="op-1")
    assert [await states(world, incident) for incident, _ in (sent, held, refused)] == [
        ["withdrawn"],
        ["withdrawn"],
        ["refused"],
    ]
    for incident, hand_over in (sent, held):
        events = (await world.card(incident))["events"]
        [told] = [e for e in events if (e["event"], e["reason"]) == ("hand_over_changed", "dismissed")]
        assert told["actor"] == "op-1"
        assert (told["detail"]["hand_over_id"], told["detail"]["agency"]) == (hand_over["id"], "sdis")
        assert told["detail"]["state"] == "withdrawn"
    assert ("hand_over_changed", "dismissed") not in await world.events(refused[0])


async def test_the_agency_that_holds_a_dismissed_incident_is_told(world: World) -> None:
    """What dispatch publishes of it makes notify write to that agency, who need not come any more."""
    incident, hand_over = await asked(world)
    await world.http.post(f"/v1/hand-overs/{hand_over['id']}/acknowledge", headers={"X-Actor": "sdis"})
    await world.order(incident, "dismiss", {"reason": "drill"})
    sent = [row for row in await world.rows(tables.outbox) if row["topic"] == "dispatch.events"]
    headers = [[(name, content.encode()) for name, content in row["headers"]] for row in sent]
    events = [decode(bytes(row["value"]), held, [IncidentChanged]) for row, held in zip(sent, headers, strict=True)]
    [taken_back] = [event for event in events if event.detail.get("state") == "withdrawn"]
    told = decide(news_of(taken_back), directory_of(city(agencies=(SDIS,))), shift_lead=True)
    assert [(known.recipient, known.reason) for known in told if known.verdict is Verdict.TELL] == [
        ("sdis", NotifyReason.HAND_OVER_WITHDRAWN)
    ]


async def test_a_false_alarm_withdraws_it_too(world: World) -> None:
    """*Levée de doute* ends the incident in the same way."""
    incident, _ = await asked(world)
    await world.order(incident, "verify", {"result": "false_alarm"})
    assert await states(world, incident) == ["withdrawn"]


async def test_a_late_answer_learns_what_happened(world: World) -> None:
    """409 with why and when for each answer; the hand-over and its timer stay as they are."""
    incident, hand_over = await asked(world)
    await world.order(incident, "dismiss", {"reason": "drill"})
    for reply, body in (("acknowledge", None), ("refuse", {"reason": "no engine"}), ("complete", None)):
        answer = await world.http.post(f"/v1/hand-overs/{hand_over['id']}/{reply}", json=body)
        told = problem(answer, 409, "hand-over-withdrawn")
        assert (told["state"], told["reason"], told["allowed"]) == ("withdrawn", "dismissed", [])
        assert (told["incident_id"], told["withdrawn_at"] > hand_over["sent_at"]) == (incident, True)
    await world.sql("UPDATE dispatch.hand_overs SET due_at = clock_timestamp() - interval '1 second'")
    await world.timers.round()
    assert await states(world, incident) == ["withdrawn"]
    assert (await world.card(incident))["attention"] is None


async def test_a_reopened_incident_asks_the_partner_anew(world: World) -> None:
    """The withdrawn hand-over stays in the log; engaging again makes another, which can be answered."""
    incident, _ = await asked(world)
    await world.order(incident, "dismiss", {"reason": "drill"})
    await world.order(incident, "reopen")
    await world.order(incident, "assign")
    assert await states(world, incident) == ["withdrawn", "sent"]
    fresh = (await world.card(incident))["hand_overs"][1]
    answer = await world.http.post(f"/v1/hand-overs/{fresh['id']}/acknowledge")
    assert answer.json()["state"] == "acknowledged"


async def test_two_incidents_that_ask_the_same_agency_merge_and_it_comes_once(world: World) -> None:
    """The kept one's hand-over stands, the lost one's is withdrawn as `merged`."""
    (kept, first), (lost, _) = await asked(world, "gas-1"), await asked(world, "gas-2")
    await world.http.post(f"/v1/hand-overs/{first['id']}/acknowledge")
    answer = await world.order(lost, "merge", {"incident": kept}, x_actor="op-1")
    assert answer.json()["incident_id"] == kept
    assert (await states(world, kept), await states(world, lost)) == (["acknowledged"], ["withdrawn"])
    assert ("hand_over_changed", "merged") in await world.events(lost)


async def test_an_agency_that_only_the_lost_one_asked_keeps_the_two_apart(world: World) -> None:
    """A patrol is on one, firefighters on the other: merging would leave one of them out, so it is refused."""
    gas, _ = await asked(world)
    panic = await world.urgent(signal(Nature.PANIC, "button", site=None))
    problem(await world.order(gas, "merge", {"incident": panic}), 409, "both-engaged")
    assert await states(world, gas) == ["sent"]
    assert [row["state"] for row in await world.rows(tables.incidents)].count("merged") == 0
