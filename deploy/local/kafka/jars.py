"""Fetches the broker's jars by coordinates and accepts only those whose sha256 is in jgo.lock.toml.

`python -m deploy.local.kafka.jars lock` resolves jgo.toml anew and writes the lock (`make lock`).
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
from pathlib import Path
from typing import Any

from deploy.local.sentences import StackError, damaged_download, no_network

SPECIFICATION = Path(__file__).with_name("jgo.toml")
LOCK = Path(__file__).with_name("jgo.lock.toml")
DOWNLOADS_AT_ONCE = 6


def lock_digest() -> str:
    """Names the folder of a set of jars by their hashes: a new lock never mixes with old files."""
    locked = tomllib.loads(LOCK.read_text())["dependencies"]
    hashes = "".join(sorted(dependency["sha256"] for dependency in locked))
    return hashlib.sha256(hashes.encode()).hexdigest()[:12]


def jars_folder(cache: Path) -> Path:
    """Where the verified jars of the present lock are, or will be."""
    return cache / f"kafka-{lock_digest()}"


def fetch_jars(cache: Path, say: Callable[[str], None]) -> Path:
    """Returns the folder of the verified jars; downloads them if it is not there yet.

    Raises StackError without a network, or if a file does not match its hash twice.
    """
    folder = jars_folder(cache)
    if folder.is_dir():
        return folder
    from jgo.env import LockFile

    locked = LockFile.load(LOCK).dependencies
    say(f"téléchargement de {len(locked)} fichiers Java / fetching {len(locked)} jars")
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache, prefix=".kafka-") as temporary:
        with ThreadPoolExecutor(DOWNLOADS_AT_ONCE) as pool:
            paths = list(pool.map(lambda dependency: _verified(dependency, cache), locked))
        for path in paths:
            os.link(path, Path(temporary) / path.name)
        _publish(Path(temporary), folder)
    shutil.rmtree(cache / "maven", ignore_errors=True)
    say("empreintes sha256 vérifiées / sha256 verified")
    return folder


def _verified(dependency: Any, cache: Path) -> Path:
    """Downloads one jar; a half-written one of an interrupted run is fetched again."""
    path = _download(dependency, cache)
    if _sha256(path) == dependency.sha256:
        return path
    path.unlink()
    path = _download(dependency, cache)
    if _sha256(path) != dependency.sha256:
        path.unlink()
        raise StackError(damaged_download(path.name))
    return path


def _download(dependency: Any, cache: Path) -> Path:
    import requests
    from jgo.maven import MavenContext

    context = MavenContext(repo_cache=cache / "maven", timeout=60)
    component = context.project(dependency.groupId, dependency.artifactId).at_version(dependency.version)
    artifact = component.artifact(dependency.classifier or "", dependency.packaging)
    try:
        return Path(artifact.resolve())
    except (requests.RequestException, OSError, RuntimeError) as failure:
        raise StackError(no_network(f"Kafka ({artifact})")) from failure


def _publish(temporary: Path, folder: Path) -> None:
    """Puts the whole folder in place at once; a run beside this one may have been faster."""
    temporary.chmod(0o755)
    try:
        temporary.rename(folder)
        temporary.mkdir()  # what the context manager removes
    except OSError:
        if not folder.is_dir():
            raise


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_lock(cache: Path) -> int:
    """Resolves the specification and writes the lock; returns the number of jars."""
    from jgo.env import EnvironmentBuilder, EnvironmentSpec
    from jgo.maven import MavenContext

    context = MavenContext(repo_cache=cache / "maven")
    builder = EnvironmentBuilder(context=context, cache_dir=cache / "jgo")
    lock = builder.resolve_lockfile(EnvironmentSpec.load(SPECIFICATION))
    lock.save(LOCK)
    return len(lock.dependencies)


if __name__ == "__main__" and sys.argv[1:] == ["lock"]:
    with tempfile.TemporaryDirectory() as scratch:
        print(f"{LOCK.name}: {write_lock(Path(scratch))} jars")
