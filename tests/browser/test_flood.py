"""A thousand alarms in a minute, through the real ingest, while two hundred positions a second come in."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.acting import press
from tests.browser.browsing import screen
from tests.browser.room import Room, until
from tests.stack.running import start_stack

ALARMS, AT_ONCE, POSITIONS_A_SECOND = 1000, 16, 200
LIMIT_MS, SHARE = 33.4, 0.95
"""Two frames of a 60 Hz screen, by the clock of Chromium, which rounds to 0.1 ms."""
ENOUGH = 500
"""Dispatch engages for each of these alarms; the screens are looked at while it still does."""

SCROLL = """async ({seconds}) => {
  const list = document.querySelector('[role=listbox]');
  const frames = [];
  const end = performance.now() + seconds * 1000;
  let last = await new Promise(requestAnimationFrame), step = 48;
  while (last < end) {
    if (list.scrollTop + list.clientHeight >= list.scrollHeight - 1) step = -48;
    if (list.scrollTop <= 0) step = 48;
    list.scrollTop += step;
    const now = await new Promise(requestAnimationFrame);
    frames.push(now - last);
    last = now;
  }
  return frames;
}"""


@pytest_asyncio.fixture
async def flooded(tmp_path: Path) -> AsyncIterator[Room]:
    """A stack of its own: a thousand open alarms are no place for other tests."""
    stack = await asyncio.to_thread(start_stack, tmp_path / "var", "", {"VIGIE_ACCOUNTS": "demo"})
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
            made = Room(stack, client)
            await made.sign_in()
            yield made
    finally:
        await asyncio.to_thread(stack.stop)


async def test_a_thousand_alarms_in_a_minute_stay_workable(browser: Browser, flooded: Room, pictures: Path) -> None:
    """Nothing is lost from the count, many alike stand under one line, nothing slips away under the pointer."""
    room = flooded
    async with screen(browser, room.url, pictures) as desk:
        page = desk.page
        await desk.sign_in("chef-de-salle")
        await expect(page.get_by_text("En direct")).to_be_visible()
        own = await room.call("missing_person", lat=49.0700, lon=6.1200)
        await page.get_by_role("option").filter(has_text="49.0700").hover()
        held = await _under_pointer(page)

        began = time.monotonic()
        await _flood(room)
        took = time.monotonic() - began
        assert took < 60, f"the test itself could not send {ALARMS} alarms in a minute: {took:.0f} s"
        await until(lambda: _shown(page, ENOUGH), f"the screen does not show {ENOUGH} P1", 240)
        await expect(page.get_by_role("button", name="au-dessus")).to_be_visible()
        assert await _under_pointer(page) == held, "the row slipped away under the pointer"
        await desk.picture("console-flood")
        assert await desk.axe() == []

        # Work goes on in the middle of it: the oldest is shown and acknowledged by two keys.
        await page.get_by_role("button", name="au-dessus").click()
        await expect(_group(page).first).to_be_visible()
        await page.keyboard.press("p")
        await press(desk, "a")
        await expect(page.get_by_text("Acquitté par chef-de-salle")).to_be_visible()
        while await (folded := _group(page).filter(has_text="déplier")).count():
            await folded.first.click()  # all of them one by one: the longest list there is
        rows = int(await page.get_by_role("option").first.get_attribute("aria-setsize") or 0)
        assert rows > ENOUGH
        async with _moving(room) as moved:
            frames = sorted(await page.evaluate(SCROLL, {"seconds": 6}))
        share = sum(frame <= LIMIT_MS for frame in frames) / len(frames)
        p95 = frames[int(len(frames) * 0.95)]
        shown = await _open_rows(page)
        told = {"seconds": round(took, 1), "open": shown, "rows": rows, "frames": len(frames)}
        desk.figure("flood", **told, positions_per_s=round(moved()), p95_ms=round(p95, 1), within_33_ms=round(share, 4))
        busy = os.getloadavg()[0] > 2 * (os.cpu_count() or 1)
        # On a machine that does something else besides, frames wait for the others: half of them still must not.
        assert share >= (0.5 if busy else SHARE), f"{share:.0%} of frames within {LIMIT_MS} ms"
        assert await room.state(own) == "open"


def _group(page: Page) -> Locator:
    return page.get_by_role("option").filter(has_text="×")


async def _shown(page: Page, least: int) -> bool:
    return await _open_rows(page) >= least


async def _open_rows(page: Page) -> int:
    """The count beside the heading of the list."""
    return int(await page.get_by_role("heading", name="Événements").locator("span").inner_text())


async def _under_pointer(page: Page) -> str:
    """The id of the row that the pointer is on."""
    return str(await page.evaluate("document.querySelector('.row:hover')?.id ?? ''"))


async def _flood(room: Room) -> None:
    """Calls for help from phones all over the city, each 250 m from the next: none is another's duplicate."""
    limit = asyncio.Semaphore(AT_ONCE)

    async def press(number: int) -> None:
        north, east = divmod(number, 32)
        body: dict[str, float | str] = {"lat": 49.02 + north * 0.0045, "lon": 6.00 + east * 0.0068, "accuracy_m": 10}
        body |= {"sos_id": f"flood-{number}", "at": datetime.now(UTC).isoformat()}
        async with limit:
            answer = await room.client.post(f"{room.stack.facts['ingest_url']}/v1/sos", json=body)
        answer.raise_for_status()

    await asyncio.gather(*(press(number) for number in range(ALARMS)))


@asynccontextmanager
async def _moving(room: Room) -> AsyncIterator[Callable[[], float]]:
    """Patrols report where they are, two hundred times a second together."""
    units = [unit["unit"] for unit in await room.get("/v1/units") if unit["kind"] == "patrol"]
    sent = 0

    async def drive(first: int) -> None:
        nonlocal sent
        for step in range(first, 1_000_000, 8):
            due = began + step / POSITIONS_A_SECOND
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            body = {"lat": 49.1 + step % 97 / 5000, "lon": 6.15 + step % 89 / 5000, "at": datetime.now(UTC).isoformat()}
            url = f"{room.url}/v1/units/{units[step % len(units)]}/position"
            (await room.client.put(url, json=body)).raise_for_status()
            sent += 1

    began, ended = time.monotonic(), 0.0
    cars = [asyncio.create_task(drive(first)) for first in range(8)]
    try:
        await until(lambda: asyncio.sleep(0, result=sent > 0), "no position was taken")
        yield lambda: sent / (ended or time.monotonic() - began)
    finally:
        ended = time.monotonic() - began
        for car in cars:
            car.cancel()
        await asyncio.gather(*cars, return_exceptions=True)
