"""The issue's aims, each judged on the rows; what is not met is said."""

from collections.abc import Sequence
from math import isnan

from bench.dispatch import gap
from bench.dispatch.results import Aim, Row
from bench.dispatch.timing import Times

LATE_P1_CUT, LATE_ALL_MORE, GAP_CLOSED, GAP_AT = 0.5, 0.01, 0.4, 0.35
DECISION_MS, ETA_MS = 10.0, 1.0
EXACT = 1e-9


def judge(rows: Sequence[Row], matching_gap: float, decision: Times, eta: Times) -> list[Aim]:
    """One aim a line, by model and utilisation where there are several."""
    aims = [_erlang(row, rows) for row in rows if row.model == "erlang_b" and row.policy == "simulated"]
    full = [row for row in rows if row.model == gap.MODEL and row.policy == "vigie_full_coverage"]
    aims += [_closed(row) for row in full if row.utilisation == GAP_AT]
    for row in rows:
        if row.policy.startswith("vigie") and row.late_p1_cut is not None:
            base = next(each for each in rows if _same(each, row) and each.policy == "closest_idle")
            aims += _against(row, base)
    aims.append(Aim("matching against brute force up to 8 × 8, gap 0", f"{matching_gap:.1e}", matching_gap < EXACT))
    aims.append(_fast("decision p99 < 10 ms (60 units, 50 open incidents)", decision, DECISION_MS))
    aims.append(_fast("times of 60 units to 1 incident p99 < 1 ms", eta, ETA_MS))
    return aims


def _fast(text: str, times: Times, limit_ms: float) -> Aim:
    """By the clock; processor time beside it, for a machine that does other things meanwhile."""
    found = f"{times.clock_p99:.2f} ms ({times.processor_p99:.2f} ms of processor)"
    return Aim(text, found, times.clock_p99 < limit_ms)


def _erlang(row: Row, rows: Sequence[Row]) -> Aim:
    theory = next(each.late_all for each in rows if _same(each, row) and each.policy == "theory")
    low, high = row.ci95["late_all"]
    inside = theory is not None and low <= theory <= high
    found = f"{theory:.4%} in [{low:.4%}, {high:.4%}]" if inside else f"{theory:.4%} not in [{low:.4%}, {high:.4%}]"
    return Aim(f"Erlang-B loss at {row.utilisation:.2f} inside the simulated interval", found, inside)


def _closed(row: Row) -> Aim:
    text = f"gap to the clairvoyant closed at {row.utilisation:.2f} with full coverage weighting ≥ 40 %"
    closed, (low, high) = row.gap_closed, row.ci95["gap_closed"]
    if closed is None or isnan(closed):
        return Aim(text, "nothing to close: closest idle is late nowhere", True)
    return Aim(text, f"{closed:.1%} [{low:.1%} {high:.1%}]", closed >= GAP_CLOSED)


def _against(row: Row, base: Row) -> list[Aim]:
    where = f"{row.model} {row.utilisation:.2f} {row.policy}"
    late_p1, base_p1 = row.late_p1_cut or 0.0, base.mean_p1_s or 0.0
    found = f"{late_p1:.1%} below" if base.late_p1 else "closest idle is late nowhere"
    more, mean = (row.late_all or 0.0) - (base.late_all or 0.0), row.mean_p1_s or 0.0
    return [
        Aim(f"{where}: late P1 at least 50 % below closest idle", found, late_p1 >= LATE_P1_CUT or not row.late_p1),
        Aim(f"{where}: late of all at most 1 point more", f"{more * 100:+.2f} points", more <= LATE_ALL_MORE),
        Aim(f"{where}: mean P1 not above", f"{mean:.0f} s against {base_p1:.0f} s", mean <= base_p1),
    ]


def _same(one: Row, other: Row) -> bool:
    return (one.model, one.utilisation) == (other.model, other.utilisation)
