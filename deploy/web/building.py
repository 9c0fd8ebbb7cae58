"""npm, and whether there is anything to build: a stamp holds the hash of everything that the result depends on."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from deploy.local.layout import REPOSITORY
from deploy.local.sentences import Reason, Sentence, StackError, no_network
from deploy.web.node import Node, require_node

WEB = REPOSITORY / "web"
DIST = WEB / "dist"
STAMP = DIST / ".built-from"
BUNDLED = REPOSITORY / "bundle" / "pages"
"""There only in an unpacked `make bundle`."""
INSTALLED = WEB / "node_modules" / ".installed-from"
NOT_SOURCES = frozenset({"node_modules", "dist", "test", "README.md"})
AWAY = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ETIMEDOUT", "ECONNRESET", "ENETUNREACH", "network")
Say = Callable[[str], None]


def digest(paths: Iterator[Path]) -> str:
    """Of names and contents."""
    found = hashlib.sha256()
    for path in sorted(paths):
        found.update(str(path.relative_to(WEB)).encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()


def sources() -> Iterator[Path]:
    """Everything in web/ that the built pages depend on."""
    for top in WEB.iterdir():
        if top.name not in NOT_SOURCES:
            yield from (path for path in ([top] if top.is_file() else top.rglob("*")) if path.is_file())


def is_built() -> bool:
    """True if web/dist is what the sources make."""
    return _reads(STAMP) == digest(sources())


def from_bundle() -> bool:
    """Takes the pages that the bundle brings, if they are what the sources make; says whether it did."""
    if _reads(BUNDLED / STAMP.name) != digest(sources()):
        return False
    clean()
    shutil.copytree(BUNDLED, DIST)
    return True


def build(say: Say) -> None:
    """Builds where something changed. Raises StackError: no network for the first installation, or a fault."""
    wanted = digest(sources())
    if _reads(STAMP) == wanted:
        return
    node = require_node()
    install(node, say)
    say("construction des pages / building the pages")
    npm(node, "run", "build", "--silent")
    STAMP.write_text(wanted)
    say(f"pages construites / pages built: {DIST.relative_to(REPOSITORY)} ({_size()} Ko / kB)")


def install(node: Node, say: Say) -> None:
    """The locked packages, hashes checked by npm, once per lock."""
    wanted = digest(iter([WEB / "package-lock.json"]))
    if _reads(INSTALLED) == wanted:
        return
    count = len(json.loads((WEB / "package-lock.json").read_text())["packages"]) - 1
    say(f"Node {node.release} : installation de {count} paquets / installing {count} packages (npm)")
    npm(node, "ci", "--silent")
    INSTALLED.write_text(wanted)


def npm(node: Node, *arguments: str, cwd: Path = WEB) -> None:
    """Runs npm in web/. Raises StackError with the last lines of what it said."""
    done = subprocess.run(
        (*node.npm, *arguments), cwd=cwd, env=node.environment(), capture_output=True, text=True, check=False
    )
    if done.returncode == 0:
        return
    said = (done.stdout + done.stderr).strip()
    if arguments[0] == "ci" and any(mark in said for mark in AWAY):
        raise StackError(no_network("les paquets npm / the npm packages"))
    raise StackError(_failed(" ".join(arguments), "\n".join(said.splitlines()[-30:])))


def _failed(command: str, said: str) -> Sentence:
    french = f"« npm {command} » a échoué dans web/ : corrigez ce que dit sa sortie"
    return Sentence(Reason.PART_FAILED, f"{said}\n{french}", f"`npm {command}` failed in web/: see its output above.")


def clean() -> None:
    """Takes away what was built."""
    shutil.rmtree(DIST, ignore_errors=True)


def _reads(file: Path) -> str | None:
    return file.read_text() if file.exists() else None


def _size() -> int:
    return sum(path.stat().st_size for path in DIST.rglob("*") if path.is_file()) // 1000
