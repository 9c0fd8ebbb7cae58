"""A tablet in a dead spot: taps are kept, the page starts again, and everything arrives in order afterwards.

The dead spot lasts `VIGIE_OFFLINE_SECONDS` (5; the issue asks for 120: run it so before a release).
"""

import asyncio
import os
import re
from datetime import datetime
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, expect

from tests.browser.acting import accepts, by_air
from tests.browser.browsing import TABLET
from tests.browser.room import Room

KIOSK, OTHER_KIOSK, THIRD_KIOSK = "borne-dupont-des-loges", "borne-charrons", "borne-fournirue"
SECONDS = float(os.environ.get("VIGIE_OFFLINE_SECONDS", "5"))
WAY = ("en-route", "on-scene", "clear")
STEPS = ("Parti", "Sur place", "Fin d’intervention")


async def test_a_dead_spot_loses_nothing_and_doubles_nothing(browser: Browser, room: Room, pictures: Path) -> None:
    """Three steps, a report, a reload and a call for help in a dead spot: all arrive once, distress first, the steps in
    their order, each with the time of the tablet."""
    incident, unit = await room.offered(KIOSK)
    async with by_air(browser, room, "/tablette/", pictures, viewport=TABLET) as (network, tablet):
        page = tablet.page
        await accepts(tablet, unit)

        network.cut()
        began = datetime.now().astimezone()
        for step in STEPS:
            await _into_the_dead_spot(began, SECONDS / 4 * (STEPS.index(step) + 1))
            if step == STEPS[-1]:
                await _report(page, "Deux personnes, calme.")
            await page.get_by_role("button", name=step, exact=True).click()
        await expect(page.get_by_text("4 actions à envoyer")).to_be_visible()
        await expect(page.get_by_text("Liaison perdue")).to_be_visible()
        assert await tablet.axe() == []
        await page.reload()
        await expect(page.get_by_text("4 actions à envoyer")).to_be_visible()
        await expect(page.get_by_text("Aucune mission")).to_be_visible()
        await hold_distress(page)
        await expect(page.get_by_text("pas encore partie")).to_be_visible()
        await tablet.picture("tablet-offline")
        await _into_the_dead_spot(began, SECONDS)
        assert (await room.assignment(incident) or {})["state"] == "accepted"

        network.restore()
        restored = datetime.now().astimezone()
        await expect(page.get_by_text("à envoyer")).to_be_hidden(timeout=20_000)
        await expect(page.get_by_text("Détresse envoyée")).to_be_visible()
    card = await room.get(f"/v1/incidents/{incident}")
    taps = [known for known in card["events"] if known["event"] == "assignment_changed" and known["reason"] in WAY]
    mine = [known for known in taps if known["detail"]["unit"] == unit]
    assert [known["reason"] for known in mine] == list(WAY)
    made = [datetime.fromisoformat(known["detail"]["device_at"]) for known in mine]
    assert made == sorted(made)
    assert (made[-1] - made[0]).total_seconds() >= SECONDS / 4
    assert all(began <= at < restored for at in made)
    assert [note["text"] for note in card["notes"]].count("Deux personnes, calme.") == 1
    heard = [card for card in await _distresses(room, unit) if datetime.fromisoformat(card["opened_at"]) >= began]
    assert len(heard) == 1
    assert datetime.fromisoformat(heard[0]["opened_at"]) <= datetime.fromisoformat(mine[0]["at"])
    log = [f"{known['reason']:9} tablet {known['detail']['device_at']}  door {known['at']}" for known in mine]
    log.insert(0, f"distress  door {heard[0]['opened_at']}")
    (pictures / f"offline-{SECONDS:.0f}s.log").write_text("\n".join([*log, ""]), encoding="utf-8")


async def test_a_tap_that_came_too_late_is_kept_and_told(browser: Browser, room: Room, pictures: Path) -> None:
    """The room takes the unit off while its tablet is in a dead spot: its officer reads so, the card has the tap."""
    incident, unit = await room.offered(OTHER_KIOSK)
    async with by_air(browser, room, "/tablette/", pictures, viewport=TABLET) as (network, tablet):
        page = tablet.page
        await tablet.sign_in(unit)
        await expect(page.get_by_role("button", name="Accepter")).to_be_visible()
        network.cut()
        await page.get_by_role("button", name="Accepter").click()
        await page.get_by_role("button", name="Parti", exact=True).click()
        order = {"unit": unit, "reason": "Appelé ailleurs"}
        answer = await room.client.post(f"{room.url}/v1/incidents/{incident}/stand-down", json=order)
        answer.raise_for_status()
        network.restore()
        await expect(page.get_by_text("« Accepter »").first).to_contain_text("trop tard", timeout=20_000)
        await page.reload()
        await expect(page.get_by_text("« Parti »").first).to_contain_text("trop tard")
        await tablet.picture("tablet-late")
    late = (await room.get(f"/v1/incidents/{incident}"))["late_reports"]
    assert [known["step"] for known in late] == ["accept", "en-route"]


async def hold_distress(page: Page) -> None:
    """As a thumb does it: down, and up once the bar is full."""
    box = await page.get_by_role("button", name="DÉTRESSE").bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    await page.mouse.down()
    await expect(page.get_by_text(re.compile("Détresse (de|envoyée)"))).to_be_visible()
    await page.mouse.up()


async def _report(page: Page, text: str) -> None:
    await page.get_by_role("button", name="Compte rendu").click()
    await page.get_by_label("Ce que vous avez vu et fait").fill(text)
    await page.get_by_role("button", name="Envoyer").click()


async def _into_the_dead_spot(began: datetime, seconds: float) -> None:
    """The dead spot has a length: nothing else is waited for."""
    await asyncio.sleep(max(0.0, seconds - (datetime.now().astimezone() - began).total_seconds()))


async def _distresses(room: Room, unit: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await room.get("/v1/incidents", limit=100)
    rows = [row for row in found if row["nature"] == "officer_distress"]
    cards = [await room.get(f"/v1/incidents/{row['incident_id']}") for row in rows]
    return [card for card in cards if any(known["actor"] == unit or unit in str(known) for known in card["events"])]
