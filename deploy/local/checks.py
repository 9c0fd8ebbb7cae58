"""Checks of `make check` that no linter knows: locks without an address, and locks that fit pyproject.toml."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from deploy.local.layout import REPOSITORY

ADDRESS = re.compile(r"https?://|--(extra-)?index-url|--find-links|file:///", re.IGNORECASE)
LOCKS = ("requirements*.lock", "deploy/local/kafka/jgo.lock.toml", "bench/**/jgo.lock.toml")
LOCK_OF_GROUP = {
    "services": ("requirements.lock", "requirements-services.lock"),
    "local": ("requirements.lock",),
    "dev": ("requirements.lock",),
    "jre": ("requirements-jre.lock",),
    "node": ("requirements-node.lock",),
    "tiles": ("requirements-tiles.lock",),
    "peers": ("requirements-peers.lock",),
    "docs": ("requirements-docs.lock",),
    "tools": ("requirements-tools.lock",),
}


def complaints(root: Path) -> Iterator[str]:
    """Yields one line for each thing that is wrong."""
    for pattern in LOCKS:
        for lock in sorted(root.glob(pattern)):
            yield from addresses(lock)
    yield from resolved_addresses(root / "web" / "package-lock.json")
    yield from missing_from_locks(root)


def addresses(lock: Path) -> Iterator[str]:
    """A lock names versions and hashes; where to fetch them is the machine's business."""
    for number, line in enumerate(lock.read_text().splitlines(), start=1):
        if ADDRESS.search(line):
            yield f"{lock.name}:{number}: holds an address: {line.strip()}"


def resolved_addresses(lock: Path) -> Iterator[str]:
    """package-lock.json without `resolved`: npm then asks the registry it is configured with."""
    if not lock.exists():
        return
    for name, package in json.loads(lock.read_text()).get("packages", {}).items():
        if "resolved" in package:
            yield f"{lock.name}: {name} has a resolved address"


def missing_from_locks(root: Path) -> Iterator[str]:
    """Every requirement of pyproject.toml is in its locks, or `make lock` was forgotten."""
    groups = tomllib.loads((root / "pyproject.toml").read_text())["dependency-groups"]
    for group, requirements in groups.items():
        for lock in LOCK_OF_GROUP[group]:
            locked = set(re.findall(r"^([a-z0-9-]+)==", (root / lock).read_text(), re.MULTILINE))
            for requirement in requirements:
                name = normalised(requirement)
                if name not in locked:
                    yield f"{lock}: {name} of group {group} is missing: run `make lock`"


def normalised(requirement: str) -> str:
    """`ruamel.yaml>=1` → `ruamel-yaml` (PEP 503)."""
    name = re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0]
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    found = list(complaints(REPOSITORY))
    print("\n".join(found) if found else "locks: no address, nothing missing")
    sys.exit(1 if found else 0)
