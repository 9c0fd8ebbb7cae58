"""A crew's lamp: reported twice, one job; taken, begun and completed in a dead spot with material, photo, signature."""

from pathlib import Path
from typing import Any

from playwright.async_api import Browser, expect

from tests.browser.acting import by_air
from tests.browser.browsing import TABLET
from tests.browser.room import Room, until
from tests.browser.test_tablet import photo

LAMP = "lampe-patrotte-12"


async def test_a_lamp_is_repaired_in_a_dead_spot(browser: Browser, room: Room, pictures: Path) -> None:
    """Everything is kept and arrives once: the order is completed with its material, the card has both pictures."""

    async def ordered() -> list[dict[str, Any]]:
        known = await room.get("/v1/work-orders")
        return [one for one in known if one["device"] == LAMP and one["order_id"] not in before]

    before: set[str] = set()
    before = {one["order_id"] for one in await ordered()}  # what other tests had repaired on this stack
    for _ in range(2):
        body = {"device": LAMP, "nature": "lamp_out"}
        (await room.client.post(f"{room.stack.facts['ingest_url']}/v1/signals", json=body)).raise_for_status()

    [order] = await until(ordered, "no work order")
    async with by_air(browser, room, "/equipe/", pictures, viewport=TABLET) as (network, crew):
        page = crew.page
        await crew.sign_in("tech-1")
        job = page.get_by_role("listitem").filter(has_text=LAMP)
        await expect(job).to_have_count(1)
        assert await crew.axe() == []
        network.cut()
        await job.get_by_role("button", name="Prendre").click()
        await job.get_by_role("button", name="Commencer").click()
        await job.get_by_role("button", name="Terminer").click()
        await page.get_by_label("Matériel utilisé").fill("Ampoule LED 40 W")
        await page.get_by_role("button", name="Ajouter").click()
        await page.locator("input[type=file]").set_input_files(photo())
        await expect(page.get_by_alt_text("Photo jointe")).to_be_visible()
        canvas = page.locator("canvas")
        await canvas.scroll_into_view_if_needed()
        box = await canvas.bounding_box()
        assert box is not None
        await page.mouse.move(box["x"] + 40, box["y"] + 60)
        await page.mouse.down()
        await page.mouse.move(box["x"] + 200, box["y"] + 20, steps=5)
        await page.mouse.up()
        assert await crew.axe() == []
        await crew.picture("crew-closing")
        await page.get_by_role("button", name="Terminer et envoyer").click()
        await expect(job).to_be_hidden()
        await expect(page.get_by_text("5 actions à envoyer")).to_be_visible()
        network.restore()
        await expect(page.get_by_text("à envoyer")).to_be_hidden(timeout=30_000)
    [done] = await ordered()
    assert (done["state"], done["taken_by"], done["material"]) == ("completed", "tech-1", ["Ampoule LED 40 W"])
    card = await room.get(f"/v1/incidents/{order['incident_id']}")
    assert sorted(known["kind"] for known in card["attachments"]) == ["photo", "signature"]
    steps = [known for known in card["events"] if known["event"] == "work_order_changed"]
    assert [known["reason"] for known in steps] == ["take", "start", "complete"]
