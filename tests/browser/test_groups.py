"""Many alike: one key acknowledges all of a group, and what is not taken stays to be acknowledged."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Browser, expect

from tests.browser.acting import VIEW, live, press, said
from tests.browser.browsing import screen
from tests.browser.room import Room, until

MANY = 12


async def test_one_key_acknowledges_all_of_a_group(browser: Browser, room: Room, pictures: Path) -> None:
    """All that are there, none that comes later; each by its own order, with the operator's name in the log."""
    await room.quiet()
    calls = [await _call(room, number) for number in range(MANY)]
    async with screen(browser, room.url, pictures, viewport=VIEW) as desk:
        await live(desk, "operateur-1")
        group = desk.page.get_by_role("option").filter(has_text=f"{MANY} ×")
        await expect(group).to_be_visible()
        await press(desk, "j")
        await expect(group).to_have_attribute("aria-selected", "true")
        await expect(desk.page.get_by_text(f"{MANY} à acquitter")).to_be_visible()
        assert await desk.axe() == []
        await desk.picture("group-chosen")
        await press(desk, "a")
        await said(desk, f"{MANY} acquittés")
        await desk.picture("group-acknowledged")
        later = await _call(room, MANY)
        cards = [await room.get(f"/v1/incidents/{one}") for one in calls]
        assert {card["acknowledged_by"] for card in cards} == {"operateur-1"}
        await until(lambda: _exists(room, later), "the later one is not there")
        assert (await room.get(f"/v1/incidents/{later}"))["acknowledged_at"] is None
        assert desk.complaints == []


async def test_what_cannot_be_acknowledged_stays_and_is_told(browser: Browser, room: Room, pictures: Path) -> None:
    """While some orders fail nothing is lost: the count says how many are left, and the key takes them again."""
    await room.quiet()
    for number in range(MANY):
        await _call(room, number)
    async with screen(browser, room.url, pictures, viewport=VIEW, color_scheme="light") as desk:
        await live(desk, "operateur-1")
        await expect(desk.page.get_by_role("option").filter(has_text=f"{MANY} ×")).to_be_visible()
        refused = 0

        async def sometimes(route: object) -> None:
            nonlocal refused
            refused += 1
            await (route.continue_() if refused % 3 == 0 else route.abort())  # type: ignore[attr-defined]

        await desk.page.route("**/acknowledge", sometimes)
        await press(desk, "j")
        await expect(desk.page.get_by_text(f"{MANY} à acquitter")).to_be_visible()
        await press(desk, "a")
        await said(desk, "restent à acquitter")
        left = await _unseen(room)
        assert 0 < left < MANY
        await desk.picture("group-left-day")
        await desk.page.unroute("**/acknowledge")
        await press(desk, "a")
        await until(lambda: _none_unseen(room), "some are still to be acknowledged")


async def _call(room: Room, number: int) -> str:
    """Far enough from each other to be none of the others' duplicate; outside all sectors."""
    return await room.call("harassment", lat=48.90 + number * 0.01, lon=6.00)


async def _exists(room: Room, incident: str) -> bool:
    return bool(await room.state(incident))


async def _unseen(room: Room) -> int:
    found = await room.get("/v1/incidents", state="open", limit=1000)
    return len([one for one in found if one["acknowledged_at"] is None])


async def _none_unseen(room: Room) -> bool:
    return await _unseen(room) == 0
