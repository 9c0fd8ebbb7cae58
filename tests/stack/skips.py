"""CI fails when a test was skipped that CONTRIBUTING.md does not list: `pytest --only-listed-skips`.

A line of the section "Tests that may be skipped" reads ``- `tests/contract/test_x.py` — why it may be``; the path may
be a folder, a file or one test.
"""

from __future__ import annotations

import re

import pytest

SECTION = re.compile(r"^## Tests that may be skipped\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
ENTRY = re.compile(r"^- `(tests/[^`]+)` — \S.+$", re.MULTILINE)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the option; without it skips are reported as usual."""
    text = "fail if a test was skipped that CONTRIBUTING.md does not list with a reason"
    parser.addoption("--only-listed-skips", action="store_true", default=False, help=text)


def pytest_configure(config: pytest.Config) -> None:
    """Watches skips only where asked."""
    if config.getoption("--only-listed-skips"):
        contributing = config.rootpath / "CONTRIBUTING.md"
        text = contributing.read_text() if contributing.exists() else ""
        config.pluginmanager.register(SkipWatch(listed_skips(text)), "skip-watch")


def listed_skips(contributing: str) -> list[str]:
    """Returns the paths that the document allows to be skipped."""
    section = SECTION.search(contributing)
    return ENTRY.findall(section.group(1)) if section else []


def is_listed(nodeid: str, listed: list[str]) -> bool:
    """True if the test, its file or one of its folders is listed."""
    return any(
        nodeid == path or nodeid.startswith((f"{path.rstrip('/')}/", f"{path}::", f"{path}[")) for path in listed
    )


class SkipWatch:
    """Notes each skipped test, and fails the session for those that are not listed."""

    def __init__(self, listed: list[str]) -> None:
        self._listed = listed
        self._unlisted: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Called for each phase of each test."""
        if report.skipped and not hasattr(report, "wasxfail") and not is_listed(report.nodeid, self._listed):
            self._unlisted[report.nodeid] = str(report.longrepr)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Called for each collected file: a whole module may skip itself."""
        if report.skipped and not is_listed(report.nodeid, self._listed):
            self._unlisted[report.nodeid] = str(report.longrepr)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Turns a green run red."""
        if self._unlisted and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Names them."""
        if self._unlisted:
            terminalreporter.section("skipped, not listed in CONTRIBUTING.md", red=True)
            for nodeid, why in sorted(self._unlisted.items()):
                terminalreporter.line(f"{nodeid}: {why}")
