"""Speed on the built pages, served by dispatch, over a busy night; figures are printed, bounds suit a busy machine."""

import os
from pathlib import Path
from statistics import median

from playwright.async_api import Browser, Page

from tests.browser.browsing import screen
from tests.browser.crowd import gather, moving
from tests.browser.frames import USABLE, Frames, drag, scroll, seen, watch
from tests.browser.room import Room, until

SECONDS = 6.0
ONE_OF_THEM = "Personne disparue"
STRICT = os.environ.get("VIGIE_STRICT_SPEED") == "1"
"""As promised (95 % of frames in 33 ms, usable in a second): on a machine that does nothing else."""
IN_TIME, USABLE_MS = (0.95, 1000) if STRICT else (0.25, 10_000)
SIZE = {"width": 1440, "height": 900}


async def test_a_busy_night_is_drawn_in_time(browser: Browser, room: Room, pictures: Path) -> None:
    """500 incidents, 200 moving units: list and map follow the hand, and a fresh page is usable at once."""
    await gather(room)
    async with moving(room) as taken, screen(browser, room.url, pictures, viewport=SIZE) as desk:
        await desk.sign_in("operateur-1")
        await desk.page.wait_for_selector(".pane[aria-busy=false]", timeout=60_000)
        await desk.page.add_init_script(USABLE)
        usable = [await _usable_ms(desk.page) for _ in range(3)]
        await desk.page.wait_for_selector(".pane[aria-busy=false]", timeout=60_000)
        before = taken[0]
        found: dict[str, Frames] = {}
        await watch(desk.page)
        await scroll(desk.page, SECONDS)
        found["list"] = await seen(desk.page)
        # The map shows the centre of what is chosen.
        await desk.page.get_by_role("option", name=ONE_OF_THEM).first.click()
        await desk.page.wait_for_selector(".pane[aria-busy=false]", timeout=60_000)
        await watch(desk.page)
        await drag(desk.page, SECONDS, ".maplibregl-canvas")
        found["map"] = await seen(desk.page)
        assert taken[0] > before
        await desk.picture("busy-night")
        print(f"\nusable after {', '.join(f'{one:.0f}' for one in usable)} ms (reload)")
        print(f"positions taken in {2 * SECONDS:.0f} s of measuring: {taken[0] - before}")
        for name, frames in found.items():
            print(f"{name}: {frames}")
        assert median(usable) <= USABLE_MS
        for frames in found.values():
            assert frames.within(33.4) >= IN_TIME
        assert desk.complaints == []


async def _usable_ms(page: Page) -> float:
    await page.reload()
    await page.get_by_role("option").first.wait_for(timeout=60_000)

    async def marked() -> float:
        return float(await page.evaluate("performance.getEntriesByName('usable')[0]?.startTime ?? 0"))

    return float(await until(marked, "the first row was not marked"))
