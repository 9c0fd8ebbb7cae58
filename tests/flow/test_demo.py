"""The demo on a whole stack, as `make demo` plays it."""

import json
import os
import subprocess
import sys

import pytest

from deploy.local.layout import REPOSITORY
from tests.stack.running import StackProcess


@pytest.fixture(scope="module")
def played(stack: StackProcess) -> subprocess.CompletedProcess[str]:
    """One evening of 30 seconds."""
    env = {**os.environ, "VIGIE_VAR": str(stack.var), "DEMO_SECONDS": "30", "VIGIE_CITY": "metz"}
    return subprocess.run(
        [sys.executable, "-m", "demo"],
        cwd=REPOSITORY,
        env=env,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_the_story_comes_out_as_told(stack: StackProcess, played: subprocess.CompletedProcess[str]) -> None:
    """Every scene ends as expected, and the exit code is 0."""
    assert played.returncode == 0, played.stdout + played.stderr
    story = json.loads((stack.var / "demo" / "story.json").read_text())
    assert {scene["mark"] for scene in story} == {"as_expected"}
    assert len(story) >= 13


def test_nothing_is_lost_and_nobody_sent_twice(stack: StackProcess, played: subprocess.CompletedProcess[str]) -> None:
    """By what the clients saw; and there was enough to see."""
    summary = json.loads((stack.var / "demo" / "summary.json").read_text())
    assert (summary["signals_lost"], summary["double_assignments"]) == (0, 0), played.stdout
    assert summary["signals_sent"] > 100
    assert summary["alarms_measured"] >= 10
    assert summary["work_orders"] >= 2
    assert summary["alarm_to_tablet_ms"]["p50"] is not None


def test_the_picture_shows_the_board(stack: StackProcess, played: subprocess.CompletedProcess[str]) -> None:
    """The SVG for the README holds incidents, units and hops."""
    assert played.returncode == 0
    picture = (stack.var / "demo" / "board.svg").read_text()
    assert picture.startswith("<svg")
    for words in ("Événements", "Équipages", "Trajets", "Turenne"):
        assert words in picture.replace("&#160;", " ")
