"""Metz with more patrols, so that one is free for each SOS, and with devices for the load."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

PATROLS = 32
OFF_DUTY = ("pm-11", "pm-12", "pm-21", "pm-22", "pm-31", "pm-32", "pm-33", "pm-41")
SOUTH, WEST, NORTH, EAST = 49.085, 6.140, 49.145, 6.225
MIDDLE = (49.1185, 6.1750)
STEP_DEG = 0.0031
"""230 m and more between neighbouring calls: none looks like its neighbour's duplicate."""


def patrols(count: int = PATROLS) -> list[str]:
    """Their ids."""
    return [f"bench-{number:02d}" for number in range(count)]


def spot(number: int) -> tuple[float, float]:
    """Where call `number` comes from: latitude, longitude."""
    columns, rows = int((EAST - WEST) / STEP_DEG), int((NORTH - SOUTH) / STEP_DEG)
    cell = number * 97 % (columns * rows)
    return round(SOUTH + cell // columns * STEP_DEG, 5), round(WEST + cell % columns * STEP_DEG, 5)


def sensors(count: int) -> list[str]:
    """Their ids."""
    return [f"bench-sensor-{number:04d}" for number in range(count)]


def device(name: str, kind: str, place: int, **more: Any) -> dict[str, Any]:
    """One device of the pack, at one of four hundred places in the middle of the town."""
    lat, lon = MIDDLE[0] + place % 20 * 1e-4, MIDDLE[1] + place // 20 % 20 * 1e-4
    return {**_placed(name, round(lat, 5), round(lon, 5)), "kind": kind, "name": name, **more}


def _placed(name: str, lat: float, lon: float) -> dict[str, Any]:
    return {"id": name, "commune": "57463", "sector": "centre-ville", "position": {"lat": lat, "lon": lon}}


def write_overlay(folder: Path, devices: Iterable[dict[str, Any]], units: int = PATROLS) -> Path:
    """The overlay's folder, for `VIGIE_OVERLAY`. JSON is YAML."""
    folder.mkdir(parents=True)
    more = {"kind": "patrol", "capabilities": ["car", "first_aid"]}
    all_of_them = enumerate(patrols(units))
    patrolling = [{**_placed(name, *spot(n * 7)), "call_sign": f"Banc {n}", **more} for n, name in all_of_them]
    content = {
        "units": [*patrolling, *({"id": name, "on_duty": False} for name in OFF_DUTY)],
        "devices": list(devices),
        "run_cards": [{"id": "sos-application", "responders": [{"kind": "patrol"}]}],
    }
    (folder / "bench.yaml").write_text(json.dumps(content), "utf-8")
    return folder
