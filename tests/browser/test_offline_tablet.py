"""A tablet in a dead spot: taps are kept, the page starts again, and everything arrives in order afterwards."""

from pathlib import Path

from playwright.async_api import Browser, expect

from tests.browser.browsing import TABLET, screen
from tests.browser.network import air
from tests.browser.room import Room, until

KIOSK = "borne-dupont-des-loges"
READY = "navigator.serviceWorker.ready.then(found => found.active !== null)"


async def test_taps_survive_a_dead_spot_and_a_restart_of_the_page(browser: Browser, room: Room, pictures: Path) -> None:
    """Offline: two taps and a reload. Online: both are recorded, in their order."""
    incident = await room.press_sos(KIOSK)
    offered = await room.assignment(incident)
    assert offered is not None
    async with (
        air(room.url) as network,
        screen(browser, f"{network.url}/tablette/", pictures, viewport=TABLET) as tablet,
    ):
        page = tablet.page
        # The door's own address, which the page learns, lies on the other side of the dead spot too.
        await page.context.route(f"{room.url}/**", lambda route: route.abort())
        await tablet.sign_in(offered["unit"])
        await expect(page.get_by_role("button", name="Accepter")).to_be_visible()
        assert await page.evaluate(READY)

        network.cut()
        await page.get_by_role("button", name="Accepter").click()
        await page.get_by_role("button", name="Parti", exact=True).click()
        await expect(page.get_by_text("2 actions à envoyer")).to_be_visible()
        await expect(page.get_by_text("Liaison perdue")).to_be_visible()
        await tablet.picture("tablet-offline")
        assert await tablet.axe() == []
        await page.reload()
        await expect(page.get_by_text("2 actions à envoyer")).to_be_visible()
        await expect(page.get_by_role("button", name="Sur place")).to_be_visible()
        assert (await room.assignment(incident) or {})["state"] == "offered"

        network.restore()
        await expect(page.get_by_text("à envoyer")).to_be_hidden(timeout=20_000)
        await until(lambda: _en_route(room, incident), "the taps did not arrive")
        taken = await room.assignment(incident) or {}
        assert taken["accepted_at"] <= taken["en_route_at"]
        for step in ("Sur place", "Fin d’intervention"):
            await page.get_by_role("button", name=step).click()
        await expect(page.get_by_text("Aucune mission")).to_be_visible()


async def _en_route(room: Room, incident: str) -> bool:
    return (await room.assignment(incident) or {}).get("state") == "en_route"
