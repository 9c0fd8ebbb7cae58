"""Accesses taken back and the access register, on the console's system page; the tablet that is out."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.async_api import Browser, expect

from tests.browser.acting import VIEW, goes_to, live, said
from tests.browser.browsing import TABLET, screen
from tests.browser.room import Room
from tests.browser.test_offline_tablet import hold_distress

UNIT = "pm-33"
DOUBT = re.compile("appareil (inconnu|à l’accès retiré)")
"""Whether its badge is gone already or only taken back."""
KEPT = "Object.keys(localStorage).filter(name => !['vigie.help', 'vigie.doors'].includes(name))"
"""Beside the unit's name and the doors' addresses, which are asked for anew."""
SHELF = """() => new Promise((then, fail) => {
  const asked = indexedDB.open('vigie');
  asked.onerror = () => fail(asked.error);
  asked.onsuccess = () => {
    const held = asked.result;
    const names = [...held.objectStoreNames];
    if (names.length === 0) { held.close(); indexedDB.deleteDatabase('vigie'); then(0); return; }
    const reading = held.transaction(names);
    const counts = names.map(name => reading.objectStore(name).count());
    reading.oncomplete = () => { held.close(); then(counts.reduce((sum, one) => sum + one.result, 0)); };
  };
})"""
"""Taps that wait and what was last shown; the page's own program files are fetched again and are nobody's."""


async def test_a_lost_tablet_forgets_and_may_still_call_for_help(browser: Browser, room: Room, pictures: Path) -> None:
    """Withdrawn with a reason, it empties itself and asks to sign in; a long press on it still reaches the room, which
    is told of the doubt; with a reason its access is given back."""
    async with (
        screen(browser, room.url, pictures, viewport=VIEW) as desk,
        screen(browser, f"{room.url}/tablette/", pictures, viewport=TABLET) as tablet,
    ):
        await live(desk, "chef-de-salle")
        await tablet.sign_in(UNIT)
        await expect(tablet.page.get_by_role("heading", name="Turenne 33")).to_be_visible(timeout=20_000)
        assert "vigie.session" in await tablet.page.evaluate(KEPT)
        await goes_to(desk, "system")
        page = desk.page
        await page.get_by_role("button", name="Retirer l’accès").click()
        await expect(page.get_by_text("Dites lequel.")).to_be_visible()
        await page.get_by_label("Identifiant").fill(UNIT)
        await page.get_by_label("Motif").fill("Tablette oubliée au marché")
        await page.get_by_role("button", name="Retirer l’accès").click()
        await said(desk, "Accès retiré")
        await expect(tablet.page.get_by_text("L’accès de cet appareil a été retiré")).to_be_visible()
        await expect(tablet.page.get_by_text(f"Équipage {UNIT}")).to_be_visible()
        assert await tablet.axe() == []
        await tablet.picture("tablet-withdrawn")
        assert await tablet.page.evaluate(KEPT) == []
        assert await tablet.page.evaluate(SHELF) == 0
        await hold_distress(tablet.page)
        await expect(tablet.page.get_by_text("Détresse envoyée")).to_be_visible()

        assert await desk.axe() == []
        await desk.picture("system-withdrawn")
        await page.evaluate("location.hash = '#/'")
        await page.get_by_role("option").filter(has_text="détresse").first.click()
        await expect(page.get_by_role("region", name="Fiche").get_by_text(DOUBT).first).to_be_visible()
        await desk.picture("card-of-a-stranger")
        await goes_to(desk, "system")
        await page.get_by_role("button", name=f"Rétablir l’accès : {UNIT}").click()
        await page.get_by_label("Motif du rétablissement").fill("Retrouvée")
        await page.get_by_role("button", name="Rétablir", exact=True).click()
        await said(desk, "Accès rétabli")
        await expect(page.get_by_text("Retrouvée")).to_be_visible()
        await tablet.page.reload()
        await tablet.sign_in(UNIT)
        await expect(tablet.page.get_by_role("heading", name="Turenne 33")).to_be_visible(timeout=20_000)


async def test_the_auditor_reads_who_saw_what(browser: Browser, room: Room, pictures: Path) -> None:
    """In words, newest first, his own reading among it; nobody else has that part of the page."""
    incident = await room.call("fire", lat=49.1185, lon=6.1741)
    await room.get(f"/v1/incidents/{incident}")
    async with (
        screen(browser, room.url, pictures, viewport=VIEW) as desk,
        screen(browser, room.url, pictures, viewport=VIEW) as other,
    ):
        await live(desk, "auditeur")
        await goes_to(desk, "system")
        register = desk.page.get_by_role("region", name="Registre des accès")
        line = register.get_by_role("row").filter(has_text=incident).filter(has_text="chef-de-salle").first
        await expect(line).to_contain_text("fiche")
        await expect(line).to_contain_text("chef de salle")
        await expect(register.get_by_role("row").filter(has_text="registre des accès").first).to_be_visible()
        await expect(desk.page.get_by_role("button", name="Retirer l’accès")).to_have_count(0)
        assert await desk.axe() == []
        await desk.picture("register")
        await live(other, "operateur-1")
        await goes_to(other, "system")
        await expect(other.page.get_by_role("heading", name="Accès retirés")).to_have_count(0)
        await expect(other.page.get_by_role("heading", name="Registre des accès")).to_have_count(0)
        assert desk.complaints == [] and other.complaints == []
