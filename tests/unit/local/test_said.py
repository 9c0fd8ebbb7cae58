"""A failed test shows what the services of its stack had to say."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from deploy.local.layout import REPOSITORY
from tests.stack.said import errors_since

BEGAN = datetime(2026, 11, 23, 9, 12, tzinfo=UTC)

FAILING = """
from datetime import UTC, datetime
import json, pathlib, pytest
from tests.stack.running import StackProcess

@pytest.fixture
def stack(tmp_path):
    (tmp_path / "log").mkdir()
    return StackProcess(None, tmp_path)

def test_fails(stack):
    said = {"level": "error", "timestamp": datetime.now(UTC).isoformat(), "event": "database_failed"}
    (stack.var / "log" / "dispatch.log").write_text(json.dumps(said))
    assert False, "500"
"""


def line(level: str, timestamp: str, event: str) -> str:
    """As services log."""
    return json.dumps({"level": level, "timestamp": timestamp, "event": event, "exception": "Traceback\nKeyError: 'a'"})


def test_errors_of_the_test_s_own_time(tmp_path: Path) -> None:
    """Neither warnings, nor what came before, nor what is no line of ours."""
    lines = [
        line("error", "2026-11-23T09:11:59Z", "before"),
        line("warning", "2026-11-23T09:13:00Z", "mild"),
        "Killed",
        "[1]",
        line("error", "2026-11-23T09:13:00Z", "database_failed"),
    ]
    (tmp_path / "dispatch.log").write_text("\n".join(lines))
    (tmp_path / "kafka.log").write_bytes(b"\xff not ours")
    assert errors_since(tmp_path, BEGAN) == ["dispatch 2026-11-23T09:13:00Z database_failed\nTraceback\nKeyError: 'a'"]


def test_a_failing_test_shows_them(tmp_path: Path) -> None:
    """Beside its own traceback."""
    (tmp_path / "test_it.py").write_text(FAILING)
    command = (sys.executable, "-m", "pytest", "-p", "tests.stack.said", "-c", "/dev/null", "--rootdir", str(tmp_path))
    run = subprocess.run(
        (*command, str(tmp_path)),
        cwd=REPOSITORY,
        env={"PYTHONPATH": str(REPOSITORY), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1, run.stdout
    assert "database_failed" in run.stdout.split("errors that the services logged meanwhile")[1]
