"""`python -m bench.scaling [--check]`: writes the tables of docs/scaling.md anew from bench/results.

`--check` writes nothing: exit code 1 where the page says something else.
"""

import json
import sys
from pathlib import Path
from typing import Any

from bench.scaling.sizes import (
    BUSY,
    CALLS_PEAK,
    CAMERAS_PEAK,
    DAY_S,
    DAYS_KEPT,
    OBJECTS_A_CAMERA_A_DAY,
    OBJECTS_THAT_PASS,
    REPLICAS,
    SIGN_OF_LIFE_S,
    SIZES,
    Costs,
    Size,
    dispatch_load,
    processes,
)
from bench.screening import workload
from schemas.codec import encode
from schemas.messages.signal import Signal
from schemas.vocabulary.signals import Outcome, ScreeningReason
from services.triage.screening.domain.decision import Decision
from services.triage.screening.messages import to_outcome

ROOT = Path(__file__).resolve().parents[2]
PAGE, RESULTS = ROOT / "docs" / "scaling.md", ROOT / "bench" / "results"
BEGIN, END = "<!-- reckoned: make bench-scaling -->", "<!-- end -->"
NAMES = ("storm", "growth", "correlation", "recording")


def main() -> None:
    """Writes, or with `--check` compares."""
    held = PAGE.read_text("utf-8")
    begin, end = held.index(BEGIN) + len(BEGIN), held.index(END)
    told = f"{held[:begin]}\n{tables(results())}{held[end:]}"
    if told == held:
        return
    if "--check" in sys.argv[1:]:
        raise SystemExit("docs/scaling.md est périmé : make bench-scaling. / docs/scaling.md is out of date.")
    PAGE.write_text(told, "utf-8")


def tables(found: dict[str, Any]) -> str:
    """What is assumed, what was measured, and what follows, as Markdown."""
    costs = Costs.of(found, _bytes_a_signal())
    parts = [("What it has to bear", _load), ("What it takes", _takes), ("PostgreSQL and Kafka", _stores)]
    told = [_costs(costs), *(_table(title, [row(size, costs) for size in SIZES]) for title, row in parts)]
    return "\n".join(told)


def _costs(costs: Costs) -> str:
    kilobytes = f"{costs.wal_bytes / 1000:.0f} kB of log, {costs.bytes_an_incident / 1000:.0f} kB of tables"
    measured = {
        "ingest (lists, MQTT, DC-09; the storm)": f"{costs.ingest:,.0f} signals a second",
        "screening (20,000 devices or fewer)": f"{costs.screening:,.0f} signals a second",
        "correlation": f"{costs.correlation:,.0f} alarms a second",
        "dispatch, reading outcomes (the storm)": f"{costs.dispatch:,.0f} signals a second",
        "dispatch, an SOS from call to cleared, 320 units": f"{costs.sos_ms:.0f} ms",
        "the same, 1,000 tablets": f"{costs.sos_ms_many_tablets:.0f} ms",
        "PostgreSQL, an SOS": f"{costs.commits:.0f} commits, {kilobytes}",
        "Kafka, a signal and its outcome": f"{costs.bytes_a_signal:,.0f} bytes, {REPLICAS} replicas, {DAYS_KEPT} days",
    }
    lines = [f"| {name} | {told} |" for name, told in measured.items()]
    assumed = (
        f"{OBJECTS_A_CAMERA_A_DAY:.0f} objects a camera a day, {CAMERAS_PEAK:.0f} times as many in the busiest hour, "
        f"{OBJECTS_THAT_PASS:.0%} of them alarms; a sign of life a device every {SIGN_OF_LIFE_S / 60:.0f} minutes; "
        f"calls {CALLS_PEAK:.0f} times as many in the busiest hour; processors planned for {BUSY:.0%}"
    )
    return "\n".join(["### Measured", "", "| | one processor |", "|---|---|", *lines, "", f"Assumed: {assumed}.", ""])


def _load(size: Size, _: Costs) -> dict[str, str]:
    return {
        "": size.name,
        "calls a year": f"{size.calls_a_year:,.0f}",
        "cameras": f"{size.cameras:,}",
        "other devices": f"{size.devices:,}",
        "tablets": f"{size.tablets:,}",
        "signals/s at peak": f"{size.signals_at_peak:,.0f}",
        "alarms/s at peak": f"{size.alarms_at_peak:,.1f}",
        "calls/s at peak": f"{size.calls_at_peak:,.3f}",
    }


def _takes(size: Size, costs: Costs) -> dict[str, str]:
    def all_centres(a_second: float, per_cpu_s: float) -> str:
        each = processes(a_second / size.centres, per_cpu_s)
        whole = processes(a_second, per_cpu_s)
        return f"{each}" if size.centres == 1 else f"{each} each; {whole} if they were one"

    one = size.signals_at_peak / costs.dispatch + size.calls_at_peak * costs.sos_ms / 1000
    return {
        "": size.name,
        "ingest": all_centres(size.signals_at_peak, costs.ingest),
        "screening": all_centres(size.signals_at_peak, costs.screening),
        "correlation": all_centres(size.alarms_at_peak, costs.correlation),
        "busy share of each dispatch": f"{dispatch_load(size, costs):.1%}"
        + ("" if size.centres == 1 else f"; {one:.0%} if they were one: **breaks**"),
        "tablets of each dispatch": f"{size.tablets / size.centres:,.0f}",
    }


def _stores(size: Size, costs: Costs) -> dict[str, str]:
    a_year = size.calls_a_year / size.centres
    written = size.signals_per_s / size.centres * costs.bytes_a_signal
    return {
        "": size.name if size.centres == 1 else f"{size.name}, each",
        "incidents a year": f"{a_year:,.0f}",
        "PostgreSQL, GB a year": f"{a_year * costs.bytes_an_incident / 1e9:,.1f}",
        "commits/s at peak": f"{size.calls_at_peak / size.centres * costs.commits:,.2f}",
        "log, kB/s at peak": f"{size.calls_at_peak / size.centres * costs.wal_bytes / 1000:,.1f}",
        "Kafka, kB/s in": f"{written * REPLICAS / 1000:,.0f}",
        "Kafka, GB on all brokers": f"{written * REPLICAS * DAYS_KEPT * DAY_S / 1e9:,.0f}",
    }


def _table(title: str, rows: list[dict[str, str]]) -> str:
    """Sizes side by side, one line a figure."""
    names = [name for name in rows[0] if name]
    lines = [f"| | {' | '.join(row[''] for row in rows)} |", "|---" * (len(rows) + 1) + "|"]
    lines += [f"| {name} | {' | '.join(row[name] for row in rows)} |" for name in names]
    return "\n".join([f"### {title}", "", *lines, ""])


def _bytes_a_signal() -> float:
    """A record of `signals` and its outcome, with key and headers: the mean of those that screening is measured by."""
    total = count = 0
    for key, value, headers, at in workload.records(200, 0.0):
        signal = Signal.model_validate_json(value)
        decision = Decision(Outcome.ALARM, ScreeningReason.NEW, at / 1000)
        for record in ((key, value, headers), encode(to_outcome(signal, decision), "vigie/screening")):
            total += len(record[0]) + len(record[1]) + sum(len(name) + len(told) for name, told in record[2])
        count += 1
    return total / count


def results() -> dict[str, Any]:
    """The result files that the page is made from, by name."""
    return {name: json.loads((RESULTS / f"{name}.json").read_text("utf-8")) for name in NAMES}


if __name__ == "__main__":
    main()
