"""What must be in an unpacked bundle, and what is wrong with one. Paths are relative to its folder."""

from __future__ import annotations

import json
import platform
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from packaging.markers import Marker
from packaging.utils import canonicalize_name, parse_wheel_filename

from deploy.local.kafka.jars import sha256
from deploy.supply.locks import KAFKA_LOCK, SHIPPED_PYTHON, Dependency, jar_lock, python_lock

FOLDER = "bundle"
MANIFEST = f"{FOLDER}/manifest.json"
SUMS = f"{FOLDER}/SHA256SUMS"
WHEELS = f"{FOLDER}/wheels"
JARS = f"{FOLDER}/jars"
PAGES = f"{FOLDER}/pages"
SBOM = f"{FOLDER}/sbom"
_OLD_NAMES = {"1": (2, 5), "2010": (2, 12), "2014": (2, 17)}
_MANYLINUX = re.compile(r"manylinux(?:(\d+)|_(\d+)_(\d+))_")


def wanted_wheels(root: Path) -> list[Dependency]:
    """What the shipped locks name for this machine and this Python."""
    dependencies = (dependency for lock in SHIPPED_PYTHON for dependency in python_lock(root / lock))
    return [d for d in dependencies if not d.marker or Marker(d.marker).evaluate()]


def least_glibc(wheels: Iterable[str]) -> str:
    """The oldest glibc on which all these wheels run ("2.34"); empty if none asks for one."""
    needed = []
    for wheel in wheels:
        *_, tags = parse_wheel_filename(wheel)
        offered = [found for tag in tags if (found := _glibc(tag.platform))]
        if offered:
            needed.append(min(offered))
    return ".".join(str(part) for part in max(needed)) if needed else ""


def _glibc(tag: str) -> tuple[int, int] | None:
    found = _MANYLINUX.match(tag)
    if found is None:
        return None
    year, major, minor = found.groups()
    return _OLD_NAMES[year] if year else (int(major), int(minor))


def manifest(root: Path, version: str, commit: str) -> dict[str, Any]:
    """For which machine the bundle is; read by bootstrap.py before it installs anything."""
    return {
        "version": version,
        "commit": commit,
        "python": sys.implementation.cache_tag,
        "machine": f"{sys.platform}-{platform.machine()}",
        "glibc": least_glibc(file.name for file in (root / WHEELS).iterdir()),
        "locks": {lock: sha256(root / lock) for lock in SHIPPED_PYTHON},
    }


def sums(root: Path) -> str:
    """The text of SHA256SUMS: every file of the folder but itself, as sha256sum writes and checks it."""
    files = sorted(file.relative_to(root).as_posix() for file in root.rglob("*") if file.is_file())
    return "".join(f"{sha256(root / file)}  {file}\n" for file in files if file != SUMS)


def complaints(root: Path) -> Iterator[str]:
    """One line for each wheel or jar that is missing or not the locked one, file that SHA256SUMS misses or belies."""
    yield from _wheels(root)
    yield from _jars(root)
    if not (root / PAGES / "index.html").is_file():
        yield f"{PAGES}: no built pages"
    if sorted((root / SUMS).read_text().splitlines()) != sorted(sums(root).splitlines()):
        yield f"{SUMS}: not what is in the folder"
    said = json.loads((root / MANIFEST).read_text())
    if said != manifest(root, said["version"], said["commit"]):
        yield f"{MANIFEST}: made for other locks, wheels or another machine"


def _wheels(root: Path) -> Iterator[str]:
    there: dict[tuple[str, str], Path] = {}
    for file in sorted((root / WHEELS).iterdir()):
        name, version, *_ = parse_wheel_filename(file.name)
        there[name, str(version)] = file
    for dependency in wanted_wheels(root):
        file_of = there.pop((canonicalize_name(dependency.name), dependency.version), None)
        if file_of is None:
            yield f"{WHEELS}: {dependency.name} {dependency.version} is missing"
        elif sha256(file_of) not in dependency.sha256:
            yield f"{WHEELS}: {file_of.name} has a hash that is not in the lock"
    yield from (f"{WHEELS}: {file.name} is in no lock" for file in there.values())


def _jars(root: Path) -> Iterator[str]:
    there = {sha256(file): file for file in sorted((root / JARS).rglob("*.jar"))}
    for jar in jar_lock(root / KAFKA_LOCK):
        if there.pop(jar.sha256[0], None) is None:
            yield f"{JARS}: {jar.name} {jar.version} is missing or not the locked one"
    yield from (f"{JARS}: {file.name} is in no lock" for file in there.values())
