"""`python -m bench.start`: table and results/start.json. Environment: RUNS (3), RESULTS.

Cold: nothing is there (a database and a broker are made, the pack is applied). Warm: the same state folder once more.
Downloads are not counted: they stand in the cache.
"""

import asyncio
import json
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
import psutil

from bench import centre
from bench.people import Town
from deploy.local.layout import REPOSITORY
from deploy.local.settings import LocalSettings
from tests.stack.running import StackProcess, start_stack

RESULTS = Path(os.environ.get("RESULTS") or Path(__file__).resolve().parents[1] / "results" / "start.json")
IDLE_S = 10.0


def main() -> None:
    """Cold and warm in turn."""
    runs = int(os.environ.get("RUNS") or 3)
    found: dict[str, list[dict[str, float]]] = {"cold": [], "warm": []}
    memory: dict[str, float] = {}
    for number in range(runs):
        with tempfile.TemporaryDirectory(prefix="vigie-bench-") as name:
            overlay = centre.write_overlay(Path(name) / "overlay", ())
            for kind, rows in found.items():
                began = time.monotonic()
                stack = start_stack(Path(name) / "stack", "", {"VIGIE_OVERLAY": str(overlay)})
                try:
                    ready = time.monotonic() - began
                    asyncio.run(_assigned(stack, f"{kind}-{number}"))
                    rows.append({"ready_s": ready, "assigned_s": time.monotonic() - began})
                    time.sleep(IDLE_S)  # what each holds once it has settled is what is asked
                    memory = _memory(stack)
                finally:
                    stack.stop()
                print(f"  {number + 1}/{runs} {kind}: {rows[-1]['assigned_s']:.1f} s", flush=True)
    _report(found, memory, _sizes())


async def _assigned(stack: StackProcess, run: str) -> None:
    """Returns when a tablet showed the assignment of an SOS that was sent now."""
    async with httpx.AsyncClient(timeout=10, trust_env=False) as http:
        town = Town(http, str(stack.facts["ingest_urls"][0]), str(stack.facts["dispatch_urls"][0]), run)
        following = await town.open()
        await town.call(0.01, 0.01)
        await town.settled(60)
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)
        if not all(call.shown for call in town.calls):
            raise TimeoutError("no tablet showed an assignment within 60 s")


def _memory(stack: StackProcess) -> dict[str, float]:
    """Proportional megabytes (PSS) of each part with its children: pages that several share are divided among them."""
    held = {}
    for name, pid in stack.facts["pids"].items():
        one = psutil.Process(pid)
        family = [one] if name == "supervisor" else [one, *one.children(recursive=True)]
        held[name] = round(sum(process.memory_full_info().pss for process in family) / 2**20, 1)
    return held


def _sizes() -> dict[str, int]:
    """Megabytes on disk."""
    places = {"python": REPOSITORY / ".venv", "pages": REPOSITORY / "web" / "dist"}
    places |= {path.name: path for path in sorted(LocalSettings().cache.glob("kafka-*")) if path.is_dir()}
    return {name: _size(path.resolve()) for name, path in places.items() if path.exists()}


def _size(folder: Path) -> int:
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return round(sum(path.stat().st_size for path in files) / 2**20)


def _report(found: dict[str, list[dict[str, float]]], memory: dict[str, float], sizes: dict[str, int]) -> None:
    row: dict[str, Any] = {}
    for kind, rows in found.items():
        row[kind] = {
            name: {
                "median": round(statistics.median(one[name] for one in rows), 1),
                "min": round(min(one[name] for one in rows), 1),
                "max": round(max(one[name] for one in rows), 1),
            }
            for name in ("ready_s", "assigned_s")
        }
        ready, assigned = row[kind]["ready_s"], row[kind]["assigned_s"]
        print(
            f"{kind}: ready {ready['median']} s ({ready['min']}–{ready['max']}), "
            f"first assignment {assigned['median']} s ({assigned['min']}–{assigned['max']})"
        )
    print("MB in memory: " + ", ".join(f"{name} {held:g}" for name, held in memory.items()))
    print("MB on disk: " + ", ".join(f"{name} {size}" for name, size in sizes.items()))
    RESULTS.write_text(json.dumps(row | {"memory_mb": memory, "disk_mb": sizes}, indent=1) + "\n")


if __name__ == "__main__":
    main()
