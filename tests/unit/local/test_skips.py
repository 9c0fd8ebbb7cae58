"""CI's rule on skipped tests."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.layout import REPOSITORY
from tests.stack.skips import is_listed, listed_skips

DOCUMENT = """# Contributing
- `tests/unit/elsewhere` — not in the section
## Tests that may be skipped
- `tests/contract/test_frames.py` — the shared data folder is not everywhere
- `tests/browser` — needs chromium
- `tests/unit/without_reason.py`
## Next
"""


def test_reads_paths_with_a_reason_from_the_section() -> None:
    """A path counts only in its section and with a reason beside it."""
    assert listed_skips(DOCUMENT) == ["tests/contract/test_frames.py", "tests/browser"]


@pytest.mark.parametrize(
    ("nodeid", "listed"),
    [
        ("tests/contract/test_frames.py::test_line[3]", True),
        ("tests/browser/deep/test_page.py::test_x", True),
        ("tests/contract/test_frames.pyc::test_x", False),
        ("tests/browsers/test_page.py::test_x", False),
    ],
)
def test_a_listed_path_covers_what_is_in_it(nodeid: str, listed: bool) -> None:
    """A folder covers its files, a file its tests, and nothing that only begins alike."""
    assert is_listed(nodeid, listed_skips(DOCUMENT)) is listed


def test_an_unlisted_skip_fails_the_run(tmp_path: Path) -> None:
    """A test that skips itself quietly turns CI red and is named."""
    (tmp_path / "test_quiet.py").write_text("import pytest\ndef test_quiet():\n    pytest.skip('not today')\n")
    command = (sys.executable, "-m", "pytest", "-p", "tests.stack.skips", "-c", "/dev/null", "--rootdir")
    run = subprocess.run(
        (*command, str(tmp_path), "--only-listed-skips", str(tmp_path)),
        cwd=REPOSITORY,
        env={"PYTHONPATH": str(REPOSITORY), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1, run.stdout
    assert "test_quiet.py::test_quiet" in run.stdout
