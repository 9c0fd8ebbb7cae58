"""Two dispatch processes and one tablet: it hears both, and a door that falls silent costs it nothing."""

import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.browsing import TABLET, screen
from tests.browser.room import Room, until
from tests.browser.test_offline_tablet import KIOSK
from tests.stack.running import StackProcess, start_stack


@pytest.fixture(scope="module")
def two_doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackProcess]:
    """A stack of its own with two dispatch processes."""
    running = start_stack(tmp_path_factory.mktemp("doors"), "", {"VIGIE_ACCOUNTS": "demo", "VIGIE_DISPATCHES": "2"})
    yield running
    running.stop()


@pytest_asyncio.fixture
async def other_room(two_doors: StackProcess) -> AsyncIterator[Room]:
    """Its room, seen through the second door: the first one falls silent."""
    async with httpx.AsyncClient(trust_env=False, timeout=20) as client:
        made = Seen(two_doors, client)
        await made.sign_in()
        yield made


class Seen(Room):
    """The room through the second door."""

    @property
    def url(self) -> str:
        """Of the second door."""
        return str(self.stack.facts["dispatch_urls"][1])


async def test_a_silent_door_costs_nothing(browser: Browser, other_room: Room, pictures: Path) -> None:
    """The door that the page came from stops answering: the tablet stays live, and its tap goes through the other."""
    first = str(other_room.stack.facts["dispatch_urls"][0])
    pids = other_room.stack.facts["pids"]
    name = next(part for part in sorted(pids) if part.startswith("dispatch"))
    incident, unit = await other_room.offered(KIOSK)
    async with screen(browser, f"{first}/tablette/", pictures, viewport=TABLET) as tablet:
        page = tablet.page
        await tablet.sign_in(unit)
        await page.get_by_role("button", name="Accepter").click()
        await expect(page.get_by_text("2 liaisons")).to_be_visible()
        os.kill(pids[name], signal.SIGSTOP)
        try:
            await expect(page.get_by_text("1 liaison", exact=True)).to_be_visible()
            await expect(page.get_by_text("Liaison perdue")).to_be_hidden()
            await page.get_by_role("button", name="Parti", exact=True).click()

            async def gone() -> bool:
                return (await other_room.assignment(incident) or {}).get("state") == "en_route"

            await until(gone, "the tap did not go through the other door")
            await expect(page.get_by_text("à envoyer")).to_be_hidden()
        finally:
            os.kill(pids[name], signal.SIGCONT)
