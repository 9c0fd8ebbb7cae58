"""Reads the three kinds of lock: Python's, npm's and that of the jars."""

from __future__ import annotations

import base64
import json
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

_PINNED = re.compile(r"^(?P<name>[a-z0-9][a-z0-9.-]*)==(?P<version>[^\s;\\]+)\s*(?:;\s*(?P<marker>[^\\]*))?")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
SHIPPED_PYTHON = ("requirements.lock", "requirements-jre.lock")
"""What `make bundle` packs; an image holds a part of the first."""
KAFKA_LOCK = "deploy/local/kafka/jgo.lock.toml"
NPM_LOCK = "web/package-lock.json"


@dataclass(frozen=True, order=True)
class Dependency:
    """One package of one version. `kind`: pypi, npm or maven (`name` is then group/artifact), as in a package URL."""

    kind: str
    name: str
    version: str
    sha256: tuple[str, ...] = ()
    """Of each file that may be installed."""
    sha512: str = ""
    """npm: of its archive, as hex."""
    licence: str = ""
    """npm: what the lock says."""
    marker: str = ""
    """Python: where it is installed (PEP 508)."""

    @property
    def purl(self) -> str:
        """The package URL: pkg:npm/%40types/geojson@1.0."""
        return f"pkg:{self.kind}/{quote(self.name)}@{quote(self.version)}"

    @property
    def key(self) -> str:
        """As policy.toml names it."""
        return f"{self.kind}/{self.name}"


def python_lock(lock: Path) -> list[Dependency]:
    """Each pinned requirement with its hashes. Raises ValueError for a line that is neither."""
    found = []
    for line in lock.read_text().replace("\\\n", " ").splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        pinned = _PINNED.match(line)
        hashes = tuple(sorted(_HASH.findall(line)))
        if pinned is None or not hashes:
            raise ValueError(f"{lock.name}: neither pinned nor hashed: {line}")
        marker = (pinned["marker"] or "").split("--hash", 1)[0].strip()
        found.append(Dependency("pypi", pinned["name"], pinned["version"], sha256=hashes, marker=marker))
    return found


def npm_lock(lock: Path, production: bool) -> list[Dependency]:
    """Packages of a package-lock.json of version 3; with `production` only those that may be in the built pages."""
    found = []
    for place, package in json.loads(lock.read_text())["packages"].items():
        if not place or (production and package.get("dev")):
            continue
        name = package.get("name") or place.rpartition("node_modules/")[2]
        digest = _integrity(package.get("integrity", ""))
        found.append(Dependency("npm", name, package["version"], sha512=digest, licence=package.get("license", "")))
    return sorted(set(found))


def jar_lock(lock: Path) -> list[Dependency]:
    """Jars of a jgo.lock.toml."""
    jars = tomllib.loads(lock.read_text())["dependencies"]
    named = ((f"{jar['groupId']}/{jar['artifactId']}", jar) for jar in jars)
    return sorted(Dependency("maven", name, jar["version"], sha256=(jar["sha256"],)) for name, jar in named)


def shipped(root: Path) -> list[Dependency]:
    """What is handed out: in the bundle, the images and the pages."""
    python = [dependency for lock in SHIPPED_PYTHON for dependency in python_lock(root / lock)]
    return sorted([*python, *npm_lock(root / NPM_LOCK, production=True), *jar_lock(root / KAFKA_LOCK)])


def everything(root: Path) -> list[Dependency]:
    """All that any lock names, the tools as well: what runs on a developer's machine can hurt too."""
    found = [*npm_lock(root / NPM_LOCK, production=False)]
    found += _each(python_lock(lock) for lock in root.glob("requirements*.lock"))
    found += _each(jar_lock(lock) for folder in ("deploy", "bench") for lock in (root / folder).rglob("jgo.lock.toml"))
    return sorted({dependency.purl: dependency for dependency in found}.values())


def _each(lists: Iterable[list[Dependency]]) -> list[Dependency]:
    return [dependency for dependencies in lists for dependency in dependencies]


def _integrity(said: str) -> str:
    """`sha512-<base64>` as hex; other algorithms are not written any more."""
    kind, _, value = said.partition("-")
    return base64.b64decode(value).hex() if kind == "sha512" else ""
