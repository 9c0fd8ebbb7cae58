"""A call for help is taken from anybody; who sent it is told on the card and to the room (rule 8)."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from pydantic import SecretStr

from services.dispatch.badges import SHIFT, Badges, system_now
from services.dispatch.domain.access import Person, Role
from tests.flow.dispatch.builders import PATROLS
from tests.flow.dispatch.test_revoking import revoke
from tests.flow.dispatch.test_signing_in import badge_of
from tests.flow.dispatch.test_stream import listening_as
from tests.flow.dispatch.world import SERVICE_TOKEN, Engines, World, served

FIRST, SECOND, THIRD = PATROLS
DISTRESS = f"/v1/units/{FIRST}/distress"
KEY = "k" * 32


@pytest_asyncio.fixture
async def guarded(world: World, engines: Engines) -> AsyncIterator[World]:
    """The same database behind a door that asks who one is."""
    made = World(world.url, engines, accounts="demo")
    try:
        yield made
    finally:
        await made.http.aclose()


def bearer(key: str = KEY, *, hours_ago: float = 0.0, unit: str = FIRST) -> dict[str, str]:
    """A badge of that unit's officer under some key."""
    officer = Person(unit, "PM", Role.PATROL, unit=unit)
    issued = system_now() - SHIFT * (hours_ago / 12)
    return {"Authorization": f"Bearer {Badges(SecretStr(key)).issue(officer, issued)}"}


async def pressed(guarded: World, headers: dict[str, str]) -> dict[str, Any]:
    """The long press on a tablet; the card as the room sees it."""
    answer = await guarded.http.post(DISTRESS, headers=headers)
    assert answer.status_code == 202, answer.text
    path = f"/v1/incidents/{answer.json()['incident_id']}"
    card: dict[str, Any] = (await guarded.http.get(path, headers=await badge_of(guarded, "operateur-1"))).json()
    return card


STRANGERS = {
    "revoked": (bearer(), "sender_revoked"),
    "revoked and run out": (bearer(hours_ago=13), "sender_revoked"),
    "nobody": ({}, "sender_unknown"),
    "forged": (bearer("x" * 32), "sender_unknown"),
    "no badge at all": ({"Authorization": "Bearer \x7f"}, "sender_unknown"),
    "another unit": (bearer(unit=SECOND), "sender_not_own"),
    "our own process": ({"Authorization": f"Bearer {SERVICE_TOKEN}"}, "sender_not_own"),
    "another site": (bearer() | {"Origin": "http://evil.example"}, "sender_unknown"),
}


@pytest.mark.parametrize("who", STRANGERS)
async def test_distress_is_taken_from_anybody_and_says_from_whom(guarded: World, who: str) -> None:
    """Two units are on their way as ever; the card has the flag, the call for attention and the line in its log."""
    headers, flag = STRANGERS[who]
    if "revoked" in who:
        await revoke(guarded, await badge_of(guarded, "chef-de-salle"), "unit", FIRST)
    card = await pressed(guarded, headers)
    assert (card["priority"], card["flags"], card["attention"]) == ("P1", [flag], flag)
    assert [known["unit"] for known in card["assignments"] if known["active"]] == [SECOND, THIRD]
    assert flag in [event["reason"] for event in card["events"]]


async def test_his_own_call_bears_no_doubt_until_a_stranger_repeats_it(guarded: World) -> None:
    """The right tablet's card is plain, also with a badge that ran out; a stranger's press marks it."""
    for headers in (bearer(), bearer(hours_ago=13), await badge_of(guarded, "operateur-1")):
        assert (await pressed(guarded, headers))["flags"] == []
    card = await pressed(guarded, {})
    assert (card["flags"], card["signals"]) == (["sender_unknown"], 4)


async def test_the_room_hears_of_the_doubt_on_the_live_stream(guarded: World) -> None:
    """The incident's event carries the flag: no console has to ask for the card to know."""
    operator = await badge_of(guarded, "operateur-1")
    async with served(guarded) as url, listening_as(url, operator) as seen:
        assert (await seen())[0] == "reset"
        await guarded.http.post(DISTRESS)
        for _ in range(20):
            kind, _, data = await seen()
            if kind == "incident" and data.get("incident", data).get("flags"):
                break
        assert data.get("incident", data)["attention"] == "sender_unknown"


async def test_with_the_identity_of_a_unit_nobody_knows_there_is_nobody_to_send_for(guarded: World) -> None:
    """The one answer that is no yes: no such unit."""
    assert (await guarded.http.post("/v1/units/nope/distress")).status_code == 404
