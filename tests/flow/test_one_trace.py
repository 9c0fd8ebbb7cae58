"""What happened to one device's message can be followed through every service."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx

from demo.badges import Badges
from tests.stack.running import StackProcess

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
DEADLINE_S = 30.0
EDGES = {
    ("ingest", "screening"),
    ("screening", "correlation"),
    ("ingest", "dispatch"),
    ("screening", "dispatch"),
    ("correlation", "dispatch"),
    ("dispatch", "notify"),
}


def spans(stack: StackProcess, trace: str = TRACE) -> Iterator[dict[str, Any]]:
    """The spans of a trace that the services have written so far."""
    for path in (stack.var / "traces").glob("*.jsonl"):
        for line in path.read_text().splitlines():
            if trace in line and line.endswith("}"):
                yield json.loads(line)


def edges(found: list[dict[str, Any]]) -> set[tuple[str, str]]:
    """Which service's span has which other service's span as parent."""
    by_id = {span["span_id"]: span["service"] for span in found}
    pairs = {(by_id[span["parent_id"]], span["service"]) for span in found if span["parent_id"] in by_id}
    return {(parent, child) for parent, child in pairs if parent != child}


async def until(reached: Callable[[], bool], missing: Callable[[], object]) -> None:
    """Waits for a condition; says what was missing when time runs out."""
    deadline = time.monotonic() + DEADLINE_S
    while not reached():
        assert time.monotonic() < deadline, missing()
        await asyncio.sleep(0.1)


async def test_one_trace_leads_through_every_service(stack: StackProcess) -> None:
    """A fire alarm's trace has an edge from ingest to screening, correlation and dispatch, and from there to notify."""
    signal = {"device": "panel-ecole-tilleuls", "nature": "fire"}
    headers = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
    async with httpx.AsyncClient() as client:
        answer = await client.post(f"{stack.facts['ingest_url']}/v1/signals", json=signal, headers=headers)
    assert answer.status_code == 202
    await until(lambda: edges(list(spans(stack))) >= EDGES, lambda: f"missing: {EDGES - edges(list(spans(stack)))}")


async def test_the_officers_tap_goes_on_with_the_alarms_trace(stack: StackProcess) -> None:
    """The order on the tablet bears the SOS's trace; the tap that brings it along is in it, below dispatch's span."""
    doors, trace = tuple(stack.facts["dispatch_urls"]), f"{TRACE[:-1]}7"
    mark = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
    async with httpx.AsyncClient(auth=Badges(doors, "2580"), base_url=doors[0]) as client:
        kiosk = f"{stack.facts['ingest_url']}/v1/kiosks/borne-comedie/calls"
        assert (await client.post(kiosk, json={"nature": "sos"}, headers=mark)).status_code == 202

        async def offered() -> dict[str, Any] | None:
            shown = (await client.get("/v1/assignments?active=true", headers={"X-Actor": "operateur-1"})).json()
            return next((known for known in shown if trace in (known["incident"]["traceparent"] or "")), None)

        deadline = time.monotonic() + DEADLINE_S
        while (order := await offered()) is None:
            assert time.monotonic() < deadline, "nobody was offered the call"
            await asyncio.sleep(0.1)
        tap = {"traceparent": order["incident"]["traceparent"], "X-Actor": order["unit"], "Idempotency-Key": trace}
        path = f"/v1/assignments/{order['assignment_id']}/accept"
        body = {"at": datetime.now(UTC).isoformat(), "epoch": order["epoch"]}
        answer = await client.post(path, json=body, headers=tap)
        assert answer.json()["reason"] == "applied", answer.text

    def tapped() -> list[dict[str, Any]]:
        found = list(spans(stack, trace))
        own = {span["span_id"] for span in found if span["service"] == "dispatch"}
        return [span for span in found if "/accept" in str(span["attributes"]) and span["parent_id"] in own]

    await until(lambda: bool(tapped()), lambda: [span["name"] for span in spans(stack, trace)])
