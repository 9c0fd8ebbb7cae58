"""Where the time went, from the services' own spans: milliseconds of each hop of each call."""

import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bench.people import Call

HOPS = ("to_ingest", "ingest", "kafka", "dispatch", "stream")


def split(folder: Path, calls: Iterable[Call]) -> dict[str, list[float]]:
    """By hop. `kafka`: from ingest's send to dispatch's first look; `stream`: from dispatch's commit to the tablet."""
    traces, of_signal = _read(folder)
    found: dict[str, list[float]] = {hop: [] for hop in HOPS}
    for call in calls:
        spans = traces.get(of_signal.get(call.signal_id or "", ""), ())
        received = [span for span in spans if span["name"] == "ingest.receive"]
        decided = [span for span in spans if span["name"] == "dispatch.alarms.urgent"]
        if call.shown is None or not received or not decided:
            continue
        first = min(decided, key=lambda span: int(span["end_ns"]))
        began, looked = received[0]["start_ns"] / 1e9, first["start_ns"] / 1e9
        handed = min(received[0]["end_ns"] / 1e9, looked)
        moments = (call.sent, began, handed, looked, first["end_ns"] / 1e9, call.shown)
        for hop, before, after in zip(HOPS, moments, moments[1:], strict=False):
            found[hop].append((after - before) * 1000)
    return found


def _read(folder: Path) -> tuple[dict[str, list[dict[str, Any]]], dict[str, str]]:
    traces: dict[str, list[dict[str, Any]]] = defaultdict(list)
    of_signal: dict[str, str] = {}
    for file in folder.glob("*.jsonl"):
        with file.open(encoding="utf-8") as lines:
            for line in lines:
                if not line.endswith("\n"):
                    continue  # being written
                span = json.loads(line)
                traces[span["trace_id"]].append(span)
                if span["name"] == "ingest.receive":
                    of_signal[span["attributes"]["signal_id"]] = span["trace_id"]
    return traces, of_signal
