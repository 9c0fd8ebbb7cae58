"""Faults on order: inert without the variable, carried out once with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from services.chassis import fault_points

PROGRAM = """
from services.chassis import fault_points
from services.chassis.clock import SystemClock
from datetime import UTC, datetime
print(round((SystemClock().now() - datetime.now(UTC)).total_seconds()))
fault_points.point("loop.before_commit")
print("went by")
"""


def run(folder: Path | None) -> subprocess.CompletedProcess[str]:
    """A process that looks at its clock and passes one point."""
    env = {**os.environ, fault_points.VARIABLE: str(folder or "")}
    return subprocess.run((sys.executable, "-c", PROGRAM), env=env, capture_output=True, text=True, check=False)


def test_without_the_variable_nothing_happens(tmp_path: Path) -> None:
    """An order in some folder is nothing to a process that was not told of the folder."""
    (tmp_path / "loop.before_commit").touch()
    done = run(None)
    assert (done.returncode, done.stdout.split("\n")[:2]) == (0, ["0", "went by"])


def test_an_order_is_carried_out_once(tmp_path: Path) -> None:
    """The process dies as by kill -9 at the point; started again it goes by."""
    (tmp_path / "loop.before_commit").touch()
    assert run(tmp_path).returncode == -signal.SIGKILL
    again = run(tmp_path)
    assert (again.returncode, again.stdout.split()) == (0, ["0", "went", "by"])


def test_other_points_are_passed(tmp_path: Path) -> None:
    """Only the point that is named acts."""
    (tmp_path / "loop.after_commit").touch()
    assert run(tmp_path).returncode == 0
    assert (tmp_path / "loop.after_commit").exists()


def test_a_clock_is_wrong_by_what_was_ordered(tmp_path: Path) -> None:
    """Seconds in the file `clock` are added to what the process believes."""
    (tmp_path / "clock").write_text("-600")
    assert run(tmp_path).stdout.startswith("-600\n")
