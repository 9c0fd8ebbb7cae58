"""`python -m bench.growth`: table and results/growth.json.

Environment: SIGNALS (150000), ONLY (screening, dispatch), RESULTS.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path

from bench.growth import ceiling, dispatch, screening

RESULTS = Path(os.environ.get("RESULTS") or Path(__file__).resolve().parents[1] / "results" / "growth.json")
AIM_KEPT = 0.9


def main() -> None:
    """One dimension after the other, everything else as it is."""
    count = int(os.environ.get("SIGNALS") or 150_000)
    only = os.environ.get("ONLY") or "screening,dispatch"
    found: dict[str, dict[str, float]] = {}
    if "screening" in only:
        found["signals a CPU-second by devices"] = _by(
            (200, 2_000, 20_000), lambda devices: screening.per_cpu_s(count, devices=devices)
        )
        found["signals a CPU-second by sectors"] = _by(
            (12, 120, 1_200), lambda sectors: screening.per_cpu_s(count, sectors=sectors)
        )
        workers = _by((1, 2), lambda workers: screening.per_cpu_s(2 * count, workers=workers))
        found["signals a CPU-second by workers"] = workers
        kept, machine = workers["2"] / workers["1"], ceiling.kept_with_two()
        found["share kept with two"] = {"workers": round(kept, 2), "the machine": round(machine, 2)}
        print(f"2 workers keep {kept:.2f} (aim {AIM_KEPT}, {'met' if kept >= AIM_KEPT else 'not met'});", end=" ")
        print(f"two loops that share nothing keep {machine:.2f} on this machine")
    if "dispatch" in only:
        found["ms of dispatch an SOS by units, each with a tablet"] = _by(
            (32, 320), lambda units: dispatch.cost_ms(units=units)
        )
        found["ms of dispatch an SOS by open incidents"] = _by(
            (10, 1_000), lambda number: dispatch.cost_ms(open_incidents=number)
        )
        found["ms of dispatch an SOS by connected tablets"] = _by(
            (32, 1_000), lambda tablets: dispatch.cost_ms(tablets=tablets)
        )
    for name, row in found.items():
        print(f"{name:52}" + "   ".join(f"{size}: {value:.1f}" for size, value in row.items()))
    RESULTS.write_text(json.dumps(found, indent=1) + "\n")


def _by(sizes: tuple[int, ...], measure: Callable[[int], float]) -> dict[str, float]:
    row = {}
    for size in sizes:
        row[str(size)] = round(measure(size), 2)
        print(f"  {size}: {row[str(size)]}", flush=True)
    return row


if __name__ == "__main__":
    main()
