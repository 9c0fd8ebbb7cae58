"""One happening on several cards, several on one: duplicates side by side, merged, taken apart, split."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Browser, expect

from tests.browser.acting import VIEW, asked, choose, goes_to, live, press, said
from tests.browser.browsing import screen
from tests.browser.room import Room, until

KIOSK = "borne-charrons"


async def test_duplicates_are_told_apart_or_merged_side_by_side(browser: Browser, room: Room, pictures: Path) -> None:
    """One pair is no duplicate, for good; the other is merged by one key and taken apart again by the undo."""
    near = await room.call("disturbance", lat=49.1081, lon=6.1612), await room.call("crowd", lat=49.1083, lon=6.1613)
    far = await room.call("disturbance", lat=49.0911, lon=6.1412), await room.call("crowd", lat=49.0913, lon=6.1413)
    async with screen(browser, room.url, pictures, viewport=VIEW) as desk:
        await live(desk, "operateur-1")
        card = await choose(desk, "49.1081")
        suspected = card.get_by_role("heading", name="Doublons possibles")
        await expect(suspected).to_be_visible()
        dialog = await asked(desk, "d", "Doublons possibles")
        await expect(dialog.get_by_role("cell", name="Attroupement")).to_be_visible()
        await desk.picture("joining-side-by-side")
        await press(desk, "x")
        await said(desk, "Ce n’est pas un doublon")
        await expect(suspected).to_have_count(0)
        assert await _states(room, set(near), {"open"})

        await choose(desk, "49.0911")
        await expect(suspected).to_be_visible()
        await asked(desk, "d", "Doublons possibles")
        await press(desk, "m")
        await said(desk, "Fiches réunies")
        await until(lambda: _states(room, set(far), {"open", "merged"}), "not merged")
        await press(desk, "z")
        await until(lambda: _states(room, set(far), {"open"}), "the merge was not undone")
        assert desk.complaints == []


async def test_cards_are_merged_from_the_list_and_unmerged(browser: Browser, room: Room, pictures: Path) -> None:
    """Any two may be one happening; what was merged is found in the log and taken apart."""
    one = await room.call("disturbance", lat=49.1044, lon=6.1511)
    other = await room.call("parked_vehicle", lat=49.0922, lon=6.1433)
    names = {one: "Trouble à la tranquillité", other: "Stationnement gênant"}
    async with screen(browser, room.url, pictures, viewport=VIEW, color_scheme="light") as desk:
        await live(desk, "operateur-1")
        await choose(desk, "49.1044")
        dialog = await asked(desk, "m", "Réunir")
        await desk.picture("joining-merge-day")
        await dialog.get_by_text("Stationnement gênant").click()
        await press(desk, "Enter")
        await until(lambda: _states(room, {one, other}, {"open", "merged"}), "not merged")
        gone = other if await room.state(other) == "merged" else one
        await goes_to(desk, "log")
        merged = desk.page.get_by_role("row").filter(has_text="Fusionné").filter(has_text=names[gone])
        await merged.first.get_by_role("link").click()
        await desk.page.get_by_role("button", name="Annuler la réunion").click()
        await until(lambda: _states(room, {one, other}, {"open"}), "not un-merged")
        assert desk.complaints == []


async def test_an_alarm_is_split_off(browser: Browser, room: Room, pictures: Path) -> None:
    """Pressed twice, a kiosk's SOS is one card; the operator knows that they are two people."""
    incident = await room.press_sos(KIOSK)
    url = f"{room.stack.facts['ingest_url']}/v1/kiosks/{KIOSK}/calls"
    (await room.client.post(url, json={"nature": "sos"})).raise_for_status()
    await until(lambda: _alarms(room, incident, 2), "the second press is not on the card")
    async with screen(browser, room.url, pictures, viewport=VIEW, color_scheme="light") as desk:
        await live(desk, "operateur-1")
        await choose(desk, "place des Charrons")
        dialog = await asked(desk, "s", "Séparer")
        await expect(dialog.get_by_role("checkbox")).to_have_count(2)
        await press(desk, "2")
        await desk.picture("joining-split-day")
        await press(desk, "Enter")
        await said(desk, "1 alarme séparée")
        await until(lambda: _alarms(room, incident, 1), "not split")
        assert desk.complaints == []


async def _states(room: Room, incidents: set[str], wanted: set[str]) -> bool:
    return {await room.state(one) for one in incidents} == wanted


async def _alarms(room: Room, incident: str, count: int) -> bool:
    card = await room.get(f"/v1/incidents/{incident}")
    return len([signal for signal in card["signals_linked"] if signal["role"] == "alarm"]) == count
