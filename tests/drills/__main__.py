"""`make drills`: makes every alert ring by its real fault, beside a real Prometheus, and says after how many seconds.

CASE=name,name chooses, LIST=1 lists. A whole run writes deploy/prometheus/drills.json, of which docs/alerts.md is made.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import tests.drills.faults  # noqa: F401 (fills DRILLS)
from deploy.prometheus.drilled import RESULTS, platform
from tests.drills.centre import Centre, opened
from tests.drills.drill import DRILLS, perform

AT_ONCE = (
    ("kiosks-cut-off", "forged", "garbage", "mqtt-stopped", "nobody-looks", "partner-refuses"),
    ("screening-stopped",),
    ("dispatch-stopped",),
    ("table-locked", "situations-refused"),
    ("ingest-stopped", "correlation-stopped,notify-stopped,lease-left,screens-do-not-read"),
    ("kafka-stopped",),
)
"""One group after the other; within a group side by side, and what stands behind a comma after what is before it.

No drill of a group makes another's alert ring.
"""


def listing() -> str:
    """Every drill with its alerts."""
    return "\n".join(
        f"{one.name:<28}{', '.join(wanted.alert for wanted in one.expected)}\n{'':<28}{one.fr} / {one.en}"
        for one in DRILLS.values()
    )


async def drill_all(chosen: set[str], var: Path) -> list[dict[str, Any]]:
    """A line for each alert that a drill expects."""
    lines: list[dict[str, Any]] = []
    async with opened(var) as centre:
        for group in AT_ONCE:
            async with asyncio.TaskGroup() as tasks:
                for row in group:
                    wanted = [name for name in row.split(",") if name in chosen]
                    tasks.create_task(_row(centre, wanted, lines))
    return lines


async def _row(centre: Centre, names: list[str], lines: list[dict[str, Any]]) -> None:
    for name in names:
        one = DRILLS[name]
        print(f"… {one.fr} / {one.en}", flush=True)
        for line in await perform(centre, one):
            lines.append(line)
            print(_said(line), flush=True)


def _said(line: dict[str, Any]) -> str:
    if line["rang_s"] is None:
        why = "sonnait déjà / rang before" if line["rang_before"] else f"muette / silent ({line['within_s']:g} s)"
        return f"✗ {line['alert']:<28} {why}"
    ends = f"{line['silent_s']:g} s" if line["silent_s"] is not None else line["window"] or "✗"
    return f"{'✓' if _held(line) else '✗'} {line['alert']:<28} {line['rang_s']:>6g} s   fin / end {ends}"


def _held(line: dict[str, Any]) -> bool:
    return line["rang_s"] is not None and (bool(line["window"]) or line["silent_s"] is not None)


def main() -> int:
    """0 if each alert rang in its time and fell silent; 2 for a name that is no drill."""
    if os.environ.get("LIST") == "1":
        print(listing())
        return 0
    named = [name for name in os.environ.get("CASE", "").split(",") if name]
    unknown = [name for name in named if name not in DRILLS]
    if unknown:
        print(f"Exercice inconnu / unknown drill: {unknown[0]} (LIST=1)", file=sys.stderr)
        return 2
    var = Path(tempfile.mkdtemp(prefix="vigie-drills."))
    lines = asyncio.run(drill_all(set(named or DRILLS), var))
    held = all(_held(line) for line in lines)
    if held:
        shutil.rmtree(var)
    else:
        print(f"Journaux / logs: {var}")
    if not named:
        ordered = sorted(lines, key=lambda line: (list(DRILLS).index(line["drill"]), line["alert"]))
        RESULTS.write_text(json.dumps({"machine": platform(), "lines": ordered}, ensure_ascii=False, indent=1) + "\n")
        print(RESULTS)
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
