"""Who stands at which page, and what is on it when the picture is taken."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from playwright.async_api import Browser, expect

from tests.browser.acting import PAGES
from tests.browser.browsing import screen
from tests.browser.room import Room, until
from tests.browser.screens.camera import SHOTS, Camera, speaks

DESK, LYING, CREW = ({"width": w, "height": h} for w, h in ((1440, 900), (1024, 768), (800, 1280)))
CAR = {"latitude": 49.1150, "longitude": 6.1745}
KIOSK = "borne-dupont-des-loges"


def within(hours: float) -> str:
    """A moment from now."""
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat()


async def furnish(room: Room) -> None:
    """What an evening has and the demo does not play: a closed street, a description, a site under test."""
    street = {"streets": {"name": "Rue Serpenoise"}, "closed": True, "reason": "Fuite de gaz", "ends_at": within(3)}
    for old in await room.get("/v1/street-changes"):
        await room.client.delete(f"{room.url}/v1/street-changes/{old['change_id']}")
    for held in await room.get("/v1/broadcasts"):
        await room.client.delete(f"{room.url}/v1/broadcasts/{held['broadcast_id']}")
    await room.client.post(f"{room.url}/v1/street-changes", json=street)
    said = "Garçon de 9 ans, blouson rouge, vu pour la dernière fois place de la Comédie."
    await room.post("/v1/broadcasts", {"about": "missing_person", "text": said, "ends_at": within(2)})
    site = {"scope": "site:ecole-tilleuls", "reason": "Essai trimestriel des détecteurs", "ends_at": within(1)}
    await room.client.post(f"{room.url}/v1/silences", json=site)


async def consoles(browser: Browser, room: Room, camera: Camera) -> None:
    """The room, a card open, then each other page, as the shift lead sees them."""
    async with screen(browser, room.url, camera.folder, viewport=DESK) as desk:
        await camera.takes(desk, "sign-in")
        await desk.sign_in("chef-de-salle")
        # What must be decided stands on top.
        for language, theme in SHOTS:
            await speaks(desk.page, language)
            await desk.page.get_by_role("option").first.click(timeout=60_000)
            await desk.page.locator(".card h2").first.wait_for()
            await camera.takes_now(desk, "room", language, theme)
        await speaks(desk.page, SHOTS[0][0])
        for name in PAGES:
            await desk.page.goto(f"{room.url}/#/{name}")
            await camera.takes(desk, name)


async def tablets(browser: Browser, room: Room, camera: Camera) -> None:
    """An offer, the mission, its map: one officer's way."""
    incident = await room.press_sos(KIOSK)

    async def offered() -> dict[str, object] | None:
        return await room.assignment(incident)

    unit = str((await until(offered, "nobody was engaged"))["unit"])
    located = {"geolocation": CAR, "permissions": ["geolocation"], "viewport": LYING}
    async with screen(browser, f"{room.url}/tablette/", camera.folder, **located) as tablet:
        page = tablet.page
        await tablet.sign_in(unit)
        await expect(page.get_by_role("button", name="Accepter", exact=True)).to_be_visible()
        await camera.takes(tablet, "tablet-alert")
        await page.get_by_role("button", name="Accepter", exact=True).click()
        await camera.takes(tablet, "tablet-mission")
        for (language, theme), button in zip(SHOTS, ("Carte", "Map"), strict=True):
            await speaks(page, language)
            await page.get_by_role("button", name=button, exact=True).click()
            await page.locator(".pane").wait_for()
            await camera.takes_now(tablet, "tablet-map", language, theme)


async def crews(browser: Browser, room: Room, camera: Camera) -> None:
    """Work orders of the evening."""
    signal = {"device": "lampe-patrotte-12", "nature": "lamp_out"}
    (await room.client.post(f"{room.stack.facts['ingest_url']}/v1/signals", json=signal)).raise_for_status()

    async def ordered() -> bool:
        return any(one["device"] == "lampe-patrotte-12" for one in await room.get("/v1/work-orders"))

    await until(ordered, "no work order")
    async with screen(browser, f"{room.url}/equipe/", camera.folder, viewport=CREW) as crew:
        await crew.sign_in("tech-1")
        await camera.takes(crew, "crew")
