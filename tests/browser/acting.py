"""What an operator does at the console in several tests: signs in on a card, opens a dialog, reads a message."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Locator, expect

from tests.browser.browsing import Screen
from tests.browser.room import Room

VIEW = {"width": 1440, "height": 900}


async def live(desk: Screen, account: str) -> None:
    """Signed in, and the line is live; what is measured begins after that."""
    await desk.sign_in(account)
    await expect(desk.page.get_by_text("En direct")).to_be_visible(timeout=20_000)


async def choose(desk: Screen, words: str) -> Locator:
    """The card of the first line that has these words."""
    await desk.page.get_by_role("option").filter(has_text=words).first.click()
    await expect(desk.page.get_by_role("toolbar", name="Actions sur la fiche")).to_be_visible()
    return desk.page.get_by_role("region", name="Fiche")


async def asked(desk: Screen, key: str, title: str) -> Locator:
    """The dialog that a key opens, clean for axe."""
    await desk.page.keyboard.press(key)
    dialog = desk.page.get_by_role("dialog", name=title)
    await expect(dialog).to_be_visible()
    assert await desk.axe() == [], title
    return dialog


async def said(desk: Screen, words: str) -> None:
    """The console says so, once; it is looked for while it stands."""
    await expect(desk.page.get_by_role("log").get_by_text(words).first).to_be_visible()


async def goes_to(desk: Screen, page: str) -> None:
    """By its address, as a bookmark does; until its head is there."""
    await desk.page.evaluate("page => { location.hash = `#/${page}` }", page)
    await expect(desk.page.locator("main h1")).to_be_visible()


async def engaged(room: Room, incident: str) -> list[str]:
    """The units that are on it now."""
    found: list[dict[str, Any]] = await room.get("/v1/assignments", active=True)
    return [one["unit"] for one in found if one["incident_id"] == incident]
