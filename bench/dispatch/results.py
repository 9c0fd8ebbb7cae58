"""Rows of the result file (DESIGN.md, "Result files"), tables on the terminal, and the aims."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bench.dispatch.intervals import Interval


@dataclass(frozen=True, slots=True)
class Row:
    """One policy in one model at one utilisation. Shares 0…1, None where the model has no such figure.

    `ci95`: figure → its interval; `late_p1_cut` is the share of late P1 that the policy saves against closest_idle.
    """

    model: str
    utilisation: float
    policy: str
    late_p1: float | None = None
    late_all: float | None = None
    mean_p1_s: float | None = None
    gap_closed: float | None = None
    ci95: dict[str, Interval] = field(default_factory=dict)
    late_p1_cut: float | None = None
    seeds: int = 0
    utilisation_measured: float | None = None


@dataclass(frozen=True, slots=True)
class Aim:
    """One aim of the issue with what was found."""

    text: str
    found: str
    met: bool


def show(title: str, rows: Sequence[Row]) -> None:
    """Prints a table."""
    print(f"\n{title}")
    heads = ("model", "util", "policy", "late P1 %", "late all %", "mean P1 s", "late P1 cut %", "gap closed %")
    print("{:<22}{:>6}  {:<20}{:>22}{:>22}{:>22}{:>22}{:>22}".format(*heads))
    for row in rows:
        cells = (
            _cell(row, "late_p1", 100),
            _cell(row, "late_all", 100),
            _cell(row, "mean_p1_s", 1),
            _cell(row, "late_p1_cut", 100),
            _cell(row, "gap_closed", 100),
        )
        print(f"{row.model:<22}{row.utilisation:>6.2f}  {row.policy:<20}" + "".join(f"{cell:>22}" for cell in cells))


def show_aims(aims: Sequence[Aim]) -> None:
    """Prints what was aimed at, what was found, and whether it is met."""
    print("\nAims")
    for aim in aims:
        print(f"  {'met    ' if aim.met else 'NOT MET'}  {aim.text}: {aim.found}")


def write(path: Path, rows: Sequence[Row], aims: Sequence[Aim], figures: dict[str, Any]) -> None:
    """The result file; NaN becomes null."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"rows": [asdict(row) for row in rows], **figures, "aims": [asdict(aim) for aim in aims]}
    path.write_text(json.dumps(_plain(content), indent=1) + "\n")


def _cell(row: Row, name: str, scale: float) -> str:
    value = getattr(row, name)
    if value is None or math.isnan(value):
        return "–"
    interval = row.ci95.get(name)
    span = f" [{interval[0] * scale:.1f} {interval[1] * scale:.1f}]" if interval else ""
    return f"{value * scale:.1f}{span}"


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    return value
