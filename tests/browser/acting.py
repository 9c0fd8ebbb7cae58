"""What people do at their pages in several tests: sign in, open a dialog, read a message, drive into a dead spot."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Locator, expect

from tests.browser.browsing import Screen, screen
from tests.browser.network import Air, air
from tests.browser.room import Room

READY = "navigator.serviceWorker.ready.then(found => found.active !== null)"
VIEW = {"width": 1440, "height": 900}
PAGES = (
    "call",
    "kiosks",
    "log",
    "relief",
    "fleet",
    "roster",
    "silences",
    "streets",
    "broadcasts",
    "protected",
    "system",
)
"""The console's pages beside the room itself, by address."""


async def live(desk: Screen, account: str) -> None:
    """Signed in, and the line is live; what is measured begins after that."""
    await desk.sign_in(account)
    await expect(desk.page.get_by_text("En direct")).to_be_visible(timeout=20_000)


@asynccontextmanager
async def by_air(
    browser: Browser, room: Room, page: str, pictures: Path, **options: Any
) -> AsyncIterator[tuple[Air, Screen]]:
    """A page that reaches its door through air that can be cut only."""
    async with (
        air(room.url) as network,
        screen(browser, f"{network.url}{page}", pictures, **options) as one,
    ):
        # The door's own address, which the page learns, lies on the other side of the dead spot too.
        await one.page.context.route(f"{room.url}/**", lambda route: route.abort())
        yield network, one


async def accepts(tablet: Screen, unit: str) -> None:
    """The officer signs in and accepts; the door knows, and the page would start again in a dead spot."""
    await tablet.sign_in(unit)
    # Accepted before: an offer that nobody answers goes to the next unit after half a minute, and rightly so.
    await tablet.page.get_by_role("button", name="Accepter").click()
    await expect(tablet.page.get_by_text("à envoyer")).to_be_hidden()
    assert await tablet.page.evaluate(READY)


async def choose(desk: Screen, words: str) -> Locator:
    """The card of the first line that has these words."""
    await desk.page.get_by_role("option").filter(has_text=words).first.click()
    await expect(desk.page.get_by_role("toolbar", name="Actions sur la fiche")).to_be_visible()
    return desk.page.get_by_role("region", name="Fiche")


async def press(desk: Screen, key: str) -> int:
    """A key that gives an order; pressed again, as a person would, if the console refused because its line was out.

    How often it was pressed.
    """
    refused = desk.page.get_by_role("log").get_by_text("Liaison perdue : rien ne peut être fait")
    for strokes in range(1, 6):
        await expect(desk.page.get_by_text("En direct")).to_be_visible()
        before = await refused.count()
        await desk.page.keyboard.press(key)
        if await refused.count() <= before:
            return strokes
    raise AssertionError(f"refused five times: {key}")


async def asked(desk: Screen, key: str, title: str) -> Locator:
    """The dialog that a key opens, clean for axe."""
    await press(desk, key)
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
