"""Two incidents that prove to be one, and one that proves to be two."""

from typing import Any

from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import Phase
from services.dispatch.store import tables
from tests.flow.dispatch.builders import PATROLS, ahead, signal, sos
from tests.flow.dispatch.world import World

Made = tuple[str, str]


async def two_of_one_situation(world: World, first: Any, second: Any) -> Made:
    """Both urgent alarms have opened an incident; then correlation says that they belong together."""
    one, other = await world.urgent(first), await world.urgent(second)
    assert one is not None
    assert other is not None
    await world.situation("s1", first)
    await world.situation("s1", second, revision=2, sources=2, total=2)
    return one, other


async def states(world: World, *incidents: str) -> list[str]:
    """The states of those incidents."""
    return [(await world.card(incident))["state"] for incident in incidents]


async def test_one_of_two_is_engaged_so_they_merge_by_themselves(world: World) -> None:
    """The engaged one is kept, the other's ids lead to it, its waiting task is cancelled."""
    await world.only_units(PATROLS[0])
    one, other = await two_of_one_situation(world, sos("anna"), signal(Nature.PANIC, "button"))
    assert await states(world, one, other) == ["open", "merged"]
    kept, lost = await world.card(one), await world.card(other)
    assert (lost["merged_into"], lost["tasks"][0]["state"]) == (one, "cancelled")
    assert (kept["sources"], kept["signals"]) == (2, 2)
    await world.situation("s1", signal(Nature.PERSON_DETECTED, "camera"), revision=3)
    assert (await world.card(one))["signals"] == 3


async def test_a_later_alarm_of_the_merged_one_goes_to_the_kept_one(world: World) -> None:
    """Aliases resolve later ids: an update of the lost incident's SOS annotates the kept card."""
    await world.only_units(PATROLS[0])
    one, other = await two_of_one_situation(world, sos("anna"), sos("berta"))
    cancel = sos("berta", Phase.CANCEL)
    assert await world.urgent(cancel) == other
    linked = (await world.card(one))["signals_linked"]
    assert cancel.signal_id in [known["signal_id"] for known in linked]


async def test_both_engaged_are_proposed_not_merged(world: World) -> None:
    """Units are under way to both: an operator is asked on both cards, and cannot merge before standing one down."""
    one, other = await two_of_one_situation(world, sos("anna"), signal(Nature.PANIC, "button"))
    assert await states(world, one, other) == ["open", "open"]
    for incident in (one, other):
        assert (await world.card(incident))["attention"] == "merge_proposed"
        assert ("merge_proposed", "both_engaged") in await world.events(incident)
    answer = await world.order(one, "merge", {"incident": other})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:vigie:problem:both-engaged")


async def test_the_same_proposal_is_not_repeated(world: World) -> None:
    """Each further revision of the situation leaves the proposal as it is."""
    first, second = sos("anna"), signal(Nature.PANIC, "button")
    one, _ = await two_of_one_situation(world, first, second)
    for revision in (3, 4):
        await world.situation("s1", first, revision=revision)
        await world.situation("s1", second, revision=revision)
    assert (await world.events(one)).count(("merge_proposed", "both_engaged")) == 1


async def test_a_merge_keeps_what_was_more_urgent(world: World) -> None:
    """The engaged one is kept but was less urgent: it takes over nature, priority and run card of the other."""
    await world.only_units(PATROLS[0])
    intrusion = await world.urgent(signal(Nature.INTRUSION, "sensor"))
    await world.order(intrusion, "verify", {"result": "confirmed"})
    [bound] = await world.active(intrusion)
    for step in ("accept", "en-route", "on-scene"):
        await world.step(bound, step)
    panic = await world.urgent(signal(Nature.PANIC, "button"))
    answer = await world.order(panic, "merge", {"incident": intrusion}, x_actor="op-1")
    kept = answer.json()
    assert (kept["incident_id"], kept["priority"], kept["nature"], kept["run_card"]) == (
        intrusion,
        "P1",
        "panic",
        "alone",
    )
    assert len(await world.active(intrusion)) == 1


async def test_two_single_sensors_merged_are_two_sources(world: World) -> None:
    """Two intrusions seen by one sensor each are merged: the better card holds and engages both patrols."""
    one = await world.urgent(signal(Nature.INTRUSION, "sensor-1", site=None))
    other = await world.urgent(signal(Nature.INTRUSION, "sensor-2", site=None))
    kept = (await world.order(one, "merge", {"incident": other})).json()
    assert (kept["sources"], kept["run_card"], kept["engagement"]) == (2, "intrusion-2", "automatic")
    assert len(await world.active(kept["incident_id"])) == 2


async def test_sources_of_a_merged_card_are_not_forgotten_by_the_next_alarm(world: World) -> None:
    """A third alarm of a known sensor counts as a signal; the sources stay two."""
    one = await world.urgent(signal(Nature.INTRUSION, "sensor-1", site=None))
    other = await world.urgent(signal(Nature.INTRUSION, "sensor-2", site=None))
    await world.order(one, "merge", {"incident": other})
    await world.urgent(signal(Nature.INTRUSION, "sensor-1", site=None))
    card = await world.card(one)
    assert (card["sources"], card["signals"]) == (2, 3)


async def test_an_operators_merge_counts_in_both_etags(world: World) -> None:
    """Another operator who still sees two cards gets 412 on either."""
    one = await world.urgent(signal(Nature.INTRUSION, "sensor-1", site=None))
    other = await world.urgent(signal(Nature.INTRUSION, "sensor-2", site=None))
    await world.order(one, "merge", {"incident": other})
    for incident in (one, other):
        assert (await world.order(incident, "notes", {"text": "x"})).status_code == 200
        assert (await world.order(incident, "acknowledge", if_match='"1"')).status_code == 412


async def test_an_unmerged_incident_is_never_merged_by_itself_again(world: World) -> None:
    """Unmerged it is back with its state, counts are right again, and correlation's word no longer joins the two."""
    await world.only_units(PATROLS[0])
    first, second = sos("anna"), signal(Nature.PANIC, "button")
    one, other = await two_of_one_situation(world, first, second)
    assert (await world.order(other, "unmerge")).json()["state"] == "open"
    kept = await world.card(one)
    assert (kept["signals"], kept["sources"]) == (1, 1)
    await world.situation("s1", second, revision=3)
    await world.situation("s1", first, revision=4)
    assert await states(world, one, other) == ["open", "open"]
    assert (await world.order(other, "unmerge")).status_code == 409


async def test_what_is_unmerged_from_a_merged_one_is_counted_by_neither(world: World) -> None:
    """Three cards merged one into the other: the first one's counts lose what leaves the second, and its ETag moves."""
    first, second, third = [
        str(await world.urgent(signal(Nature.DISTURBANCE, f"camera-{number}", site=None))) for number in range(3)
    ]
    await world.order(second, "merge", {"incident": third})
    await world.order(first, "merge", {"incident": second})
    before = await world.card(first)
    assert (before["signals"], before["sources"]) == (3, 3)
    assert (await world.order(third, "unmerge")).status_code == 200
    for incident, left in ((first, 2), (second, 1)):
        card = await world.card(incident)
        assert (card["signals"], card["sources"], card["events"][-1]["event"]) == (left, left, "unmerged")
    assert (await world.order(first, "acknowledge", if_match=f'"{before["revision"]}"')).status_code == 412
    await world.order(second, "unmerge")
    assert [(await world.card(known))["signals"] for known in (first, second, third)] == [1, 1, 1]


async def test_a_merge_with_itself_or_nothing_is_refused(world: World) -> None:
    """422 for the same incident, 404 for an unknown one, 409 for a finished one."""
    one = await world.urgent(sos("anna"))
    other = await world.urgent(sos("berta"))
    assert (await world.order(one, "merge", {"incident": one})).status_code == 422
    assert (await world.order(one, "merge", {"incident": "nope"})).status_code == 404
    await world.order(other, "dismiss", {"reason": "x"})
    assert (await world.order(one, "merge", {"incident": other})).status_code == 409


async def test_a_split_takes_alarms_out_for_good(world: World) -> None:
    """The new incident has its own nature, sources and tasks that wait for the operator; the old keeps the rest."""
    first, second = sos("anna"), signal(Nature.PERSON_DETECTED, "camera")
    incident = await world.urgent(first)
    await world.situation("s1", first)
    await world.situation("s1", second, revision=2, sources=2)
    answer = await world.order(incident, "split", {"signals": [second.signal_id]}, x_actor="op-1")
    fresh = await world.card(answer.json()["incident_id"])
    assert (fresh["nature"], fresh["priority"], fresh["engagement"]) == ("person_detected", "P3", "operator_confirmed")
    assert (fresh["sources"], fresh["signals"], fresh["linked_to"]) == (1, 1, incident)
    assert [task["state"] for task in fresh["tasks"]] == ["pending"]
    old = await world.card(incident)
    assert (old["sources"], old["signals"], old["state"]) == (1, 1, "open")
    await world.situation("s1", second, revision=3)
    assert (await world.card(fresh["incident_id"]))["state"] == "open"
    assert len(await world.rows(tables.incidents)) == 2


async def test_nothing_or_everything_cannot_be_split(world: World) -> None:
    """422 where no alarm of the card is named, or none would be left."""
    of = sos("anna")
    incident = await world.urgent(of)
    for ids in (["nope"], [of.signal_id]):
        answer = await world.order(incident, "split", {"signals": ids})
        assert (answer.status_code, answer.json()["type"]) == (422, "urn:vigie:problem:nothing-to-split")


async def test_a_situation_whose_incident_is_finished_opens_another_linked_one(world: World) -> None:
    """A new alarm of a dismissed incident's situation is a new incident that names the old one."""
    first = signal(Nature.PERSON_DETECTED, "camera")
    await world.situation("s1", first)
    [old] = await world.rows(tables.incidents)
    await world.order(old["id"], "dismiss", {"reason": "dog"})
    await world.situation("s1", signal(Nature.PERSON_DETECTED, "camera"), revision=2)
    linked = [known["linked_to"] for known in await world.rows(tables.incidents) if known["id"] != old["id"]]
    assert linked == [old["id"]]


async def test_who_was_to_come_to_the_merged_one_comes_to_the_kept_one(world: World) -> None:
    """Backup was asked for on the one that is merged away, and nobody was free: the kept one waits for it too."""
    await world.only_units(PATROLS[0])
    engaged, short = await world.urgent(sos("anna")), await world.urgent(signal(Nature.PANIC, "button"))
    await world.order(short, "backup", {"count": 2})
    kept = (await world.order(engaged, "merge", {"incident": short})).json()
    assert kept["incident_id"] == engaged
    assert [(task["kind"], task["state"], task["slots"]) for task in kept["tasks"]] == [("patrol", "waiting", 3)]
    await world.http.put(f"/v1/units/{PATROLS[1]}/status", json={"state": "available"})
    await world.timers.round()
    assert len(await world.active(engaged)) == 2


async def test_what_waits_for_the_operator_on_a_merged_card_waits_for_him_on_the_kept_one(world: World) -> None:
    """A fire under test was confirmed by nobody and is merged into a running SOS: its firefighters still are asked."""
    body = {"scope": "device:panel-school", "reason": "drill", "ends_at": ahead(hours=1)}
    await world.http.post("/v1/silences", json=body)
    running, held = await world.urgent(sos("anna")), await world.urgent(signal(Nature.FIRE))
    kept = (await world.order(running, "merge", {"incident": held})).json()
    tasks = {task["kind"]: task["state"] for task in kept["tasks"]}
    assert (kept["incident_id"], tasks) == (running, {"patrol": "engaged", "firefighters": "pending"})
    assert kept["engagement"] == "operator_confirmed"


async def test_a_work_order_does_not_hide_that_a_merged_alarm_wants_verification(world: World) -> None:
    """The lamp's crew was ordered by itself; the person seen there waits for an operator, and the card says so."""
    lamp = await world.urgent(signal(Nature.LAMP_OUT, "lamp"))
    seen = await world.urgent(signal(Nature.PERSON_DETECTED, "camera"))
    kept = (await world.order(lamp, "merge", {"incident": seen})).json()
    assert (kept["incident_id"], kept["engagement"], kept["verify_first"]) == (lamp, "operator_confirmed", True)
    assert {task["kind"]: task["state"] for task in kept["tasks"]} == {"maintenance": "engaged", "patrol": "pending"}


async def test_what_is_split_off_is_as_urgent_as_its_most_urgent_alarm(world: World) -> None:
    """A person seen, then a hold-up, taken out of an SOS: both patrols that the hold-up asks for are asked for."""
    first, seen = sos("anna"), signal(Nature.PERSON_DETECTED, "camera")
    robbed = signal(Nature.HOLD_UP, "button")
    incident = await world.urgent(first)
    for revision, of in enumerate((first, seen, robbed), start=1):
        await world.situation("s1", of, revision=revision)
    answer = await world.order(incident, "split", {"signals": [robbed.signal_id, seen.signal_id]})
    fresh = answer.json()
    assert (fresh["nature"], fresh["priority"], fresh["run_card"]) == ("hold_up", "P1", "hold-up")
    assert [(task["kind"], task["slots"]) for task in fresh["tasks"]] == [("patrol", 2)]
