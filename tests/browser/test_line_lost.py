"""The screen never pretends: a door that stops answering is seen, and nothing can be ordered meanwhile."""

import os
import signal
from pathlib import Path

from playwright.async_api import Browser, expect

from tests.browser.acting import asked, choose, live, press, said
from tests.browser.browsing import screen
from tests.browser.room import Room


async def test_a_stopped_door_is_said_and_actions_are_refused(browser: Browser, room: Room, pictures: Path) -> None:
    """SIGSTOP of dispatch: banner with the age, buttons and keys refuse with the reason; SIGCONT: live by itself."""
    incident = await room.call("harassment", lat=49.0991, lon=6.1391)
    async with screen(browser, room.url, pictures) as desk:
        page = desk.page
        await desk.sign_in("operateur-1")
        await page.get_by_role("option").filter(has_text="49.0991").click()
        await expect(page.get_by_role("button", name="Acquitter")).to_be_enabled()
        door = room.stack.facts["pids"]["dispatch"]
        os.kill(door, signal.SIGSTOP)
        try:
            await expect(page.get_by_role("alert").get_by_text("Ce qui est affiché date de")).to_be_visible()
            await expect(page.get_by_role("button", name="Acquitter")).to_have_attribute("aria-disabled", "true")
            await page.keyboard.press("a")
            await expect(page.get_by_role("log").get_by_text("Liaison perdue : rien ne peut être fait")).to_be_visible()
            assert await desk.axe() == []
            await desk.picture("console-line-lost")
        finally:
            os.kill(door, signal.SIGCONT)
        await expect(page.get_by_text("En direct")).to_be_visible(timeout=15_000)
        assert (await room.get(f"/v1/incidents/{incident}"))["acknowledged_at"] is None
        await press(desk, "a")
        await expect(page.get_by_text("Acquitté par operateur-1")).to_be_visible()


async def test_what_is_written_waits_for_the_line(browser: Browser, room: Room, pictures: Path) -> None:
    """A report that is ready when the line is lost stays in its dialog, with the reason, and goes once it is back."""
    incident = await room.call("harassment", lat=49.0977, lon=6.1377)
    async with screen(browser, room.url, pictures) as desk:
        page = desk.page
        await live(desk, "operateur-1")
        await choose(desk, "49.0977")
        dialog = await asked(desk, "n", "Note")
        await dialog.get_by_role("textbox").fill("Portail forcé, serrurier appelé")
        door = room.stack.facts["pids"]["dispatch"]
        os.kill(door, signal.SIGSTOP)
        try:
            await expect(dialog.get_by_role("status")).to_contain_text("Liaison perdue")
            await page.keyboard.press("Enter")
            await expect(dialog).to_be_visible()
            await desk.picture("dialog-line-lost")
        finally:
            os.kill(door, signal.SIGCONT)
        await expect(dialog.get_by_role("status")).to_be_hidden(timeout=15_000)
        await page.keyboard.press("Enter")
        await said(desk, "Note écrite")
        assert "serrurier" in str(await room.get(f"/v1/incidents/{incident}"))
