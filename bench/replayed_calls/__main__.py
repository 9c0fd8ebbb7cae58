"""`python -m bench.replayed_calls`: prints every call and the summary, writes bench/results/replayed_calls.json.

Environment: VIGIE_DATA (the shared data folder), RESULTS (file).
"""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.dispatch.networks import DATA
from bench.replayed_calls.comparing import Compared, compare, summary
from bench.replayed_calls.fleet import fleet_of
from bench.replayed_calls.parsing import read_calls
from bench.replayed_calls.replaying import replay

FILE = Path("calls") / "sf_fire_calls_lonemountain_2017.csv"
RESULTS = Path(os.environ.get("RESULTS") or Path(__file__).resolve().parents[1] / "results" / "replayed_calls.json")


def main() -> None:
    """Reads, replays, compares."""
    path = Path(os.environ.get("VIGIE_DATA") or DATA) / FILE
    if not path.is_file():
        print(f"{path} absent : rien à rejouer. / {path} is not here: nothing to replay.")
        return
    calls = read_calls(path)
    fleet = fleet_of(calls)
    compared = compare(calls, fleet, replay(calls, fleet))
    found = summary(compared, fleet)
    _show(compared, found)
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    content = {"summary": found, "calls": [asdict(known) for known in compared]}
    RESULTS.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(f"\n{RESULTS}")


def _show(compared: Sequence[Compared], found: dict[str, Any]) -> None:
    print("Seconds after receipt: dispatched, first on scene, by whom; really → ours (same vehicles in our model)")
    print(f"{'received':<20}{'call':<11}{'':<3}{'dispatched':>13}{'on scene':>20}  first         sent by ours")
    for known in compared:
        print(
            f"{known.received[:19]:<20}{known.number:<11}{known.priority:<3}"
            f"{_s(known.recorded_dispatch_s)} → {_s(known.our_dispatch_s)}"
            f"{_s(known.recorded_on_scene_s):>6} → {_s(known.our_on_scene_s)} ({_s(known.modelled_on_scene_s)})"
            f"  {known.recorded_first or '–':>4} → {known.our_first or '–':<5} {' '.join(known.our_units)}"
        )
    print("\nFleet, from the file alone (effective posts; error: median over its journeys)")
    for posted in found["fleet"]:
        place = posted["post"]
        print(
            f"  {posted['unit']:<4} {posted['capability']:<13} {place['lat']:.4f}, {place['lon']:.4f}  turnout "
            f"{posted['turnout_s']:.0f} s, {posted['journeys']} journeys, error {posted['error_s']:.0f} s"
        )
    print(f"\nSummary over {found['compared']} of {found['calls']} calls (s): median, 90th percentile")
    for name in ("received_to_dispatch_s", "received_to_on_scene_s"):
        for whose, spread in found[name].items():
            print(f"  {name[:-2]:<22} {whose:<32}{spread['median']:>7.0f}{spread['p90']:>7.0f}")
    print(f"  first on scene is the recorded vehicle: {found['first_on_scene_is_the_recorded_one']}")
    print(f"  slots that waited for a vehicle of their kind: {found['slots_that_waited']} of {found['slots']}")
    print("\nLimits")
    for limit in found["limits"]:
        print(f"  - {limit}")


def _s(seconds: float | None) -> str:
    return f"{'–' if seconds is None else format(seconds, '.0f'):>5}"


if __name__ == "__main__":
    main()
