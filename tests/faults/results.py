"""Which cases are wanted, and where their results are kept: var/faults/summary.json, written after each case."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from deploy.local.layout import REPOSITORY
from tests.faults import soak
from tests.faults.case import CASES, Case

INVARIANTS = ("L", "U", "E", "T")
MARKS = {True: "✓", False: "✗", None: "·"}


def summary_file() -> Path:
    """var/faults/summary.json of this project, or of VIGIE_VAR."""
    var = Path(os.environ.get("VIGIE_VAR") or REPOSITORY / "var")
    return var / "faults" / "summary.json"


def read() -> list[dict[str, Any]]:
    """The lines of earlier cases."""
    try:
        lines: list[dict[str, Any]] = json.loads(summary_file().read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return []
    return lines


def write(line: dict[str, Any]) -> None:
    """Adds or replaces one line; the file is whole at every moment."""
    lines = [known for known in read() if known["fault"] != line["fault"]] + [line]
    order = {name: number for number, name in enumerate(CASES)}
    lines.sort(key=lambda known: order.get(known["fault"], len(order)))
    file = summary_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_suffix(".new")
    temporary.write_text(json.dumps(lines, ensure_ascii=False, indent=1) + "\n", "utf-8")
    temporary.replace(file)


def wanted() -> list[Case]:
    """By the environment: CASE (names, comma separated), SHORT=1, RESUME=1 (without those that passed), SOAK=1."""
    if os.environ.get("SOAK") == "1":
        return [soak.as_case()]
    names = [name for name in os.environ.get("CASE", "").split(",") if name]
    chosen = [CASES[name] for name in names] if names else list(CASES.values())
    if os.environ.get("SHORT") == "1" and not names:
        chosen = [case for case in chosen if case.short]
    if os.environ.get("RESUME") == "1":
        passed = {line["fault"] for line in read() if line["passed"]}
        chosen = [case for case in chosen if case.name not in passed]
    return chosen


def holds(line: dict[str, Any]) -> bool:
    """Whether a line passes; with URGENT=report whatever its T is."""
    if os.environ.get("URGENT") != "report":
        return bool(line["passed"])
    return all(held is not False for name, held in line["invariants"].items() if name != "T")


def one_line(line: dict[str, Any]) -> str:
    """A line of the table."""
    holds = "  ".join(f"{name} {MARKS[line['invariants'][name]]}" for name in INVARIANTS)
    worst = "-" if line["worst_urgent_ms"] is None else f"{line['worst_urgent_ms']:.0f}"
    return (
        f"{line['fault']:<30} {holds}  {line['sent']:>6} {line['acknowledged']:>6} {line['lost']:>5}"
        f" {line['doubled']:>5} {worst:>8} {line['seconds']:>6.0f} {line['load_average']:>5.1f}"
        f"  {'ok' if line['passed'] else 'FAILED'}"
    )


def memory(lines: list[dict[str, Any]]) -> str:
    """What the soak found of each process's memory; empty without one."""
    return "\n".join(soak.memory_table(line["notes"]["memory_mb"]) for line in lines if "memory_mb" in line["notes"])


def table(lines: list[dict[str, Any]]) -> str:
    """Fault × invariant, with figures."""
    head = f"{'panne / fault':<30} L    U    E    T      sent   acked  lost  dbl  worst ms   secs  load"
    return "\n".join([head, *(one_line(line) for line in lines)])
