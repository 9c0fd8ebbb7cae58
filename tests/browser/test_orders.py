"""Every order of a card by its key: who is sent, replaced, called off; partners and crews; the card's end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import Browser, expect

from deploy.local.settings import EXERCISE_PIN
from tests.browser.acting import VIEW, asked, choose, engaged, live, press, said
from tests.browser.browsing import screen
from tests.browser.room import Room, until


async def test_units_are_replaced_backed_up_and_stood_down(browser: Browser, room: Room, pictures: Path) -> None:
    """Digits lead through a dialog of three questions; dispatch holds what the card shows."""
    incident = await room.call("fire", lat=49.1152, lon=6.1713)
    async with screen(browser, room.url, pictures, viewport=VIEW) as desk:
        await live(desk, "operateur-1")
        card = await choose(desk, "49.1152")
        keys = desk.page.keyboard
        await keys.press("a")
        await expect(card.get_by_text("Acquitté par operateur-1")).to_be_visible()
        [first] = await engaged(room, incident)

        dialog = await asked(desk, "r", "Remplacer")
        await desk.picture("orders-replace")
        await keys.press("1")  # the only unit that is on it
        await keys.press("2")  # the first one that could go instead
        await keys.press("1")  # a phrase
        await expect(dialog.get_by_label("Motif")).to_have_value("Équipage plus proche disponible")
        await keys.press("Enter")
        await said(desk, "Équipage remplacé")
        [second] = await until(lambda: _others(room, incident, first), "nobody replaced it")
        await expect(card.get_by_text("annulé")).to_be_visible()

        await keys.press("b")
        await said(desk, "Renfort demandé")
        both = await until(lambda: _so_many(room, incident, 2), "no backup")
        await keys.press("u")
        await said(desk, "Niveau supérieur engagé")
        await expect(card.get_by_text("Niveau 1 sur 2 Renfort, circulation")).to_be_visible()
        await until(lambda: _so_many(room, incident, 3), "the next level has no patrol")

        await asked(desk, "l", "Libérer")
        row = desk.page.get_by_role("dialog").get_by_role("radio")
        await expect(row).to_have_count(3)
        await keys.press("2")
        await keys.type("rappelé par le chef de salle")
        await desk.picture("orders-stand-down")
        await keys.press("Enter")
        await said(desk, "libéré — Alarme incendie")
        left = await until(lambda: _so_many(room, incident, 2), "nobody was stood down")
        assert second in both
        assert len(set(left)) == 2
        why = [event["detail"].get("why") for event in (await room.get(f"/v1/incidents/{incident}"))["events"]]
        assert "rappelé par le chef de salle" in why
        await expect(card.get_by_text("Engagement · libéré par la salle")).to_be_visible()
        assert desk.complaints == []


async def test_partners_and_crews_answer_on_the_card(browser: Browser, room: Room, pictures: Path) -> None:
    """Handed over, acknowledged by the partner, refused by another; a work order is there once."""
    incident = await room.call("accident", lat=49.1163, lon=6.1722)
    async with screen(browser, room.url, pictures, viewport=VIEW, color_scheme="light") as desk:
        await live(desk, "operateur-1")
        card = await choose(desk, "49.1163")
        await asked(desk, "t", "Transmettre")
        await press(desk, "1")
        await said(desk, "Transmis — Accident")
        fire = card.get_by_text("pompiers — Sapeurs-pompiers de la Moselle (SDIS 57)").locator("..")
        await expect(fire).to_contain_text("transmis")
        await desk.picture("orders-handed-over-day")
        await _partner(room, incident, "sdis57", "acknowledge")
        await expect(fire).to_contain_text("pris en compte")
        await asked(desk, "t", "Transmettre")
        await press(desk, "2")
        police = card.get_by_text("police nationale — Police nationale, commissariat de Metz").locator("..")
        await expect(police).to_contain_text("transmis")
        await _partner(room, incident, "police-nationale-metz", "refuse", {"reason": "aucun équipage disponible"})
        await expect(police).to_contain_text("aucun équipage disponible")
        await press(desk, "w")
        await said(desk, "Bon d’intervention émis")
        await expect(card.get_by_text("à faire")).to_be_visible()
        await press(desk, "w")
        await said(desk, "Un bon d’intervention est déjà émis pour cette fiche.")
        assert await desk.axe() == []
        await desk.picture("orders-partners-day")
        [order] = (await room.get(f"/v1/incidents/{incident}"))["work_orders"]
        assert order["state"] == "ordered"


async def test_a_card_ends_with_a_report_and_is_reopened_before(browser: Browser, room: Room, pictures: Path) -> None:
    """Note, dismissed, reopened, dismissed again, closed with a report that the log keeps."""
    incident = await room.call("disturbance", lat=49.1174, lon=6.1731)
    async with screen(browser, room.url, pictures, viewport=VIEW) as desk:
        await live(desk, "operateur-1")
        card = await choose(desk, "49.1174")
        keys = desk.page.keyboard
        await asked(desk, "n", "Note")
        await keys.type("le requérant rappelle")
        await keys.press("Enter")
        await expect(card.get_by_text("le requérant rappelle")).to_be_visible()
        await asked(desk, "x", "Classer")
        await keys.press("2")
        await keys.press("Enter")
        await until(lambda: _is(room, incident, "dismissed"), "not dismissed")
        await expect(card.get_by_role("button", name="Rouvrir")).to_be_visible()
        await keys.press("o")
        await until(lambda: _is(room, incident, "open"), "not reopened")
        await expect(card.get_by_role("button", name="Classer")).to_be_visible()
        await asked(desk, "x", "Classer")
        await keys.press("1")
        await keys.press("Enter")
        await expect(card.get_by_role("button", name="Clore")).to_be_visible()
        await asked(desk, "q", "Clore")
        await keys.type("Rien constaté, requérant prévenu.")
        await desk.picture("orders-close")
        await keys.press("Enter")
        await until(lambda: _is(room, incident, "closed"), "not closed")
        await expect(desk.page.get_by_role("option").filter(has_text="49.1174")).to_have_count(0)
        lines = (await room.get("/v1/log", incident=incident))["lines"]
        assert "Rien constaté, requérant prévenu." in [line["text"] for line in lines]
        assert {line["reason_fr"] for line in lines if line["event"] == "dismissed"} == {"par l'opérateur"}


async def _others(room: Room, incident: str, unit: str) -> list[str]:
    found = await engaged(room, incident)
    return found if unit not in found else []


async def _so_many(room: Room, incident: str, count: int) -> list[str]:
    found = await engaged(room, incident)
    return found if len(found) == count else []


async def _is(room: Room, incident: str, state: str) -> bool:
    return await room.state(incident) == state


async def _partner(room: Room, incident: str, agency: str, answer: str, body: dict[str, Any] | None = None) -> None:
    """The agency answers at its own door, as itself."""
    handed = (await room.get(f"/v1/incidents/{incident}"))["hand_overs"]
    [one] = [known for known in handed if known["agency"] == agency]
    async with httpx.AsyncClient(trust_env=False, base_url=room.url) as client:
        badge = await client.post("/v1/session", json={"account": agency, "pin": EXERCISE_PIN})
        badge.raise_for_status()
        answered = await client.post(f"/v1/hand-overs/{one['hand_over_id']}/{answer}", json=body)
        answered.raise_for_status()
