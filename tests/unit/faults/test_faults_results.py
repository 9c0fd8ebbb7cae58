"""Which faults are run, and what is kept of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import tests.faults.cases  # noqa: F401 (fills CASES)
from tests.faults import results
from tests.faults.case import CASES


@pytest.fixture(autouse=True)
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder of its own, and no choice yet."""
    for name in ("CASE", "SHORT", "RESUME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("VIGIE_VAR", str(tmp_path))
    return tmp_path


def line(fault: str, *, passed: bool) -> dict[str, Any]:
    """What a case leaves in the summary."""
    holds = {"L": passed, "U": True, "E": True, "T": None}
    figures = {"sent": 3, "acknowledged": 3, "lost": 0, "doubled": 0, "worst_urgent_ms": None, "seconds": 1.0}
    return {"fault": fault, "invariants": holds, **figures, "load_average": 0.1, "passed": passed}


def names() -> list[str]:
    """The chosen cases."""
    return [case.name for case in results.wanted()]


def test_every_fault_of_the_list_has_its_case() -> None:
    """Issue 6's list, one name or more each, and each says in a sentence what it does."""
    asked = {
        *("leader-killed", "controller-killed", "two-brokers-killed", "all-brokers-killed", "broker-stopped"),
        *(f"{name}-killed-at-points" for name in ("ingest", "screening", "correlation", "dispatch", "notify")),
        *("dispatch-killed", "dispatch-stopped", "terminated", "postgres-killed", "postgres-away", "disk-full"),
        *("mqtt-killed", "worker-flapping", "packet-loss", "clock-ahead", "clock-behind", "storm"),
        *("tablet-offline", "partner-down"),
    }
    assert asked <= CASES.keys()
    assert all(case.words for case in CASES.values())


def test_help_is_not_late_is_asked_where_the_issue_asks_it() -> None:
    """T stands at these and at the run without a fault."""
    marked = {"leader-killed", "controller-killed", "dispatch-killed", "dispatch-stopped", "worker-flapping", "storm"}
    assert marked <= {case.name for case in CASES.values() if case.urgent}


def test_cases_are_chosen_by_name_or_by_the_short_form(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names keep their order; the short form is a part of all."""
    monkeypatch.setenv("SHORT", "1")
    assert 0 < len(names()) < len(CASES)
    monkeypatch.setenv("CASE", "storm,none")
    assert names() == ["storm", "none"]


def test_resuming_leaves_out_what_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A failed case is run again."""
    results.write(line("none", passed=True))
    results.write(line("storm", passed=False))
    monkeypatch.setenv("RESUME", "1")
    assert "none" not in names()
    assert "storm" in names()


def test_a_case_has_one_line_in_the_order_of_the_run(var: Path) -> None:
    """The last run of a case counts; the table shows all."""
    for fault, passed in (("storm", True), ("none", False), ("none", True)):
        results.write(line(fault, passed=passed))
    kept = json.loads((var / "faults" / "summary.json").read_text())
    assert [(one["fault"], one["passed"]) for one in kept] == [("none", True), ("storm", True)]
    assert results.table(kept).count("ok") == 2
