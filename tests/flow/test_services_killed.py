"""Each service is killed once while alarms come in: nothing acknowledged is lost, nobody is sent twice."""

from __future__ import annotations

import asyncio
import itertools
import time
from dataclasses import dataclass, field
from typing import Any

import httpx
import psycopg

from demo.measure.doubles import double_assignments
from tests.faults.reading import Mark
from tests.stack.running import StackProcess

PARTS = ("ingest", "screening", "correlation", "dispatch", "notify")
DEADLINE_S = 60.0
EVERY_S = 0.05
BACK_S = 40.0


@dataclass
class Kiosk:
    """A device that knows only its door: it repeats each press, under its mark, until it is acknowledged."""

    url: str
    acknowledged: list[str] = field(default_factory=list)

    async def press(self, client: httpx.AsyncClient, number: int) -> None:
        """One press of an SOS button, repeated until it is answered with 202."""
        body = {"nature": "sos", "call_id": f"killed-{number}"}
        deadline = time.monotonic() + DEADLINE_S
        while time.monotonic() < deadline:
            try:
                answer = await client.post(f"{self.url}/v1/kiosks/borne-comedie/calls", json=body)
            except httpx.TransportError:
                await asyncio.sleep(EVERY_S)
                continue
            if answer.status_code == 202:
                self.acknowledged.append(answer.json()[0]["signal_id"])
                return
            await asyncio.sleep(EVERY_S)
        raise AssertionError(f"press {number} was never acknowledged")


async def restarted(stack: StackProcess, part: str, before: int) -> None:
    """Waits until the supervisor has started the part anew and it is ready."""
    deadline = time.monotonic() + BACK_S
    async with httpx.AsyncClient() as client:
        while time.monotonic() < deadline:
            facts = stack.facts
            ready = facts["metrics"][part].replace("/metrics", "/health/ready")
            try:
                if facts["pids"].get(part) != before and (await client.get(ready)).status_code == 200:
                    return
            except httpx.TransportError:
                pass  # not listening yet: that is what we wait for
            await asyncio.sleep(0.1)
    raise AssertionError(f"{part} did not come back")


async def outcomes(stack: StackProcess, signals: list[str]) -> dict[str, dict[str, Any] | None]:
    """What dispatch says became of each signal: asked as one of its own tools."""
    url, token = stack.facts["dispatch_urls"][0], (stack.var / "secrets" / "DISPATCH_SERVICE_TOKEN").read_text()
    badge = {"Authorization": f"Bearer {token.strip()}"}
    async with httpx.AsyncClient(base_url=url, headers=badge) as client:
        answers = [await client.get(f"/v1/signals/{signal}") for signal in signals]
    return {s: a.json() if a.status_code == 200 else None for s, a in zip(signals, answers, strict=True)}


async def test_kill_of_each_service_loses_nothing_and_sends_nobody_twice(stack: StackProcess) -> None:
    """Every press that was acknowledged while the five processes died one by one has one outcome and one card."""
    kiosk, numbers, stop = Kiosk(stack.facts["ingest_url"]), itertools.count(), asyncio.Event()
    mark = Mark(stack.database_url, stack.kafka)

    async def presses() -> None:
        async with httpx.AsyncClient(timeout=5) as client:
            while not stop.is_set():
                await kiosk.press(client, next(numbers))
                await asyncio.sleep(EVERY_S)

    pressing = asyncio.create_task(presses())
    for part in PARTS:
        before = stack.facts["pids"][part]
        stack.kill(part)
        await restarted(stack, part, before)
    stop.set()
    await pressing
    await _all_have_outcomes(stack, kiosk.acknowledged)
    _nobody_twice(stack, mark)


async def _all_have_outcomes(stack: StackProcess, signals: list[str]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    missing = signals
    while missing and time.monotonic() < deadline:
        found = await outcomes(stack, missing)
        missing = [s for s, known in found.items() if not known or not known["outcome"] or not known["incident_id"]]
        await asyncio.sleep(0.2)
    assert not missing, f"{len(missing)} of {len(signals)} acknowledged presses without an outcome and a card"
    assert len(set(signals)) == len(signals), "two presses were given one id"


def _nobody_twice(stack: StackProcess, mark: Mark) -> None:
    """The kiosk's presses are one happening: one incident, whose slot was given to one unit at a time."""
    with psycopg.connect(stack.database_url) as conn:
        events = conn.execute(
            "SELECT count(*) FROM (SELECT incident_id, max(version) AS last, count(*) AS held"
            " FROM dispatch.events GROUP BY 1) v WHERE last <> held"
        ).fetchone()
    # In commit order: a transaction's own time is read before it has waited for its locks.
    assert double_assignments(mark.history()) == []
    assert events == (0,), "an incident's versions have a gap"
