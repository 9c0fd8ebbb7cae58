"""A busy night for the screens: 500 open incidents and 200 units that move each second, through the real doors."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from deploy.local.layout import REPOSITORY
from schemas.pack.files import load_pack
from tests.browser.room import Room, until

CENTRE, MIDDLE = "57463", (49.1170, 6.1770)
INCIDENTS, UNITS = 500, 200
NATURES = ("disturbance", "harassment", "accident", "missing_person", "tamper")
"""None of them sends a unit by itself: it is the screens that are measured, not the dispatching."""
AT_ONCE = 8


def many_units() -> dict[str, Any]:
    """The demo city with 200 patrols."""
    pack = load_pack(REPOSITORY / "deploy" / "cities" / "metz").model_dump(mode="json")
    patrol = next(unit for unit in pack["units"] if unit["kind"] == "patrol")
    more = range(UNITS - len(pack["units"]))
    pack["units"] += [patrol | {"id": f"crowd-{n}", "call_sign": f"Renfort {n}", "trackers": []} for n in more]
    return pack


async def gather(room: Room) -> None:
    """Brings units and incidents, unless they are there already."""
    pack = many_units()
    answer = await room.client.put(f"{room.url}/v1/packs/{CENTRE}", json=pack, timeout=60)
    assert answer.status_code == 200, answer.text
    lacking = INCIDENTS - len(await room.get("/v1/incidents", limit=1000))
    free = asyncio.Semaphore(AT_ONCE)

    async def call(number: int) -> None:
        row, column = divmod(number, 25)
        place = {"lat": MIDDLE[0] + (row - 10) * 0.0024, "lon": MIDDLE[1] + (column - 12) * 0.0028}
        body = {"centre": CENTRE, "nature": NATURES[number % len(NATURES)], **place}
        async with free:
            (await room.client.post(f"{room.url}/v1/calls", json=body, timeout=60)).raise_for_status()

    await asyncio.gather(*(call(number) for number in range(max(0, lacking))))

    async def there() -> bool:
        return len(await room.get("/v1/incidents", limit=1000)) >= INCIDENTS

    await until(there, "the incidents are not open", 60)


@asynccontextmanager
async def moving(room: Room) -> AsyncIterator[list[int]]:
    """While it lasts every unit reports a new place once a second; the list counts what dispatch took."""
    units = [unit["unit"] for unit in await room.get("/v1/units") if unit["centre"] == CENTRE]
    taken = [0]
    free = asyncio.Semaphore(AT_ONCE)

    async def move(unit: str, number: int, turn: int) -> None:
        angle = number + turn / 9
        far = 0.004 + number % 17 * 0.0012
        place = {"lat": MIDDLE[0] + far * math.sin(angle), "lon": MIDDLE[1] + 1.5 * far * math.cos(angle)}
        async with free:
            url = f"{room.url}/v1/units/{unit}/position"
            answer = await room.client.put(url, json={**place, "at": datetime.now(UTC).isoformat()}, timeout=20)
        taken[0] += answer.status_code == 200

    async def drive() -> None:
        turn = 0
        while True:
            turn += 1
            next_turn = asyncio.create_task(asyncio.sleep(1))
            await asyncio.gather(*(move(unit, number, turn) for number, unit in enumerate(units)))
            await next_turn

    driving = asyncio.create_task(drive())
    try:
        yield taken
    finally:
        driving.cancel()
        await asyncio.gather(driving, return_exceptions=True)
