"""The console's other pages as operators, shift lead and auditor use them."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browser.acting import PAGES, VIEW, goes_to, press
from tests.browser.browsing import Screen, screen
from tests.browser.room import Room, until


async def test_a_call_is_taken_down_by_keys_alone(browser: Browser, room: Room, pictures: Path) -> None:
    """g a, the place without its accents, words, Enter: the incident's card is shown with what the caller said."""
    async with screen(browser, room.url, pictures, viewport=VIEW) as desk:
        await signed_in(desk, "operateur-1")
        keys = desk.page.keyboard
        await keys.press("g")
        await keys.press("a")
        await expect(desk.page.get_by_role("combobox", name="Lieu")).to_be_focused()
        await keys.type("tileuls")
        await expect(desk.page.get_by_role("option").first).to_contain_text("Tilleuls")
        assert await desk.axe() == []
        await keys.press("Enter")
        await keys.press("Tab")
        await keys.press("Tab")
        await keys.type("Tapage dans la cour")
        await desk.picture("call-filled-night")
        # A page that was looked at for seconds may take its line for lost; it says so, and sends nothing then.
        await expect(desk.page.get_by_text("En direct")).to_be_visible()
        await keys.press("Enter")
        await expect(desk.page.get_by_role("heading", name="Trouble à la tranquillité")).to_be_visible()
        await expect(desk.page.get_by_text("Tapage dans la cour")).to_be_visible()
        assert desk.complaints == []


async def test_a_kiosk_call_waits_on_every_page_until_it_is_ended(browser: Browser, room: Room, pictures: Path) -> None:
    """The strip shows its age, F2 answers, F8 asks for a reason, which the queue keeps."""
    async with screen(browser, room.url, pictures, viewport=VIEW) as desk:
        await signed_in(desk, "operateur-1")
        await goes_to(desk, "log")
        await end_all(room)
        await ring(room, "borne-comedie")
        strip = desk.page.get_by_role("region", name="Appels des bornes")
        await expect(strip).to_contain_text("Borne place de la Comédie")
        await expect(strip).to_contain_text("▲", timeout=20_000)
        await desk.picture("kiosk-strip-night")
        await press(desk, "F2")
        await expect(strip).to_contain_text("En communication")
        await press(desk, "F8")
        assert await desk.axe() == []
        await press(desk, "Enter")
        await expect(desk.page.get_by_text("Donnez un motif.")).to_be_visible()
        await desk.page.get_by_label("Motif du refus").fill("Livraison hors horaires")
        await press(desk, "Enter")
        await expect(strip).to_be_hidden()
        [call] = [one for one in await room.get("/v1/kiosk-calls", state="refused") if one["kiosk"] == "borne-comedie"]
        assert call["reason"] == "Livraison hors horaires"
        await goes_to(desk, "kiosks")
        await expect(desk.page.get_by_role("cell", name="Livraison hors horaires")).to_be_visible()
        assert await desk.axe() == []


async def test_the_shift_lead_sets_and_ends_a_silence(browser: Browser, room: Room, pictures: Path) -> None:
    """A site under test has a reason and an end; others see it, and cannot touch it."""
    async with screen(browser, room.url, pictures, viewport=VIEW) as desk:
        await signed_in(desk, "chef-de-salle")
        await goes_to(desk, "silences")
        await desk.page.get_by_role("button", name="Poser").click()
        await expect(desk.page.get_by_text("Donnez un motif.")).to_be_visible()
        assert await desk.axe() == []
        await desk.page.get_by_role("combobox").fill("colline")
        await press(desk, "Enter")
        await desk.page.get_by_label("Motif").fill("Essai des détecteurs")
        await desk.page.get_by_role("button", name="1 h", exact=True).click()
        await desk.page.get_by_role("button", name="Poser").click()
        row = desk.page.get_by_role("row").filter(has_text="Essai des détecteurs")
        await expect(row).to_contain_text("en essai")
        await expect(row).to_contain_text("59 min")
        async with screen(browser, f"{room.url}/#/silences", pictures, viewport=VIEW) as other:
            await signed_in(other, "auditeur")
            await expect(other.page.get_by_text("Essai des détecteurs")).to_be_visible()
            await expect(other.page.get_by_role("button", name="Lever")).to_have_count(0)
            await expect(other.page.get_by_role("link", name="Protections")).to_have_count(0)
            status = await other.page.evaluate("fetch('/v1/protected-addresses').then(answer => answer.status)")
            assert status == 403
        await row.get_by_role("button", name="Lever").click()
        await expect(row).to_be_hidden()


async def test_the_roster_is_planned_by_the_week(browser: Browser, room: Room, pictures: Path) -> None:
    """A night is added, an overlapping duty is refused with the reason, the night is taken off again."""
    async with screen(browser, room.url, pictures, viewport=VIEW) as desk:
        await signed_in(desk, "chef-de-salle")
        await goes_to(desk, "roster")
        await desk.page.get_by_role("button", name="Semaine suivante").click()
        add = desk.page.get_by_role("row").filter(has_text="Turenne 11").get_by_role("button", name="Ajouter").first
        await add.click()
        await desk.page.get_by_role("button", name="Nuit 22–6").click()
        assert await desk.axe() == []
        await desk.page.get_by_role("button", name="Enregistrer").click()
        line = desk.page.get_by_role("button", name="service 22:00–…")
        await expect(line).to_be_visible()
        await desk.picture("roster-planned-night")
        assert await desk.axe() == []
        await add.click()
        await desk.page.get_by_role("button", name="Nuit 22–6").click()
        await desk.page.get_by_role("button", name="Enregistrer").click()
        await expect(desk.page.get_by_role("alert").filter(has_text="Service déjà prévu")).to_be_visible()
        await desk.page.keyboard.press("Escape")
        await line.click()
        await desk.page.get_by_role("button", name="Supprimer").click()
        await expect(line).to_be_hidden()


@pytest.mark.parametrize(("language", "theme"), [("fr", "dark"), ("fr", "light"), ("en", "dark"), ("en", "light")])
async def test_each_page_is_clean_in_both_themes_and_languages(
    browser: Browser, room: Room, pictures: Path, language: str, theme: str
) -> None:
    """Every page passes axe, complains of nothing, talks to one host, and leaves its picture."""
    await room.press_sos("borne-charrons")
    async with screen(browser, room.url, pictures, viewport=VIEW, color_scheme=theme) as desk:
        await signed_in(desk, "chef-de-salle")
        if language == "en":
            await desk.page.get_by_role("button", name="English").click()
        for page in PAGES:
            await goes_to(desk, page)
            await expect(desk.page.get_by_text("Lecture…" if language == "fr" else "Reading…")).to_have_count(0)
            if page == "log":
                await expect(desk.page.get_by_role("row").nth(1)).to_contain_text("SOS")
            await desk.picture(f"console-{page}-{'night' if theme == 'dark' else 'day'}-{language}")
            assert await desk.axe() == [], page
        assert desk.complaints == []
        assert len(desk.hosts) == 1


async def signed_in(desk: Screen, account: str) -> None:
    """Until the line is live."""
    await desk.sign_in(account)
    await expect(desk.page.get_by_text("En direct")).to_be_visible()


async def ring(room: Room, kiosk: str) -> None:
    """Somebody asks for access."""
    url = f"{room.stack.facts['ingest_url']}/v1/kiosks/{kiosk}/calls"
    (await room.client.post(url, json={"nature": "access"})).raise_for_status()


async def end_all(room: Room) -> None:
    """No call of another test waits."""
    for call in await room.get("/v1/kiosk-calls", state=["waiting", "answered"]):
        answer = await room.client.post(f"{room.url}/v1/kiosk-calls/{call['kiosk_call_id']}/open")
        answer.raise_for_status()
    await until(lambda: _none_waits(room), "calls still wait")


async def _none_waits(room: Room) -> bool:
    return not await room.get("/v1/kiosk-calls", state=["waiting", "answered"])
