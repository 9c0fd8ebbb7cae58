"""The tablet's map: beside the next step, never before it, and there in a dead spot too."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.async_api import Browser, Page, ViewportSize, expect

from tests.browser.acting import accepts, by_air
from tests.browser.browsing import screen
from tests.browser.room import Room
from tests.browser.test_offline_tablet import KIOSK, STEPS
from tests.browser.test_tablet import SMALL

STREET = "Rue Serpenoise"
NEAR = {"latitude": 49.1150, "longitude": 6.1745}
SIZES: dict[str, ViewportSize] = {
    "lying": {"width": 1024, "height": 768},
    "standing": {"width": 768, "height": 1024},
}
KEPT = """async () => {
  const names = (await caches.keys()).filter(one => one.startsWith('vigie-'));
  const held = await Promise.all(names.map(async one => (await (await caches.open(one)).keys()).map(r => r.url)));
  const all = held.flat();
  return all.some(one => one.includes('/assets/map-')) && all.some(one => one.includes('maplibre-gl-worker'))
    && all.some(one => one.includes('/v1/map/'));
}"""


async def test_the_map_is_there_in_a_dead_spot(browser: Browser, room: Room, pictures: Path) -> None:
    """Never opened before, it is drawn without a network after a restart; the next step stays in reach beside it."""
    _, unit = await room.offered(KIOSK)
    located = {"geolocation": NEAR, "permissions": ["geolocation"], "viewport": SIZES["standing"]}
    async with by_air(browser, room, "/tablette/", pictures, **located) as (network, tablet):
        page = tablet.page
        await accepts(tablet, unit)
        await page.wait_for_function(KEPT)
        assert await page.evaluate("document.querySelector('.pane') === null")

        network.cut()
        await page.reload()
        await _open(page)
        await expect(page.get_by_text("Rues fermées : pas encore lues.")).to_be_visible()
        await page.get_by_role("button", name="Parti", exact=True).click()
        await expect(page.get_by_role("button", name="Sur place", exact=True)).to_be_visible()
        await expect(page.locator(".pane[aria-busy=false]")).to_be_visible()
        await tablet.picture("tablet-map-offline")
        network.restore()
        await expect(page.get_by_text("à envoyer")).to_be_hidden(timeout=20_000)
        await _finish(page)


async def test_the_map_shows_the_way_and_what_is_closed(browser: Browser, room: Room, pictures: Path) -> None:
    """Both places, a closed street near them with its end; large targets and axe clean, lying and standing, by day and
    by night."""
    ends = (datetime.now(UTC) + timedelta(hours=3)).isoformat()
    closed = {"streets": {"name": STREET}, "closed": True, "reason": "Fuite de gaz", "ends_at": ends}
    change = (await room.post("/v1/street-changes", closed))["change_id"]
    _, unit = await room.offered(KIOSK)
    located = {"geolocation": NEAR, "permissions": ["geolocation"], "viewport": SIZES["lying"]}
    async with screen(browser, f"{room.url}/tablette/", pictures, **located) as tablet:
        page = tablet.page
        await tablet.sign_in(unit)
        await page.get_by_role("button", name="Accepter").click()
        await _open(page)
        await expect(page.get_by_role("listitem").filter(has_text=STREET)).to_contain_text("Fuite de gaz")
        for name, size in SIZES.items():
            await page.set_viewport_size(size)
            for theme in ("light", "dark"):
                await page.emulate_media(color_scheme=theme)
                await page.get_by_role("button", name="Tout voir").click()
                await page.wait_for_selector(".pane[aria-busy=false]")
                assert await page.evaluate(SMALL) == []
                await expect(page.get_by_role("button", name="Parti", exact=True)).to_be_in_viewport()
                box = await page.locator(".maplibregl-canvas").bounding_box()
                assert box is not None
                assert min(box["width"], box["height"]) >= 240
                assert await tablet.axe() == []
                await tablet.picture(f"tablet-map-{name}-{theme}")
        await _finish(page)
        assert tablet.complaints == []
    (await room.client.delete(f"{room.url}/v1/street-changes/{change}")).raise_for_status()


async def _finish(page: Page) -> None:
    """The steps that are left, beside the map that stays open; then it is gone with the mission."""
    for step in STEPS:
        button = page.get_by_role("button", name=step, exact=True)
        if await button.is_visible():
            await button.click()
    await expect(page.get_by_text("Aucune mission")).to_be_visible()
    await expect(page.locator(".pane")).to_be_hidden()


async def _open(page: Page) -> None:
    await page.get_by_role("button", name="Carte", exact=True).click()
    await page.wait_for_selector(".pane[aria-busy=false]", timeout=60_000)
