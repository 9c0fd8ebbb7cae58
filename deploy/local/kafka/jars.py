"""Fetches jars by coordinates and accepts only those whose sha256 is in their jgo.lock.toml.

`python -m deploy.local.kafka.jars lock [FOLDER]` resolves a folder's jgo.toml anew and writes its lock (`make lock`).
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.local.layout import REPOSITORY
from deploy.local.sentences import StackError, damaged_download, no_network

DOWNLOADS_AT_ONCE = 6
BUNDLED = REPOSITORY / "bundle" / "jars"
"""There only in an unpacked `make bundle`, whose hashes the set-up has checked."""


@dataclass(frozen=True)
class Jars:
    """One set of jars: `home` holds its jgo.toml and jgo.lock.toml."""

    name: str
    home: Path

    @property
    def lock(self) -> Path:
        """Versions and hashes."""
        return self.home / "jgo.lock.toml"

    @property
    def digest(self) -> str:
        """Names the folder of the set by its hashes: a new lock never mixes with old files."""
        locked = tomllib.loads(self.lock.read_text())["dependencies"]
        hashes = "".join(sorted(dependency["sha256"] for dependency in locked))
        return hashlib.sha256(hashes.encode()).hexdigest()[:12]


KAFKA = Jars("kafka", Path(__file__).parent)
"""The broker."""


def fetch_jars(cache: Path, say: Callable[[str], None], jars: Jars = KAFKA) -> Path:
    """Returns the folder of the verified jars; downloads them if it is not there yet.

    Raises StackError without a network, or if a file does not match its hash twice.
    """
    folder = cache / f"{jars.name}-{jars.digest}"
    for place in (BUNDLED / folder.name, folder):
        if place.is_dir():
            return place
    from jgo.env import LockFile

    locked = LockFile.load(jars.lock).dependencies
    say(f"téléchargement de {len(locked)} fichiers Java / fetching {len(locked)} jars")
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache, prefix=f".{jars.name}-") as temporary:
        with ThreadPoolExecutor(DOWNLOADS_AT_ONCE) as pool:
            paths = list(pool.map(lambda dependency: verified(dependency, cache, jars.name.title()), locked))
        for path in paths:
            os.link(path, Path(temporary) / path.name)
        _publish(Path(temporary), folder)
    shutil.rmtree(cache / "maven", ignore_errors=True)
    say("empreintes sha256 vérifiées / sha256 verified")
    return folder


def verified(dependency: Any, cache: Path, whose: str) -> Path:
    """Downloads one file; a half-written one of an interrupted run is fetched again. `whose`: for the error's text.

    Raises StackError without a network, or if the file does not match its hash twice.
    """
    path = _download(dependency, cache, whose)
    if sha256(path) == dependency.sha256:
        return path
    path.unlink()
    path = _download(dependency, cache, whose)
    if sha256(path) != dependency.sha256:
        path.unlink()
        raise StackError(damaged_download(path.name))
    return path


def _download(dependency: Any, cache: Path, whose: str) -> Path:
    import requests
    from jgo.maven import MavenContext

    context = MavenContext(repo_cache=cache / "maven", timeout=60)
    component = context.project(dependency.groupId, dependency.artifactId).at_version(dependency.version)
    artifact = component.artifact(dependency.classifier or "", dependency.packaging)
    try:
        return Path(artifact.resolve())
    except (requests.RequestException, OSError, RuntimeError) as failure:
        raise StackError(no_network(f"{whose} ({artifact})")) from failure


def _publish(temporary: Path, folder: Path) -> None:
    """Puts the whole folder in place at once; a run beside this one may have been faster."""
    temporary.chmod(0o755)
    try:
        temporary.rename(folder)
        temporary.mkdir()  # what the context manager removes
    except OSError:
        if not folder.is_dir():
            raise


def sha256(path: Path) -> str:
    """Of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_lock(cache: Path, home: Path) -> int:
    """Resolves the specification in `home` and writes the lock beside it; returns the number of jars."""
    from jgo.env import EnvironmentBuilder, EnvironmentSpec
    from jgo.maven import MavenContext

    context = MavenContext(repo_cache=cache / "maven")
    builder = EnvironmentBuilder(context=context, cache_dir=cache / "jgo")
    lock = builder.resolve_lockfile(EnvironmentSpec.load(home / "jgo.toml"))
    lock.save(home / "jgo.lock.toml")
    return len(lock.dependencies)


if __name__ == "__main__" and sys.argv[1:2] == ["lock"]:
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(sys.argv[2]) if len(sys.argv) > 2 else KAFKA.home
        print(f"{home}/jgo.lock.toml: {write_lock(Path(scratch), home)} jars")
