"""`python -m bench.recording`: tables and results/recording.json.

Environment: INCIDENTS (300000 in the year), CALLS (60 really handled), ASKED (200 times each question), RESULTS.
"""

import asyncio
import json
import os
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg

from bench import centre
from bench.people import Town
from bench.recording import year
from tests.stack.running import StackProcess, start_stack

RESULTS = Path(os.environ.get("RESULTS") or Path(__file__).resolve().parents[1] / "results" / "recording.json")
CALL_EVERY_S = 0.5
AIM_P99_MS = 50.0
COUNTERS = """
SELECT (SELECT sum(xact_commit) FROM pg_stat_database) AS commits,
       (SELECT wal_records FROM pg_stat_wal) AS wal_records,
       (SELECT wal_bytes FROM pg_stat_wal)::bigint AS wal_bytes,
       (SELECT sum(n_tup_ins) FROM pg_stat_user_tables) AS inserted,
       (SELECT sum(n_tup_upd) FROM pg_stat_user_tables) AS updated,
       (SELECT sum(pg_total_relation_size(relid)) FROM pg_stat_user_tables)::bigint AS bytes
"""


def main() -> None:
    """Handles real calls, copies them into a year, asks what a console asks."""
    wanted, calls = int(os.environ.get("INCIDENTS") or 300_000), int(os.environ.get("CALLS") or 60)
    asked = int(os.environ.get("ASKED") or 200)
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as name:
        folder = Path(name)
        overlay = centre.write_overlay(folder / "overlay", ())
        stack = start_stack(folder / "stack", "", {"VIGIE_OVERLAY": str(overlay)})
        try:
            cost = asyncio.run(_cost(stack, calls))
            print(_of_cost(cost), flush=True)
            began = time.monotonic()
            incidents = year.fill(stack.database_url, wanted, lambda said: print(f"  {said}", end="\r", flush=True))
            size = _counters(stack.database_url)["bytes"]
            filled = {"incidents": incidents, "bytes": size, "filled_s": round(time.monotonic() - began)}
            print(f"{incidents} incidents, {size / 2**30:.1f} GiB, copied in {filled['filled_s']} s", flush=True)
            questions = _ask(stack, asked)
        finally:
            stack.stop()
    for name, row in questions.items():
        met = "met" if row["p99_ms"] <= AIM_P99_MS else "not met"
        print(f"{name:28} p50 {row['p50_ms']:7.1f}  p99 {row['p99_ms']:7.1f}  max {row['max_ms']:7.1f} ms  {met}")
    RESULTS.write_text(json.dumps({"per_assignment": cost, "year": filled, "questions": questions}, indent=1) + "\n")


async def _cost(stack: StackProcess, calls: int) -> dict[str, float]:
    """Counters of a time with calls, less those of as long a time without, by assignment."""
    seconds = calls * CALL_EVERY_S
    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=200), timeout=10, trust_env=False) as http:
        town = Town(http, str(stack.facts["ingest_urls"][0]), str(stack.facts["dispatch_urls"][0]), "recording")
        following = await town.open()
        idle = await _during(stack, seconds + 10, asyncio.sleep(0))
        busy = await _during(stack, seconds + 10, town.call(CALL_EVERY_S, seconds))
        await town.settled()
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)
    return {name: round((busy[name] - idle[name]) / len(town.calls), 1) for name in busy}


async def _during(stack: StackProcess, seconds: float, act: Any) -> dict[str, int]:
    before = await asyncio.to_thread(_counters, stack.database_url)
    await asyncio.gather(act, asyncio.sleep(seconds))
    after = await asyncio.to_thread(_counters, stack.database_url)
    return {name: after[name] - before[name] for name in before}


def _counters(database: str) -> dict[str, int]:
    with psycopg.connect(database) as conn:
        cursor = conn.execute(COUNTERS)
        [row] = cursor.fetchall()
        return {str(column.name): int(value) for column, value in zip(cursor.description or (), row, strict=True)}


def _ask(stack: StackProcess, times: int) -> dict[str, dict[str, float]]:
    """Every question on a day somewhere in the year, one after the other, by one console."""
    door = str(stack.facts["dispatch_urls"][0])
    with psycopg.connect(stack.database_url) as conn:
        ids = [row[0] for row in conn.execute("SELECT id FROM dispatch.incidents ORDER BY random() LIMIT 500")]
    found: dict[str, list[float]] = {}
    with httpx.Client(timeout=60, trust_env=False) as http:
        for number in range(times):
            day = datetime.now(UTC) - timedelta(days=number % 360)
            since, until = (day - timedelta(days=1)).isoformat(), day.isoformat()
            for name, path, params in _questions(ids[number % len(ids)], since, until):
                began = time.perf_counter()
                http.get(door + path, params=params).raise_for_status()
                found.setdefault(name, []).append((time.perf_counter() - began) * 1000)
    return {name: _row(sorted(held)) for name, held in found.items()}


def _questions(incident: str, since: str, until: str) -> list[tuple[str, str, dict[str, Any]]]:
    period = {"since": since, "until": until}
    return [
        ("list: open", "/v1/incidents", {"state": ["open", "in_progress"], "limit": 200}),
        ("list: all, newest 200", "/v1/incidents", {"limit": 200}),
        ("card", f"/v1/incidents/{incident}", {}),
        ("log: a day, first page", "/v1/log", period | {"limit": 100}),
        ("log: a day, by nature", "/v1/log", period | {"nature": ["sos"], "priority": ["P1"]}),
        ("log: words, a day", "/v1/log", period | {"q": "portail"}),
        ("log: words, the year", "/v1/log", {"since": "2000-01-01T00:00:00Z", "q": "portail"}),
        ("report: shift", "/v1/shift-summary", period),
        ("report: alarm load, a day", "/v1/alarm-load", {"minutes": 1440}),
        ("units", "/v1/units", {}),
    ]


def _row(held: list[float]) -> dict[str, float]:
    at = [held[int(len(held) * share)] for share in (0.5, 0.99)]
    return {"p50_ms": round(at[0], 1), "p99_ms": round(at[1], 1), "max_ms": round(held[-1], 1)}


def _of_cost(cost: dict[str, float]) -> str:
    return (
        f"an SOS from call to cleared: {cost['commits']} commits, {cost['inserted']} rows inserted, "
        f"{cost['updated']} updated, "
        f"{cost['wal_bytes'] / 1024:.0f} kB of WAL, {cost['bytes'] / 1024:.0f} kB of tables and indexes"
    )


if __name__ == "__main__":
    main()
