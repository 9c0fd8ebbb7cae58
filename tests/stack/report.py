"""Prints the number of tests and their seconds by folder at the end of a run."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import pytest


@dataclass
class FolderCount:
    """Totals of one folder of tests."""

    tests: set[str] = field(default_factory=set)
    skipped: int = 0
    seconds: float = 0.0


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Adds the table to pytest's closing summary; fixtures' seconds count for the test that needed them first."""
    folders: dict[str, FolderCount] = defaultdict(FolderCount)
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                _count(folders[folder_of(report.nodeid)], report)
    if not folders:
        return
    terminalreporter.section("tests par dossier / by folder")
    for name in sorted(folders):
        count = folders[name]
        line = f"{name:<12} {len(count.tests):>5} tests {count.seconds:>8.1f} s"
        terminalreporter.line(line + (f"   {count.skipped} skipped" if count.skipped else ""))


def _count(count: FolderCount, report: pytest.TestReport) -> None:
    count.tests.add(report.nodeid)
    count.seconds += report.duration
    count.skipped += report.skipped


def folder_of(nodeid: str) -> str:
    """`tests/unit/ingest/test_x.py::test` → `unit`."""
    parts = Path(nodeid.split("::", 1)[0]).parts
    return parts[1] if len(parts) > 2 else parts[0]
