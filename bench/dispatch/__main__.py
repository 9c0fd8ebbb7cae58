"""`python -m bench.dispatch`: all comparisons, tables, and bench/results/dispatch.json.

Environment: STREETS (file), STATIONS (CSV of lat,lon or a number), UNITS, SEEDS (runs a comparison),
WORKERS, VIGIE_DATA (the shared data folder), RESULTS (file).
"""

import os
from pathlib import Path
from time import perf_counter

import numpy as np

from bench.dispatch import aims, brute_force, erlang, gap, timing
from bench.dispatch.calls import CENTRE, PUBLISHED, Mix
from bench.dispatch.city import City
from bench.dispatch.full import POLICIES, REPORT_SEEDS, Plan, calibrate, compare
from bench.dispatch.networks import DATA, UNITS, cities
from bench.dispatch.results import Row, show, show_aims, write
from bench.travel import measuring
from bench.travel.networks import grid, read_streets
from services.dispatch.travel.engines.choosing import engine_for
from services.dispatch.travel.streets import StreetTravel

RESULTS = Path(os.environ.get("RESULTS") or Path(__file__).resolve().parents[1] / "results" / "dispatch.json")
UTILISATIONS = (0.2, 0.35, 0.6, 0.8)
PUBLISHED_AT = (0.35, 0.6)
DAYS, SEEDS, GRID_SIDE, ETA_TURNS = 4.0, 24, 100, 2_000
GAP_SEEDS = 40_000
"""First seed of the clairvoyant's days. Others than the full simulation's: those were seen while this model's full
weighting was being defined."""


def main() -> None:
    """Runs everything, one part after the other."""
    begin = perf_counter()
    seeds, workers = int(os.environ.get("SEEDS") or SEEDS), int(os.environ.get("WORKERS") or 2)
    one, whole = timing.measure()
    eta = _eta()
    city = _city()
    print(f"{city.name}: {city.points} demand points, {len(city.posts)} posts, {len(city.homes)} units")
    rows = erlang.rows()
    show("Erlang-B: share lost, theory and simulation", rows)
    gaps = gap.rows(city, UTILISATIONS, range(GAP_SEEDS, GAP_SEEDS + 2 * seeds), workers)
    show("Against the clairvoyant (roving units, one kind of call, exact by assignment)", gaps)
    rows += gaps
    for mix, utilisations in ((CENTRE, UTILISATIONS), (PUBLISHED, PUBLISHED_AT)):
        full = [row for each in utilisations for row in _full(city, mix, each, seeds, workers)]
        show(f"Full simulation, {mix.name} mix", full)
        rows += full
    matching_gap, compared = brute_force.largest_gap()
    print(f"\nMatching against brute force: {compared} cases up to 8 × 8, largest gap {matching_gap:.1e}")
    for name, times in (("recommend one", one), ("match 50 incidents", whole), ("times 60 × 1", eta)):
        print(f"{name}: p50 {times.clock_p50:.2f} p99 {times.clock_p99:.2f} ms, processor {times.processor_p99:.2f} ms")
    judged = aims.judge(rows, matching_gap, whole, eta)
    show_aims(judged)
    figures = {
        "decision_p99_ms": whole.clock_p99,
        "eta_60x1_p99_ms": eta.clock_p99,
        "processor_p99_ms": {"decision": whole.processor_p99, "eta_60x1": eta.processor_p99},
        "recommend_one_p99_ms": one.clock_p99,
        "matching_gap": matching_gap,
        "city": city.name,
        "seconds": perf_counter() - begin,
    }
    write(RESULTS, rows, judged, figures)
    print(f"\n{figures['seconds']:.0f} s; {RESULTS}")


def _full(city: City, mix: Mix, utilisation: float, seeds: int, workers: int) -> list[Row]:
    plan = Plan(city, mix, utilisation, calibrate(city, mix, utilisation), DAYS, tuple(POLICIES))
    return compare(plan, range(REPORT_SEEDS, REPORT_SEEDS + seeds), workers)


def _city() -> City:
    streets = os.environ.get("STREETS")
    return cities(
        Path(os.environ.get("VIGIE_DATA") or DATA),
        Path(streets) if streets else None,
        os.environ.get("STATIONS", ""),
        int(os.environ.get("UNITS") or UNITS),
    )


def _eta() -> timing.Times:
    """Production's travel times, 60 units to one incident, on the same streets or a grid."""
    roads = (
        Path(os.environ.get("VIGIE_DATA") or DATA)
        / "roads"
        / "manhattan_jemss"
        / "1"
        / "travel"
        / "roads"
        / "roads.zip"
    )
    streets = Path(os.environ["STREETS"]) if os.environ.get("STREETS") else roads
    graph = read_streets(streets) if streets.exists() else grid(GRID_SIDE)
    travel = StreetTravel(graph, engine_for(graph, None))
    measured = measuring.eta_60x1(travel, ETA_TURNS, np.random.default_rng(1))
    return timing.Times(measured.at(50)[0], *measured.at(99))


if __name__ == "__main__":
    main()
