"""`python -m bench.way`: table and results/way.json. Environment: RUNS (5), SECONDS (20 a run), RATES, RESULTS."""

import asyncio
import json
import os
import statistics
import tempfile
from pathlib import Path
from typing import Any

import httpx

from bench import centre
from bench.people import Call, Town
from bench.way import hops, limit
from tests.stack.running import StackProcess, start_stack

RESULTS = Path(os.environ.get("RESULTS") or Path(__file__).resolve().parents[1] / "results" / "way.json")
RATES = (50, 200, 1000)
SENSORS = tuple(centre.sensors(400))
CALL_EVERY_S = 0.5
WARM_S = 5.0
AIM_P50_MS, AIM_P99_MS, AIM_LIMITS = 20.0, 100.0, 3.0


async def main() -> None:
    """All rates in turn, as often as RUNS says."""
    runs, seconds = int(os.environ.get("RUNS") or 5), float(os.environ.get("SECONDS") or 20)
    rates = [int(rate) for rate in os.environ["RATES"].split(",")] if os.environ.get("RATES") else list(RATES)
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as name:
        folder = Path(name)
        devices = [centre.device(name, "sensor", n) for n, name in enumerate(SENSORS)]
        overlay = centre.write_overlay(folder / "overlay", devices)
        stack = await asyncio.to_thread(start_stack, folder / "stack", "", {"VIGIE_OVERLAY": str(overlay)})
        try:
            await asyncio.to_thread(limit.prepare, stack.kafka, stack.database_url)
            measured: dict[int, list[dict[str, Any]]] = {rate: [] for rate in rates}
            for number in range(runs):
                for rate in rates:
                    row = await _measure(stack, rate, seconds, f"way-{number}-{rate}")
                    measured[rate].append(row)
                    print(f"  {number + 1}/{runs} {_said(row)}  load {os.getloadavg()[0]:.1f}", flush=True)
        finally:
            await asyncio.to_thread(stack.stop)
    _report([_together(rate, rows) for rate, rows in measured.items()])


async def _measure(stack: StackProcess, rate: float, seconds: float, run: str) -> dict[str, Any]:
    facts = stack.facts
    limits = httpx.Limits(max_connections=500, max_keepalive_connections=200)
    async with httpx.AsyncClient(limits=limits, timeout=10, trust_env=False) as http:
        town = Town(http, str(facts["ingest_urls"][0]), str(facts["dispatch_urls"][0]), run, SENSORS)
        following = await town.open()
        loading = asyncio.create_task(town.load(rate, WARM_S + seconds))
        await asyncio.sleep(WARM_S)
        with limit.probing(stack.kafka, stack.database_url) as bare:
            await town.call(CALL_EVERY_S, seconds)
            await loading
        await town.settled()
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)
    return _row(rate, town, bare, hops.split(stack.var / "traces", town.calls))


def _row(rate: float, town: Town, bare: limit.Limit, split: dict[str, list[float]]) -> dict[str, Any]:
    waits = sorted(_waits(town.calls))
    return {
        "rate": rate,
        "waits": waits,
        "calls": len(town.calls),
        "not_shown": len(town.calls) - len(waits),
        "refused": town.refused,
        "late": town.late,
        "failed": town.failed[:5],
        "limit_p50_ms": statistics.median(bare.kafka) + statistics.median(bare.postgres),
        "hops": {hop: statistics.median(times) for hop, times in split.items() if times},
    }


def _waits(calls: list[Call]) -> list[float]:
    return [(call.shown - call.sent) * 1000 for call in calls if call.shown is not None]


def _together(rate: int, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """All runs of one rate: percentiles over all calls, and the spread of the runs' medians."""
    waits = sorted(wait for row in rows for wait in row["waits"])
    if not waits:
        raise RuntimeError(f"no call was shown on a tablet: {rows}")
    medians = [statistics.median(row["waits"]) for row in rows if row["waits"]]
    names = rows[0]["hops"]
    return {
        "rate": rate,
        "calls": sum(row["calls"] for row in rows),
        "lost": sum(row["not_shown"] for row in rows),
        "refused": sum(row["refused"] for row in rows),
        "p50_ms": round(_at(waits, 0.5), 1),
        "p95_ms": round(_at(waits, 0.95), 1),
        "p99_ms": round(_at(waits, 0.99), 1),
        "max_ms": round(waits[-1], 1),
        "p50_of_runs_ms": [round(median, 1) for median in medians],
        "limit_p50_ms": round(statistics.median(row["limit_p50_ms"] for row in rows), 1),
        "hops": {name: round(statistics.median(row["hops"][name] for row in rows), 1) for name in names},
    }


def _at(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def _said(row: dict[str, Any]) -> str:
    waits = row["waits"] or [float("nan")]
    return (
        f"{row['rate']:>5}/s  p50 {_at(waits, 0.5):6.1f}  p99 {_at(waits, 0.99):7.1f} ms  "
        f"limit {row['limit_p50_ms']:5.1f}  "
        f"{row['calls']} calls, {row['not_shown']} not shown, {row['refused']} refused, {row['late']} late"
    )


def _report(rows: list[dict[str, Any]]) -> None:
    print(f"\n{'rate':>6}{'p50':>8}{'p95':>8}{'p99':>8}{'max':>8}{'limit':>8}   hops (median ms)")
    for row in rows:
        figures = "".join(f"{row[name]:>8}" for name in ("p50_ms", "p95_ms", "p99_ms", "max_ms", "limit_p50_ms"))
        print(f"{row['rate']:>6}{figures}   " + " ".join(f"{name} {value}" for name, value in row["hops"].items()))
    for row in rows:
        if row["rate"] == 200:
            times = row["p50_ms"] / row["limit_p50_ms"]
            met = row["p50_ms"] <= AIM_P50_MS and row["p99_ms"] <= AIM_P99_MS and times <= AIM_LIMITS
            print(f"at 200/s: {times:.1f} × the limit; aims {'met' if met else 'not met'}")
    RESULTS.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    asyncio.run(main())
