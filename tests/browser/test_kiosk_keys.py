"""The keys of a kiosk's call: opened by F4, refused by F8 with a usual reason, made an SOS by F9."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.async_api import Browser, expect

from tests.browser.acting import VIEW, live, press, said
from tests.browser.browsing import screen
from tests.browser.room import Room, until
from tests.browser.test_room_pages import end_all, ring

KIOSK, NAME = "borne-fournirue", "Borne En-Fournirue"


async def test_a_call_is_opened_refused_and_made_an_sos_by_keys(browser: Browser, room: Room, pictures: Path) -> None:
    """Also while a call is being written down; the SOS is an incident, shown at once."""
    await end_all(room)
    async with screen(browser, f"{room.url}/#/call", pictures, viewport=VIEW) as desk:
        await live(desk, "operateur-1")
        strip = desk.page.get_by_role("region", name="Appels des bornes")
        await ring(room, KIOSK)
        await expect(strip).to_contain_text(NAME)
        await expect(desk.page.get_by_role("combobox", name="Lieu")).to_be_focused()
        await press(desk, "F4")
        await said(desk, f"Borne ouverte — {NAME}")
        await expect(strip).to_be_hidden()

        await ring(room, KIOSK)
        await expect(strip).to_contain_text(NAME)
        await press(desk, "F8")
        dialog = desk.page.get_by_role("dialog", name=f"Refuser l’accès — {NAME}")
        await dialog.get_by_role("button", name="Hors des heures de livraison").click()
        await desk.picture("kiosk-refuse")
        assert await desk.axe() == []
        await dialog.get_by_role("button", name="Refuser", exact=True).click()
        await said(desk, f"Accès refusé — {NAME}")
        await expect(strip).to_be_hidden()

        await ring(room, KIOSK)
        await expect(strip).to_contain_text(NAME)
        await press(desk, "F9")
        await expect(desk.page.get_by_role("heading", name="SOS borne")).to_be_visible(timeout=15_000)
        await desk.picture("kiosk-sos")
        assert await desk.axe() == []
        calls = await until(lambda: _calls(room), "the calls are not ended")
        assert sorted(call["state"] for call in calls[:3]) == ["opened", "refused", "sos"]
        assert desk.complaints == []


async def _calls(room: Room) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await room.get("/v1/kiosk-calls", state=["opened", "refused", "sos"])
    mine = sorted((one for one in found if one["kiosk"] == KIOSK), key=lambda one: one["called_at"], reverse=True)
    return mine if len(mine) >= 3 else []
