"""What a tablet did while it was offline stands in the log with the device's time beside ours, and with its reason."""

from datetime import timedelta
from typing import Any

from schemas.vocabulary.natures import NATURES, Nature
from tests.flow.dispatch.builders import PATROLS, now, signal, sos
from tests.flow.dispatch.test_stream import listening
from tests.flow.dispatch.world import World, served


async def details(world: World, incident: str | None, event: str) -> list[dict[str, Any]]:
    """Of the incident's events of one kind, oldest first."""
    return [known["detail"] for known in (await world.card(str(incident)))["events"] if known["event"] == event]


async def test_taps_and_backup_keep_the_time_of_the_device(world: World) -> None:
    """A minute in a dead spot: the log shows when the officer tapped, the assignment when we heard of it."""
    incident = await world.urgent(sos("anna"))
    [bound] = await world.active(incident)
    tapped = (now() - timedelta(minutes=1)).isoformat()
    path = f"/v1/assignments/{bound['assignment_id']}/accept"
    taken = (await world.http.post(path, json={"epoch": bound["epoch"], "at": tapped})).json()
    assert taken["accepted_at"] > tapped
    asked = {"count": 1, "at": tapped}
    assert (await world.http.post(f"/v1/incidents/{incident}/backup", json=asked)).status_code == 200
    assert [known["device_at"] for known in await details(world, incident, "assignment_changed")] == [tapped]
    assert await details(world, incident, "backup_requested") == [{"count": 1, "device_at": tapped}]


async def test_a_declined_offer_says_why(world: World) -> None:
    """The room reads the reason; a word that is not on the list is refused."""
    incident = await world.urgent(sos("anna"))
    [bound] = await world.active(incident)
    path = f"/v1/assignments/{bound['assignment_id']}/decline"
    wrong = await world.http.post(path, json={"epoch": bound["epoch"], "why": "no_wish"})
    assert wrong.status_code == 422
    await world.http.post(path, json={"epoch": bound["epoch"], "why": "vehicle"})
    [told] = [known for known in await details(world, incident, "assignment_changed") if known["state"] == "declined"]
    assert told["why"] == "vehicle"


async def test_those_on_an_incident_see_each_other(world: World) -> None:
    """A tablet is told of the unit that comes as backup, by an event and by the snapshot, by its call sign."""
    async with served(world) as url:
        incident = await world.urgent(sos("anna"))
        async with listening(url, unit=PATROLS[0]) as tablet:
            _, _, reset = await tablet()
            [alone] = reset["snapshot"]["companions"]
            assert [known["unit"] for known in alone["units"]] == [PATROLS[0]]
            await world.http.post(f"/v1/incidents/{incident}/backup", json={})
            kind, told = "", {}
            while kind != "companions":
                kind, _, told = await tablet()
            assert (told["incident_id"], len(told["units"])) == (incident, 2)
            assert all(known["call_sign"] and known["state"] == "offered" for known in told["units"])


async def test_a_work_order_counts_what_was_reported(world: World) -> None:
    """One broken lamp reported by its device is one order that says how often, and when the crew began."""
    await world.situation("s-lamp", signal(Nature.LAMP_OUT, device="lamp"))
    [order] = (await world.http.get("/v1/work-orders")).json()
    assert (order["signals"], order["nature_fr"]) == (1, NATURES[Nature.LAMP_OUT].fr)
    tapped = (now() - timedelta(minutes=1)).isoformat()
    body = {"at": tapped, "material": ["ampoule LED"]}
    await world.http.post(f"/v1/work-orders/{order['order_id']}/start", json=body)
    [told] = await details(world, order["incident_id"], "work_order_changed")
    assert told["device_at"] == tapped
