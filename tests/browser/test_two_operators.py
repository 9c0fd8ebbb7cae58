"""Two operators on one card: each knows of the other, and nobody overwrites what he has not seen."""

from pathlib import Path

from playwright.async_api import Browser, expect

from tests.browser.acting import press
from tests.browser.browsing import screen
from tests.browser.room import Room, until


async def test_the_second_sees_who_has_it_and_what_changed(browser: Browser, room: Room, pictures: Path) -> None:
    """An order that rests on an old card is not carried out: it shows the other's decision, is dropped, then redone."""
    incident = await room.call("accident", lat=49.1011, lon=6.1511)
    async with (
        screen(browser, room.url, pictures) as first,
        screen(browser, room.url, pictures, color_scheme="light") as second,
    ):
        for desk, account in ((first, "operateur-1"), (second, "operateur-2")):
            await desk.sign_in(account)
            await desk.page.get_by_role("option").filter(has_text="49.1011").click()
            await expect(desk.page.get_by_role("heading", name="Accident")).to_be_visible()
        await expect(first.page.get_by_text("operateur-2 a aussi cette fiche ouverte")).to_be_visible()
        await expect(second.page.get_by_text("operateur-1 a aussi cette fiche ouverte")).to_be_visible()

        await press(first, "x")
        await first.page.keyboard.type("vu par caméra, rien")
        await press(second, "a")
        await expect(second.page.get_by_text("Acquitté par operateur-2")).to_be_visible()
        await press(first, "Enter")
        dialog = first.page.get_by_role("dialog", name="La fiche a changé entre-temps")
        await expect(dialog.get_by_text("operateur-2")).to_be_visible()
        await expect(dialog.get_by_text("Acquitté", exact=True)).to_be_visible()
        assert await first.axe() == []
        await first.picture("console-changed-meanwhile")
        await second.picture("console-two-operators-day")
        await dialog.get_by_role("button", name="Renoncer").click()
        assert await room.state(incident) == "open"

        await press(first, "x")
        await first.page.keyboard.type("vu par caméra, rien")
        await press(second, "i")
        await expect(second.page.get_by_text("Levée de doute : sans conclusion").first).to_be_visible()
        await press(first, "Enter")
        await dialog.get_by_role("button", name="Donner l’ordre quand même").click()
        await until(lambda: _is(room, incident, "dismissed"), "the order was not redone")


async def _is(room: Room, incident: str, state: str) -> bool:
    return await room.state(incident) == state
