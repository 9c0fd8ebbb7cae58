"""Keyboard first: from a P1 to an engaged unit in four strokes at most, the way back, and the command line."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.async_api import Browser, expect

from tests.browser.acting import press
from tests.browser.browsing import DESK, screen
from tests.browser.room import Room, until

KIOSK, PLACE = "borne-charrons", "place des Charrons"


async def test_a_p1_is_engaged_in_four_strokes_and_taken_back_by_one(
    browser: Browser, room: Room, pictures: Path
) -> None:
    """Acknowledge, engage the first of the recommendation; then undo while the unit is only asked."""
    await room.quiet()
    ends_at = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    silence = {"scope": f"device:{KIOSK}", "reason": "essai de la borne", "ends_at": ends_at}
    await room.post("/v1/silences", silence)  # a P1 that waits for a person instead of engaging by itself
    async with screen(browser, room.url, pictures, viewport=DESK) as desk:
        await desk.sign_in("operateur-1")
        await expect(desk.page.get_by_text("En direct")).to_be_visible()
        await room.client.post(f"{room.stack.facts['ingest_url']}/v1/kiosks/{KIOSK}/calls", json={"nature": "sos"})
        await expect(desk.page.get_by_text("1 P1 non acquitté")).to_be_visible()
        await expect(desk.page.get_by_role("option", selected=True)).to_have_count(0)

        strokes = ["a"] * await press(desk, "a")
        await expect(desk.page.get_by_text("Acquitté par operateur-1")).to_be_visible()
        first = desk.page.get_by_role("heading", name="Qui engager").locator("..").get_by_role("button").first
        await expect(first).to_contain_text("1")
        strokes += ["1"] * await press(desk, "1")
        toast = desk.page.get_by_role("log").filter(has_text="engagé — ")
        await expect(toast).to_be_visible()
        desk.figure("p1_arrival_to_engaged", strokes=len(strokes), keys=" ".join(strokes))
        assert len(strokes) <= 4
        await desk.picture("console-p1-engaged")
        chosen = desk.page.get_by_role("option").filter(has_text=PLACE)
        await expect(chosen).to_contain_text("proposé")
        assert await desk.axe() == []

        await press(desk, "z")
        await expect(desk.page.get_by_text("libéré — ")).to_be_visible()
        await expect(chosen).not_to_contain_text("proposé")
        assert desk.complaints == []


async def test_the_command_line_and_the_sheet_of_keys(browser: Browser, room: Room, pictures: Path) -> None:
    """A note by words alone; no letter acts while one types; the sheet names the keys; every layer passes axe."""
    incident = await room.call("disturbance", lat=49.1093, lon=6.1657)
    async with screen(browser, room.url, pictures, viewport=DESK) as desk:
        await desk.sign_in("operateur-1")
        page = desk.page
        await page.get_by_role("option").filter(has_text="49.1093").first.click()
        await expect(page.get_by_role("heading", name="Trouble à la tranquillité")).to_be_visible()
        await page.keyboard.press("Control+k")
        await page.keyboard.type("no")
        await expect(page.get_by_role("dialog").get_by_role("option")).to_contain_text(["note"])
        assert await desk.axe() == []
        await desk.picture("console-command-line")
        await page.keyboard.press("Tab")
        await page.keyboard.type("requérant rappelé, a quitté les lieux")
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("requérant rappelé, a quitté les lieux")).to_be_visible()
        card = await room.get(f"/v1/incidents/{incident}")
        assert [note["text"] for note in card["notes"]] == ["requérant rappelé, a quitté les lieux"]
        assert card["acknowledged_at"] is None, "the a of a word acknowledged the card"

        await page.keyboard.press("?")
        sheet = page.get_by_role("dialog", name="Touches")
        await expect(sheet.get_by_text("Monter en puissance")).to_be_visible()
        assert await desk.axe() == []
        await desk.picture("console-keys")
        await page.keyboard.press("Escape")

        await press(desk, "x")
        await expect(page.get_by_role("dialog").get_by_role("textbox")).to_be_focused()
        assert await desk.axe() == []
        await press(desk, "1")
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("Classé fausse alerte — ")).to_be_visible()
        await press(desk, "z")
        await expect(page.get_by_text("Rouvert — Trouble à la tranquillité")).to_be_visible()
        await until(lambda: _is_open(room, incident), "the undo did not reopen it")


async def _is_open(room: Room, incident: str) -> bool:
    return await room.state(incident) in {"open", "in_progress"}
