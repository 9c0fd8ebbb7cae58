"""What the services of the stack logged as errors while a test failed: its own traceback shows only the answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.stack.running import StackProcess

LINES = 20
LONGEST = 4000
"""Characters of one line, its end with the error's words kept."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Adds the section to reports of failures that used a stack."""
    report: pytest.TestReport = yield  # type: ignore[assignment]
    if report.failed:
        used = [known for known in getattr(item, "funcargs", {}).values() if isinstance(known, StackProcess)]
        since = datetime.fromtimestamp(call.start, UTC)
        for lines in (errors_since(stack.var / "log", since) for stack in used):
            report.sections.append(("errors that the services logged meanwhile", "\n".join(lines) or "none"))
    return report  # type: ignore[return-value]


def errors_since(logs: Path, since: datetime) -> list[str]:
    """The last lines of level error or worse, by file; lines that are no JSON of ours say nothing."""
    found = []
    for path in sorted(logs.glob("*.log")):
        for line in path.read_text(errors="replace").splitlines():
            try:
                said = json.loads(line)
                told = said["level"] in {"error", "critical"} and datetime.fromisoformat(said["timestamp"]) >= since
            except (ValueError, KeyError, TypeError):
                continue
            if told:
                text = "\n".join([said.get("event", ""), said.get("exception", "")]).strip()
                found.append(f"{path.stem} {said['timestamp']} {text[-LONGEST:]}")
    return found[-LINES:]
