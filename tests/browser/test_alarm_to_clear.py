"""The main way: an alarm appears in the room, is acknowledged by one key, and a tablet brings it to its end."""

from pathlib import Path

from playwright.async_api import Browser, expect

from tests.browser.acting import press
from tests.browser.browsing import TABLET, screen
from tests.browser.room import Room, until

KIOSK, PLACE = "borne-comedie", "place de la Comédie"


async def test_from_the_kiosk_to_clear(browser: Browser, room: Room, pictures: Path) -> None:
    """Two people at two screens do it all; no page complains, talks to another host, or fails axe."""
    async with screen(browser, room.url, pictures) as desk:
        assert await desk.axe() == []
        await desk.picture("sign-in")
        await desk.sign_in("operateur-1")
        await expect(desk.page.get_by_text("En direct")).to_be_visible()
        incident = await room.press_sos(KIOSK)
        line = desk.page.get_by_role("option").filter(has_text=PLACE)
        await expect(line).to_contain_text("à acquitter")
        await line.click()
        await expect(desk.page.get_by_role("button", name="Acquitter")).to_be_visible()
        await desk.picture("console-night")
        await press(desk, "a")
        await expect(desk.page.get_by_text("Acquitté par operateur-1")).to_be_visible()
        assert (await room.get(f"/v1/incidents/{incident}"))["acknowledged_by"] == "operateur-1"
        assert await desk.axe() == []

        offered = await room.assignment(incident)
        assert offered is not None
        async with screen(browser, f"{room.url}/tablette/", pictures, viewport=TABLET) as tablet:
            await tablet.sign_in(offered["unit"])
            await expect(tablet.page.get_by_role("heading", name="SOS")).to_be_visible()
            assert await tablet.axe() == []
            await tablet.picture("tablet-offered-night")
            for step in ("Accepter", "Parti", "Sur place", "Fin d’intervention"):
                await tablet.page.get_by_role("button", name=step, exact=True).click()
            await expect(tablet.page.get_by_text("Aucune mission")).to_be_visible()
            await expect(tablet.page.get_by_text("à envoyer")).to_be_hidden()
            assert tablet.complaints == []
            assert tablet.hosts == desk.hosts
        await until(lambda: _is(room, incident, "resolved"), "the incident was not resolved")
        await expect(line).to_contain_text("à clore")
        assert desk.complaints == []
        assert len(desk.hosts) == 1


async def test_the_room_by_day_and_in_english(browser: Browser, room: Room, pictures: Path) -> None:
    """The other theme and the other language are as clean."""
    async with screen(browser, room.url, pictures, color_scheme="light") as desk:
        await desk.sign_in("chef-de-salle")
        await desk.page.get_by_role("button", name="English").click()
        await expect(desk.page.get_by_text("Live", exact=True)).to_be_visible()
        await expect(desk.page.get_by_role("heading", name="Units")).to_be_visible()
        await desk.picture("console-day-english")
        assert await desk.axe() == []
        assert desk.complaints == []


async def test_each_page_is_for_its_people(browser: Browser, room: Room, pictures: Path) -> None:
    """A crew sees the orders on its page, and is led there from the room's, of which it is told nothing."""
    async with screen(browser, f"{room.url}/equipe/", pictures) as crew:
        await crew.sign_in("tech-1")
        await expect(crew.page.get_by_role("heading", name="Bons d’intervention")).to_be_visible()
        await crew.picture("crew-night")
        assert await crew.axe() == []
        await crew.page.goto(room.url)
        await expect(crew.page.get_by_role("heading", name="Cette page n’est pas la vôtre")).to_be_visible()
        assert await crew.axe() == []
        refused = await crew.page.evaluate("fetch('/v1/incidents').then(answer => answer.status)")
        assert refused == 403


async def _is(room: Room, incident: str, state: str) -> bool:
    return await room.state(incident) == state
