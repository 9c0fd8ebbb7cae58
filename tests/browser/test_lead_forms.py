"""The forms of the room's pages, filled in and seen at once by a colleague, without either reading again."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.acting import VIEW, goes_to, live, said
from tests.browser.browsing import Screen, screen
from tests.browser.room import Room, until

AT_ONCE_MS = 15_000
"""Pages that are polled read again after a minute: what is there sooner was told by the stream."""


async def test_a_street_is_closed_by_name_and_by_a_click(browser: Browser, room: Room, pictures: Path) -> None:
    """What is missing is said at its field; a colleague sees closure and reopening at once."""
    async with (
        screen(browser, f"{room.url}/#/streets", pictures, viewport=VIEW) as desk,
        screen(browser, f"{room.url}/#/streets", pictures, viewport=VIEW, color_scheme="light") as other,
    ):
        await live(desk, "chef-de-salle")
        await live(other, "operateur-2")
        page = desk.page
        await expect(other.page.get_by_role("heading", name="Voirie")).to_be_visible()
        await page.get_by_role("button", name="Appliquer").click()
        await expect(page.get_by_text("Choisissez un lieu.")).to_be_visible()
        assert await desk.axe() == []
        await page.get_by_role("combobox", name="Nom de la rue").fill("serpenoise")
        await page.keyboard.press("Enter")
        await page.get_by_label("Motif").fill("Manifestation")
        await page.get_by_role("button", name="1 h", exact=True).click()
        await page.get_by_role("button", name="Appliquer").click()
        await said(desk, "Voirie à jour")
        await expect(row(other.page, "Manifestation")).to_contain_text("fermée", timeout=AT_ONCE_MS)

        await page.get_by_label("Un cercle sur le plan").check()
        point = await click_plan(desk, 0.4, 0.6)
        await page.get_by_label("Comment").select_option("slow")
        await page.get_by_label("Ralentie à (km/h)").fill("20")
        await page.get_by_label("Motif").fill("Chaussée inondée")
        await page.get_by_role("button", name="4 h", exact=True).click()
        await desk.picture("streets-circle")
        assert await desk.axe() == []
        await page.get_by_role("button", name="Appliquer").click()
        await expect(row(other.page, "Chaussée inondée")).to_contain_text("20 km/h", timeout=AT_ONCE_MS)
        await other.picture("streets-seen-day")
        [circle] = [one for one in await room.get("/v1/street-changes") if one["reason"] == "Chaussée inondée"]
        around = circle["streets"]["around"]
        assert point == f"{around['lat']:.5f} N, {around['lon']:.5f} E"
        for reason in ("Manifestation", "Chaussée inondée"):
            await row(page, reason).get_by_role("button", name="Rouvrir").click()
            await expect(row(other.page, reason)).to_have_count(0, timeout=AT_ONCE_MS)
        assert desk.complaints == []


async def test_a_description_is_broadcast_and_ended(browser: Browser, room: Room, pictures: Path) -> None:
    """To the chosen sectors; who has read it appears by itself; ended, it is gone from the other screen too."""
    async with (
        screen(browser, f"{room.url}/#/broadcasts", pictures, viewport=VIEW) as desk,
        screen(browser, f"{room.url}/#/broadcasts", pictures, viewport=VIEW, color_scheme="light") as other,
    ):
        await live(desk, "operateur-1")
        await live(other, "operateur-2")
        page = desk.page
        await expect(other.page.get_by_role("heading", name="Diffusions aux équipages")).to_be_visible()
        await page.get_by_role("button", name="Diffuser").click()
        await expect(page.get_by_text("Décrivez qui ou quoi chercher.")).to_be_visible()
        assert await desk.axe() == []
        await page.get_by_label("Objet").select_option("vehicle")
        await page.get_by_label("Signalement").fill("Utilitaire blanc, pare-chocs arrière enfoncé")
        await page.get_by_label("Borny").check()
        await page.get_by_role("button", name="1 h", exact=True).click()
        await page.get_by_role("button", name="Diffuser").click()
        await said(desk, "Diffusé aux équipages")
        shown = other.page.get_by_role("article").filter(has_text="Utilitaire blanc")
        await expect(shown).to_contain_text("Borny", timeout=AT_ONCE_MS)
        await expect(shown).to_contain_text("Pas encore lu")
        [one] = [known for known in await room.get("/v1/broadcasts") if "Utilitaire" in known["text"]]
        await room.post(f"/v1/broadcasts/{one['broadcast_id']}/read", {"unit": "pm-31"})
        await expect(shown).to_contain_text("Lu par 1", timeout=AT_ONCE_MS)
        await other.picture("broadcast-read-day")
        assert await other.axe() == []
        mine = page.get_by_role("article").filter(has_text="Utilitaire blanc")
        await mine.get_by_role("button", name="Lever").click()
        await expect(shown).to_have_count(0, timeout=AT_ONCE_MS)
        assert desk.complaints == []


async def test_an_address_is_protected_where_the_plan_is_clicked(browser: Browser, room: Room, pictures: Path) -> None:
    """By words, then moved by click and arrow; hidden from whoever walks by until it is asked for."""
    async with screen(browser, f"{room.url}/#/protected", pictures, viewport=VIEW) as desk:
        await live(desk, "chef-de-salle")
        page = desk.page
        await page.get_by_role("button", name="Protéger").click()
        await expect(page.get_by_text("Donnez une consigne.")).to_be_visible()
        assert await desk.axe() == []
        await page.get_by_role("combobox", name="Adresse ou point").fill("comedie")
        await page.keyboard.press("Enter")
        before = await page.locator("figcaption b").inner_text()
        clicked = await click_plan(desk, 0.55, 0.5)
        assert clicked != before
        await page.keyboard.press("ArrowLeft")
        moved = await page.locator("figcaption b").inner_text()
        assert moved != clicked
        await page.get_by_label("Consigne").fill("Ne pas sonner, appeler d’abord la gardienne")
        await page.get_by_role("button", name="7 j", exact=True).click()
        await desk.picture("protected-form")
        await page.get_by_role("button", name="Protéger").click()
        await said(desk, "Adresse protégée")
        await expect(page.get_by_text("Ne pas sonner")).to_have_count(0)
        line = page.get_by_role("row").filter(has_text="№ 1")
        await line.get_by_role("button", name="Afficher").click()
        shown = page.get_by_role("row").filter(has_text="Ne pas sonner, appeler d’abord la gardienne")
        await expect(shown).to_contain_text(moved)
        await desk.picture("protected-shown")
        await shown.get_by_role("button", name="Lever").click()
        await expect(page.get_by_text("Aucune adresse protégée.")).to_be_visible()
        assert desk.complaints == []


async def test_a_unit_is_taken_off_and_the_roster_is_live(browser: Browser, room: Room, pictures: Path) -> None:
    """A unit's own state is set by its list and shown in the room; a colleague's new duty line comes by itself."""
    async with (
        screen(browser, f"{room.url}/#/fleet", pictures, viewport=VIEW) as desk,
        screen(browser, f"{room.url}/#/roster", pictures, viewport=VIEW, color_scheme="light") as other,
    ):
        await live(desk, "operateur-1")
        await live(other, "operateur-2")
        state = desk.page.get_by_label("État de Turenne 12")
        await state.select_option("unavailable")
        await said(desk, "Turenne 12 : indisponible")
        await until(lambda: _is(room, "pm-12", "unavailable"), "the unit is still available")
        await expect(state).to_have_value("unavailable")
        assert await desk.axe() == []
        await desk.picture("fleet-state")
        await state.select_option("available")
        await until(lambda: _is(room, "pm-12", "available"), "the unit is still unavailable")

        await other.page.get_by_role("button", name="Semaine suivante").click()
        await expect(other.page.get_by_role("heading", name="Tableau de service")).to_be_visible()
        day = (datetime.now(ZoneInfo("Europe/Paris")) + timedelta(days=7)).date()
        line = {"unit": "pm-12", "kind": "duty", "starts_at": f"{day}T08:00Z", "ends_at": f"{day}T12:00Z"}
        [made] = await room.post("/v1/roster", line)
        mine = other.page.get_by_role("row").filter(has_text="Turenne 12").get_by_text("service")
        await expect(mine).to_be_visible(timeout=AT_ONCE_MS)
        await other.picture("roster-live-day")
        (await room.client.delete(f"{room.url}/v1/roster/{made['line_id']}")).raise_for_status()
        await expect(mine).to_have_count(0, timeout=AT_ONCE_MS)


async def test_a_silence_is_seen_by_all_at_once(browser: Browser, room: Room, pictures: Path) -> None:
    """Set and ended by the shift lead elsewhere, it comes and goes on an operator's screen."""
    async with screen(browser, f"{room.url}/#/silences", pictures, viewport=VIEW) as desk:
        await live(desk, "operateur-1")
        await goes_to(desk, "silences")
        ends_at = await desk.page.evaluate("new Date(Date.now() + 36e5).toISOString()")
        wanted = {"scope": "device:borne-charrons", "reason": "essai de la borne", "ends_at": ends_at}
        made = await room.post("/v1/silences", wanted)
        await expect(row(desk.page, "essai de la borne")).to_be_visible(timeout=AT_ONCE_MS)
        (await room.client.delete(f"{room.url}/v1/silences/{made['silence_id']}")).raise_for_status()
        await expect(row(desk.page, "essai de la borne")).to_have_count(0, timeout=AT_ONCE_MS)


def row(page: Page, words: str) -> Locator:
    """The line of a table with these words."""
    return page.get_by_role("row").filter(has_text=words)


async def click_plan(desk: Screen, right: float, down: float) -> str:
    """Clicks on the plan, at parts of its width and height; the point that it says."""
    plan = desk.page.get_by_role("application", name="Plan schématique")
    await plan.scroll_into_view_if_needed()
    box = await plan.bounding_box()
    assert box is not None
    await desk.page.mouse.click(box["x"] + right * box["width"], box["y"] + down * box["height"])
    return await desk.page.locator("figcaption b").inner_text()


async def _is(room: Room, unit: str, state: str) -> bool:
    return any(known["state"] == state for known in await room.get("/v1/units") if known["unit"] == unit)
