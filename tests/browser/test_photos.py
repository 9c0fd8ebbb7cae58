"""Pictures of officers and crews on the card: small, enlarged by a key or a click, with what they are in words."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.async_api import Browser, expect

from tests.browser.acting import VIEW, choose, live
from tests.browser.browsing import screen
from tests.browser.room import Room


async def test_photo_and_signature_are_looked_at_by_keys(browser: Browser, room: Room, pictures: Path) -> None:
    """They come while the card is open, with alternative texts; v enlarges, arrows turn over, Escape goes back."""
    incident = await room.call("illegal_dumping", lat=49.1095, lon=6.1654)
    async with screen(browser, room.url, pictures, viewport=VIEW) as desk:
        await live(desk, "operateur-1")
        card = await choose(desk, "49.1095")
        await _attach(room, incident, "photo", _photo())
        await _attach(room, incident, "signature", _signature())
        photo = card.get_by_role("button", name="Agrandir : Photo de chef-de-salle")
        drawn = card.get_by_alt_text("Signature recueillie par chef-de-salle")
        await expect(card.get_by_role("heading", name="Photos et signatures — 2")).to_be_visible()
        await expect(drawn).to_have_js_property("naturalWidth", 480)
        await photo.scroll_into_view_if_needed()
        assert await desk.axe() == []
        await desk.picture("photos-on-card")

        await desk.page.keyboard.press("v")
        dialog = desk.page.get_by_role("dialog", name="Photo de chef-de-salle")
        await expect(dialog.get_by_role("img")).to_have_js_property("naturalWidth", 1600)
        await desk.picture("photos-enlarged")
        assert await desk.axe() == []
        await desk.page.keyboard.press("ArrowRight")
        ink = desk.page.get_by_role("dialog", name="Signature recueillie par chef-de-salle")
        await expect(ink.get_by_role("img")).to_be_visible()
        await desk.picture("photos-signature")
        assert await desk.axe() == []
        await desk.page.keyboard.press("Escape")
        await photo.click()
        await expect(dialog.get_by_role("img")).to_be_visible()
        assert desk.complaints == []


async def _attach(room: Room, incident: str, kind: str, content: bytes) -> None:
    """As tablets send it."""
    url = f"{room.url}/v1/incidents/{incident}/attachments"
    answer = await room.client.post(url, params={"kind": kind}, content=content)
    answer.raise_for_status()


def _photo() -> bytes:
    made = Image.effect_noise((1600, 1000), 60).convert("RGB")
    ImageDraw.Draw(made).rectangle((400, 500, 1100, 900), fill=(90, 70, 50))
    return _bytes(made, "JPEG")


def _signature() -> bytes:
    made = Image.new("RGBA", (480, 160), (0, 0, 0, 0))
    ImageDraw.Draw(made).line([(20, 120), (120, 30), (200, 130), (300, 40), (460, 90)], fill=(20, 20, 60, 255), width=5)
    return _bytes(made, "PNG")


def _bytes(made: Image.Image, kind: str) -> bytes:
    out = BytesIO()
    made.save(out, kind)
    return out.getvalue()
