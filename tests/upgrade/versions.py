"""The two versions: the code of this folder, and an older one in a folder and an environment of its own."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from deploy.local import bootstrap
from deploy.local.layout import REPOSITORY
from deploy.local.part import Part

BEFORE = "adc67f30612f65ac92ee4bd2afe033c1a328ed26"
"""The newest commit of main whose database is older than ours: 0005, two migrations behind. Once there is a release,
its tag belongs here: what stands in cities is what must be upgraded."""
LOCK = "requirements-services.lock"


class NoSuchVersion(Exception):
    """The sentence, French and English, says what to do."""


@dataclass(frozen=True)
class Version:
    """`name`: its commit, short. `python` has the packages that its lock names."""

    name: str
    folder: Path
    python: Path

    def of(self, part: Part) -> Part:
        """The same process or step out of this version's code; ports, settings and state folders stay as they are."""
        env = {**part.env, "PYTHONPATH": str(self.folder)}
        return replace(part, command=(str(self.python), *part.command[1:]), env=env, folder=self.folder)

    @property
    def migrations(self) -> list[str]:
        """Names of dispatch's migrations, in order."""
        folder = self.folder / "services" / "dispatch" / "store" / "migrations" / "versions"
        return sorted(file.stem for file in folder.glob("[0-9]*.py"))


def ours() -> Version:
    """The code of this folder, as it stands, committed or not."""
    return Version(_git("describe", "--always", "--tags", "--dirty"), REPOSITORY, Path(sys.executable))


@contextmanager
def unpacked(revision: str, into: Path, cache: Path) -> Iterator[Version]:
    """That revision's code in a folder below `into` until the end; its environment is kept in `cache` for next time.

    Raises NoSuchVersion.
    """
    commit = _git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if not commit:
        raise NoSuchVersion(
            f"La version {revision} n'est pas dans ce dépôt : « git fetch --unshallow --tags », ou FROM=… / "
            f"revision {revision} is not in this repository: git fetch --unshallow --tags, or FROM=…"
        )
    folder = into / commit[:7]
    archive = into / f"{commit[:7]}.tar"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        _git("archive", "--format=tar", f"--output={archive}", commit)
        with tarfile.open(archive) as packed:
            packed.extractall(folder, filter="data")
        archive.unlink()
        yield Version(commit[:7], folder, _environment(folder / LOCK, cache))
    finally:
        archive.unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)


def _environment(lock: Path, cache: Path) -> Path:
    """A python with the packages of `lock`: ours where nothing differs, else one made with hashes checked."""
    if lock.read_bytes() == (REPOSITORY / LOCK).read_bytes():
        return Path(sys.executable)
    folder = cache / "environments" / hashlib.sha256(lock.read_bytes()).hexdigest()[:16]
    folder.parent.mkdir(parents=True, exist_ok=True)
    bootstrap.ensure(str(folder), str(lock))
    return folder / "bin" / "python"


def _git(*arguments: str) -> str:
    """What git says; empty where it fails, or is not there."""
    if shutil.which("git") is None:
        return ""
    command = ("git", "-C", str(REPOSITORY), *arguments)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""
