"""`python -m bench.storm`: table and results/storm.json.

Environment: RATE (10000 signals/s), SECONDS (60), RUNS (1), RESULTS. Exit code 1 where something was lost.
"""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil

from bench import centre
from bench.people import Town
from bench.storm import reckoning
from bench.way import hops
from deploy.local.layout import REPOSITORY
from tests.stack.running import StackProcess, start_stack

RESULTS = Path(os.environ.get("RESULTS") or Path(__file__).resolve().parents[1] / "results" / "storm.json")
SENSORS, PANELS, PLACES = 4_800, 200, 40
"""5,000 devices, in forty streets."""
DC09_PER_S, MQTT_PER_S = 50.0, 100.0
"""One connection a frame, one message an object; the rest comes in requests of a hundred, as gateways send."""
SERVICES = ("ingest", "screening", "correlation", "dispatch", "notify")
DRAIN_S, LOOK_S = 180.0, 0.5
AIM_P99_MS, AIM_DRAINED_S = 250.0, 30.0


@dataclass
class Services:
    """Resident megabytes of each, looked at every LOOK_S, and their processor time."""

    stack: StackProcess
    seen: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in SERVICES})

    async def watch(self) -> None:
        """Until it is cancelled."""
        while True:
            for name, held in self.seen.items():
                held.append(sum(part.memory_info().rss for part in self._parts(name)) / 2**20)
            await asyncio.sleep(LOOK_S)

    def cpu_s(self) -> dict[str, float]:
        """Processor seconds of each, so far."""
        return {name: sum(sum(part.cpu_times()[:2]) for part in self._parts(name)) for name in self.seen}

    def _parts(self, name: str) -> list[psutil.Process]:
        one = psutil.Process(self.stack.facts["pids"][name])
        return [one, *one.children(recursive=True)]


def main() -> None:
    """The storm, as often as RUNS says."""
    rate, seconds = int(os.environ.get("RATE") or 10_000), float(os.environ.get("SECONDS") or 60)
    rows = []
    for number in range(int(os.environ.get("RUNS") or 1)):
        with tempfile.TemporaryDirectory(prefix="vigie-bench-") as name:
            rows.append(asyncio.run(_run(Path(name), rate, seconds, f"storm-{number}")))
        print(_said(rows[-1]), flush=True)
    worst = max(rows, key=lambda row: (row["lost"], row["urgent_p99_ms"]))
    RESULTS.write_text(json.dumps({**worst, "runs": rows}, indent=1) + "\n")
    if any(row["lost"] for row in rows):
        raise SystemExit(1)


async def _run(folder: Path, rate: int, seconds: float, run: str) -> dict[str, Any]:
    sensors, panels = centre.sensors(SENSORS), {f"bench-panel-{n:03d}": f"B{n:03d}" for n in range(PANELS)}
    devices = [centre.device(name, "sensor", n % PLACES) for n, name in enumerate(sensors)]
    devices += [
        centre.device(name, "panel", n % PLACES, panel={"account": account})
        for n, (name, account) in enumerate(panels.items())
    ]
    overlay = centre.write_overlay(folder / "overlay", devices)
    stack = await asyncio.to_thread(start_stack, folder / "stack", "", {"VIGIE_OVERLAY": str(overlay)})
    try:
        return await _measured(folder, stack, rate, seconds, run, sensors, panels)
    finally:
        await asyncio.to_thread(stack.stop)


async def _measured(
    folder: Path, stack: StackProcess, rate: int, seconds: float, run: str, sensors: list[str], panels: dict[str, str]
) -> dict[str, Any]:
    facts, services = stack.facts, Services(stack)
    watching = asyncio.create_task(services.watch())
    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=200), timeout=20, trust_env=False) as http:
        town = Town(http, str(facts["ingest_urls"][0]), str(facts["dispatch_urls"][0]), run)
        following = await town.open()
        rates = {"http": rate - DC09_PER_S - MQTT_PER_S, "dc09": DC09_PER_S, "mqtt": MQTT_PER_S}
        doors = {"ingest": town.ingest, "dc09": _place(facts["dc09"]), "mqtt": _place(facts["mqtt_url"])}
        more = {"run": run, "seconds": seconds, "sensors": sensors, "panels": panels, "rates": rates}
        await asyncio.to_thread((folder / "plan").write_text, json.dumps(doors | more), "utf-8")
        began, used = time.monotonic(), services.cpu_s()
        command = (sys.executable, "-m", "bench.storm.senders", str(folder / "plan"), str(folder / "result"))
        senders = await asyncio.create_subprocess_exec(*command, cwd=REPOSITORY)
        await town.call(1.0, seconds)
        drained = await _drained(stack.kafka, senders, began + seconds)
        used = {name: after - used[name] for name, after in services.cpu_s().items()}
        await town.settled(60)
        for task in (watching, *following):
            task.cancel()
        await asyncio.gather(watching, *following, return_exceptions=True)
    told = json.loads(await asyncio.to_thread((folder / "result").read_text, "utf-8"))
    lost, held = await asyncio.to_thread(reckoning.lost, stack.kafka, told)
    split = hops.split(stack.var / "traces", town.calls)
    median = {hop: round(statistics.median(times), 1) for hop, times in split.items() if times}
    more = {"rate": rate, "seconds": seconds, "lost": lost, "held": held, "drained_s": drained, "hops": median}
    return _row(town, services, told, used, **more)


def _place(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition("//")[2].partition(":")
    return host, int(port)


async def _drained(brokers: str, senders: asyncio.subprocess.Process, end: float) -> float | None:
    """Seconds after the storm's end until every signal has its outcome; None if it took longer than DRAIN_S."""
    while time.monotonic() < end + DRAIN_S:
        if senders.returncode is not None and await asyncio.to_thread(reckoning.backlog, brokers) <= 0:
            if senders.returncode:
                raise subprocess.CalledProcessError(senders.returncode, "bench.storm.senders")
            return round(time.monotonic() - end, 1)
        await asyncio.sleep(LOOK_S)
    return None


def _row(town: Town, services: Services, told: dict[str, Any], used: dict[str, float], **more: Any) -> dict[str, Any]:
    waits = sorted((call.shown - call.sent) * 1000 for call in town.calls if call.shown is not None)
    shown = {name: held for name, held in services.seen.items() if held}
    acknowledged = sum(len(way["acknowledged"]) for way in told.values())
    return more | {
        "sent": sum(way["sent"] for way in told.values()),
        "acknowledged": acknowledged,
        "signals_per_cpu_s": {name: round(acknowledged / seconds) for name, seconds in used.items() if seconds},
        "not_sent_in_time": sum(way["late"] for way in told.values()),
        "urgent": len(town.calls),
        "urgent_not_shown": len(town.calls) - len(waits),
        "urgent_p50_ms": round(waits[len(waits) // 2], 1) if waits else None,
        "urgent_p99_ms": round(waits[int(len(waits) * 0.99)], 1) if waits else None,
        "peak_rss_mb": {name: round(max(held)) for name, held in shown.items()},
        "end_rss_mb": {name: round(held[-1]) for name, held in shown.items()},
        "start_rss_mb": {name: round(held[0]) for name, held in shown.items()},
    }


def _said(row: dict[str, Any]) -> str:
    per_s = row["acknowledged"] / row["seconds"]
    drained = "never" if row["drained_s"] is None else f"{row['drained_s']} s"
    memory = ", ".join(
        f"{name} {row['start_rss_mb'][name]} → {row['peak_rss_mb'][name]} → {row['end_rss_mb'][name]}"
        for name in row["peak_rss_mb"]
    )
    aims = row["urgent_p99_ms"] is not None and row["urgent_p99_ms"] <= AIM_P99_MS and not row["lost"]
    aims = aims and row["drained_s"] is not None and row["drained_s"] <= AIM_DRAINED_S
    return (
        f"wanted {row['rate']}/s for {row['seconds']:g} s: {row['sent']} sent, {row['acknowledged']} acknowledged "
        f"({per_s:.0f}/s), {row['lost']} lost, drained after {drained}\n"
        f"urgent: {row['urgent']}, p50 {row['urgent_p50_ms']} ms, p99 {row['urgent_p99_ms']} ms, "
        f"{row['urgent_not_shown']} not shown; hops (median ms) {row['hops']}\n"
        f"signals a CPU-second: {row['signals_per_cpu_s']}\n"
        f"MB (start → peak → end): {memory}\naims {'met' if aims else 'not met'}"
    )


if __name__ == "__main__":
    main()
