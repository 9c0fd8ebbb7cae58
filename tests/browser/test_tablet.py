"""The tablet as an officer uses it: report with photo, help by a long press, targets for gloves."""

import gzip
import json
import re
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser, FilePayload, expect

from deploy.web.building import DIST
from tests.browser.browsing import TABLET, screen
from tests.browser.room import Room, until
from tests.browser.test_offline_tablet import THIRD_KIOSK, hold_distress

BUNDLE_BYTES = 150_000
SMALL = """[...document.querySelectorAll('main button, footer button, main a')]
  .filter(one => one.getBoundingClientRect().height < 76).map(one => one.textContent.trim())"""


def photo() -> FilePayload:
    """What a camera makes: larger than a tablet keeps it."""
    made = BytesIO()
    Image.effect_noise((3000, 2000), 60).convert("RGB").save(made, "JPEG", quality=95)
    return {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": made.getvalue()}


async def test_a_mission_with_a_photo_and_without_a_small_target(browser: Browser, room: Room, pictures: Path) -> None:
    """Backup, a photo that reaches the card made smaller, a description read; no small target; axe in each view."""
    ends = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    said = {"about": "missing_person", "text": "Garçon de 9 ans, blouson rouge.", "ends_at": ends}
    (await room.client.post(f"{room.url}/v1/broadcasts", json=said)).raise_for_status()
    incident, unit = await room.offered(THIRD_KIOSK)
    async with screen(browser, f"{room.url}/tablette/", pictures, viewport=TABLET) as tablet:
        page = tablet.page
        await tablet.sign_in(unit)
        for step in ("Accepter", "Parti"):
            await expect(page.get_by_role("button", name=step, exact=True)).to_be_visible()
            assert await page.evaluate(SMALL) == []
            await page.get_by_role("button", name=step, exact=True).click()
        await page.get_by_role("button", name="Renfort", exact=True).click()
        await expect(page.get_by_text("Aussi sur place ou en route")).to_be_visible()
        await page.get_by_role("button", name="Compte rendu").click()
        await page.locator("input[type=file]").set_input_files(photo())
        await expect(page.get_by_alt_text("Photo jointe")).to_be_visible()
        assert await tablet.axe() == []
        await page.get_by_role("button", name="Envoyer").click()
        for tab in ("Diffusions", "Mon poste", "Mission"):
            await page.get_by_role("button", name=tab).click()
            assert await page.evaluate(SMALL) == []
            assert await tablet.axe() == []
            await tablet.picture(f"tablet-{tab}")
            if tab == "Diffusions":
                await page.get_by_role("button", name="Lu", exact=True).click()

        async def attached() -> list[str]:
            return [known["id"] for known in (await room.get(f"/v1/incidents/{incident}"))["attachments"]]

        [kept] = await until(attached, "the photo did not reach the card")
        sent = await room.client.get(f"{room.url}/v1/attachments/{kept}")
        with Image.open(BytesIO(sent.content)) as picture:
            assert max(picture.size) == 2048
        assert tablet.complaints == []


async def test_help_is_called_by_holding_and_not_by_touching(browser: Browser, room: Room, pictures: Path) -> None:
    """Let go early, nothing happens; held, the room has it; signed out by expiry, it still goes."""
    async with screen(browser, f"{room.url}/tablette/", pictures, viewport=TABLET) as tablet:
        page = tablet.page
        await tablet.sign_in("pm-33")
        button = page.get_by_role("button", name="DÉTRESSE")
        await button.click(delay=300)
        await expect(page.get_by_text("Détresse envoyée")).to_be_hidden()
        assert not await _in_distress(room, "pm-33")
        # The door forgets who this is, as after twelve hours: the page must still let him call.
        await page.route("**/v1/session", lambda route: route.fulfill(status=200, json=_nobody()))
        await page.reload()
        await expect(page.get_by_text("votre session a expiré")).to_be_visible()
        await tablet.picture("tablet-lapsed")
        assert await tablet.axe() == []
        await hold_distress(page)
        await expect(page.get_by_text("Détresse envoyée")).to_be_visible()
        await until(lambda: _in_distress(room, "pm-33"), "the room does not know")


def test_the_tablet_is_light() -> None:
    """Without the map, which comes on demand, its files take at most 150 kB gzipped; manifest and icons are there."""
    worker = (DIST / "tablette" / "sw.js").read_text()
    kept = re.search(r'"files":(\[[^\]]*\]),"later":(\[[^\]]*\])', worker)
    assert kept is not None
    files, later = ([name.lstrip("/") for name in json.loads(part) if "/assets/" in name] for part in kept.groups())
    size = sum(len(gzip.compress((DIST / name).read_bytes(), 9)) for name in files)
    assert files
    assert any(name.startswith("assets/map-") for name in later), "the map is not kept for dead spots"
    assert size <= BUNDLE_BYTES, f"{size / 1000:.1f} kB gzip in {len(files)} files"
    manifest = json.loads((DIST / "tablette" / "manifest.webmanifest").read_text())
    assert (manifest["start_url"], manifest["scope"]) == ("/tablette/", "/tablette/")
    for icon in manifest["icons"]:
        path = DIST / icon["src"].lstrip("/")
        if icon["type"] == "image/png":
            with Image.open(path) as picture:
                assert f"{picture.width}x{picture.height}" == icon["sizes"]
        else:
            assert path.exists()


async def _in_distress(room: Room, unit: str) -> bool:
    return any(known["in_distress"] for known in await room.get("/v1/units") if known["unit"] == unit)


def _nobody() -> dict[str, object]:
    return {"accounts": "demo", "person": None, "choices": [], "centres": [], "now": datetime.now(UTC).isoformat()}
