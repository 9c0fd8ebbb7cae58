"""The city of the faults: Metz with more patrols, and an app SOS that also goes to the police, who listen."""

from __future__ import annotations

import json
import os
from pathlib import Path

AGENCY = "police-nationale-metz"
SECRET = "VIGIE_SECRET_POLICE_METZ"
SHARE = float(os.environ.get("VIGIE_FAULTS_LOAD") or 1.0)
"""Of the load: less on a machine that is busy with other things. It stands in the summary."""
PATROLS = max(4, round(24 * SHARE))
"""So many that one is free for each SOS: two a second, each bound for three seconds. Metz's own are off duty."""
ANSWERS_WITHIN_S = 600
"""Longer than any fault: a hand-over that nobody answers in time would be another story."""
OFF_DUTY = ("pm-11", "pm-12", "pm-21", "pm-22", "pm-31", "pm-32", "pm-33", "pm-41")
SOUTH, WEST, NORTH, EAST = 49.085, 6.140, 49.145, 6.225
STEP_DEG = 0.0031
"""Between neighbouring calls: 230 m and more, so that no call looks like its neighbour's duplicate."""


def units() -> list[str]:
    """The patrols of the faults, by id."""
    return [f"fp-{number:02d}" for number in range(1, PATROLS + 1)]


def spot(number: int) -> tuple[float, float]:
    """Where call `number` comes from: latitude and longitude on a grid over the city, each its own place."""
    columns, rows = int((EAST - WEST) / STEP_DEG), int((NORTH - SOUTH) / STEP_DEG)
    cell = number * 97 % (columns * rows)  # neighbours in time are far apart
    return round(SOUTH + cell // columns * STEP_DEG, 5), round(WEST + cell % columns * STEP_DEG, 5)


def home(unit: str) -> tuple[float, float]:
    """Where a patrol stands: latitude and longitude."""
    return spot(units().index(unit) * 7)


def write_overlay(folder: Path, webhook: str) -> Path:
    """The overlay's folder; `webhook` is where the partner listens. JSON is YAML."""
    folder.mkdir(parents=True, exist_ok=True)
    content = {
        "units": [
            *(_unit(name, number) for number, name in enumerate(units())),
            *({"id": name, "on_duty": False} for name in OFF_DUTY),
        ],
        "agencies": [{"id": AGENCY, "webhook_url": webhook, "acknowledge_within_s": ANSWERS_WITHIN_S}],
        "run_cards": [
            {
                "id": "sos-application",
                "responders": [{"kind": "patrol"}, {"kind": "national_police", "agency": AGENCY}],
            }
        ],
    }
    (folder / "faults.yaml").write_text(json.dumps(content, indent=1), "utf-8")
    return folder


def _unit(name: str, number: int) -> dict[str, object]:
    lat, lon = home(name)
    return {
        "id": name,
        "call_sign": f"Faute {number + 1}",
        "kind": "patrol",
        "commune": "57463",
        "sector": "centre-ville",
        "position": {"lat": lat, "lon": lon},
        "capabilities": ["car", "first_aid"],
    }
