"""What happened to one device's message can be followed through every service."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx

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


def spans(stack: StackProcess) -> Iterator[dict[str, Any]]:
    """The spans of our trace that the services have written so far."""
    for path in (stack.var / "traces").glob("*.jsonl"):
        for line in path.read_text().splitlines():
            if TRACE in line and line.endswith("}"):
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
