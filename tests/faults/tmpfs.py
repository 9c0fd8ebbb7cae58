"""A small disk of its own for one broker, inside the run's own mount namespace: only there may we mount."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

SIZE = "400m"
INSIDE = "VIGIE_FAULTS_NAMESPACE"
"""Set by `python -m tests.faults` once it runs in its own network and mount namespace."""


def inside() -> bool:
    """True where network and mounts are the run's own."""
    return os.environ.get(INSIDE) == "1"


@contextlib.contextmanager
def mounted(folder: Path) -> Iterator[None]:
    """A tmpfs at `folder`, where allowed; an ordinary folder elsewhere."""
    folder.mkdir(parents=True, exist_ok=True)
    if not inside():
        yield
        return
    subprocess.run(("mount", "-t", "tmpfs", "-o", f"size={SIZE}", "faults", str(folder)), check=True)
    try:
        yield
    finally:
        subprocess.run(("umount", "--lazy", str(folder)), check=True)
