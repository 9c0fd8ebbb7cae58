"""Two real dispatch processes: what `__main__` connects. A closure by one door is felt at the other within a second."""

import asyncio
from pathlib import Path
from time import monotonic
from typing import Any

import httpx

from tests.flow.dispatch.builders import CENTRE
from tests.flow.dispatch.test_crashes import two_processes
from tests.flow.dispatch.test_streets import closing, town
from tests.flow.dispatch.world import World, until

WITHIN_S = 1.0


async def test_a_closure_reaches_the_other_process_and_ends_in_both(
    world: World, database: str, kafka: str, tmp_path: Path
) -> None:
    """Closed by the first door the second has it within a second; ended by the second the first has not, likewise.
    Health names the streets of both."""
    await world.apply(town())
    async with two_processes(kafka, database, tmp_path) as both, httpx.AsyncClient(trust_env=False) as client:
        first, second = (process.url for process in both)

        async def shown(url: str) -> dict[str, Any]:
            [streets] = (await client.get(f"{url}/v1/streets", params={"centre": CENTRE})).json()
            return dict(streets)

        async def has(url: str, changes: list[str]) -> bool:
            return bool((await shown(url))["changes"] == changes)

        async def soon(url: str, changes: list[str]) -> None:
            await until(lambda: has(url, changes), f"{url} has not {changes}", WITHIN_S)

        for url in (first, second):
            assert (await shown(url))["engine"] == "hierarchy", "prepared before the first decision"
            checks = (await client.get(f"{url}/health/ready")).json()["checks"]
            assert checks["streets"]["state"] == "ready"
        begin = monotonic()
        made = await client.post(f"{first}/v1/street-changes", json=closing())
        change = made.json()["change_id"]
        assert await has(first, [change]), "one's own at once"
        await soon(second, [change])
        assert monotonic() - begin < WITHIN_S
        assert (await client.delete(f"{second}/v1/street-changes/{change}")).status_code == 204
        await asyncio.gather(soon(first, []), soon(second, []))
