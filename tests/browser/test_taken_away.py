"""What leaves the screen: the log on paper and as CSV, the shift's summary on paper and on the clipboard."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from playwright.async_api import Browser, expect

from tests.browser.acting import VIEW, goes_to, live
from tests.browser.browsing import Screen, screen
from tests.browser.room import Room


async def test_the_log_is_printed_and_downloaded(browser: Browser, room: Room, pictures: Path) -> None:
    """Reasons in words on screen and in the file; on paper black on white, the table alone, with who printed it."""
    incident = await room.call("fire", lat=49.1185, lon=6.1741, text="Fumée au 3e étage")
    await room.post(f"/v1/incidents/{incident}/acknowledge")
    async with screen(browser, room.url, pictures, viewport=VIEW) as desk:
        await live(desk, "chef-de-salle")
        await goes_to(desk, "log")
        page = desk.page
        line = page.get_by_role("row").filter(has_text="Acquitté").filter(has_text="Alarme incendie").first
        await expect(line).to_contain_text("par l'opérateur")
        await room.post(f"/v1/incidents/{incident}/notes", {"text": "Les pompiers sont sur place"})
        await expect(page.get_by_text("Les pompiers sont sur place")).to_be_visible(timeout=15_000)
        await desk.picture("log-reasons")
        async with page.expect_download() as taken:
            await page.get_by_role("link", name="CSV").click()
        path = await (await taken.value).path()
        rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")), delimiter=";"))
        [acknowledged] = [row for row in rows if row["Fiche"] == incident and row["Événement"] == "Acquitté"]
        assert acknowledged["Motif"] == "par l'opérateur"
        await _on_paper(desk, "log")
        await expect(page.get_by_text("Imprimé par Chef de salle")).to_be_visible()
        for hidden in ("Imprimer", "English", "Quitter le poste"):
            await expect(page.get_by_role("button", name=hidden)).to_be_hidden()


async def test_the_shift_is_handed_over_on_paper_and_clipboard(browser: Browser, room: Room, pictures: Path) -> None:
    """What is copied is text that names what is open."""
    await room.call("missing_person", lat=49.1196, lon=6.1752)
    async with screen(
        browser, room.url, pictures, viewport=VIEW, permissions=["clipboard-read", "clipboard-write"]
    ) as desk:
        await live(desk, "chef-de-salle")
        await goes_to(desk, "relief")
        await expect(desk.page.get_by_text("Personne disparue").first).to_be_visible()
        await desk.page.get_by_role("button", name="Copier").click()
        await expect(desk.page.get_by_role("log").get_by_text("Copié").first).to_be_visible()
        copied = await desk.page.evaluate("navigator.clipboard.readText()")
        assert "Personne disparue" in copied
        desk.figure("clipboard", text=copied)
        await _on_paper(desk, "relief")
        await expect(desk.page.get_by_role("button", name="Copier")).to_be_hidden()


async def _on_paper(desk: Screen, name: str) -> None:
    """The page as a printer gets it: a file and a picture to look at; nothing of the night is left."""
    page = desk.page
    await page.emulate_media(media="print")
    dark = "getComputedStyle(document.body).backgroundColor"
    assert await page.evaluate(dark) == "rgb(255, 255, 255)"
    await page.pdf(path=desk.pictures / f"{name}.pdf", format="A4")
    await page.screenshot(path=desk.pictures / f"{name}-on-paper.png", full_page=True)
