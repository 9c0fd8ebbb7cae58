"""Makes the archive. The same commit, machine and release of Python give the same bytes."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Callable
from pathlib import Path

from deploy.bundle import content
from deploy.local.kafka.jars import KAFKA, fetch_jars, sha256
from deploy.local.layout import REPOSITORY
from deploy.local.sentences import StackError, no_bundle, no_network
from deploy.supply.locks import SHIPPED_PYTHON
from deploy.web import building as pages

Say = Callable[[str], None]
TOOLS = REPOSITORY / ".venv-tools" / "bin" / "python"


def build(cache: Path, to: Path, say: Say) -> Path:
    """Returns the archive; its sha256 stands beside it.

    Raises StackError: changes that are not committed, no network for a first download, pages that are not built.
    """
    commit, moment = _head()
    version = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["version"]
    python = f"py{sys.version_info.major}.{sys.version_info.minor}"
    to.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=to, prefix=".staged-") as staged:
        root = Path(staged)
        _project_files(root)
        _link(fetch_wheels(cache, say), root / content.WHEELS)
        _link(fetch_jars(cache, say), root / content.JARS / f"{KAFKA.name}-{KAFKA.digest}")
        if not pages.is_built():
            raise StackError(no_bundle("pages non construites : « make web »", "pages not built: `make web`"))
        shutil.copytree(pages.DIST, root / content.PAGES)
        _sbom(root)
        manifest = content.manifest(root, version, commit)
        (root / content.MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n")
        (root / content.SUMS).write_text(content.sums(root))
        for line in content.complaints(root):
            raise StackError(no_bundle(f"archive incomplète : {line}", f"incomplete bundle: {line}"))
        archive = to / f"vigie-{version}-{manifest['machine']}-{python}.tar.gz"
        digest = _pack(root, archive, archive.name.removesuffix(".tar.gz"), moment)
    archive.with_name(f"{archive.name}.sha256").write_text(f"{digest}  {archive.name}\n")
    say(f"{archive} ({archive.stat().st_size // 1_000_000} Mo / MB)")
    say(f"sha256 {digest}")
    say(f"pour / for: {manifest['machine']}, Python {python[2:]}, glibc ≥ {manifest['glibc'] or '-'}")
    return archive


def fetch_wheels(cache: Path, say: Say) -> Path:
    """The folder of the wheels of the shipped locks; downloads them, hash-checked by pip, if it is not there yet."""
    digest = hashlib.sha256(b"".join((REPOSITORY / lock).read_bytes() for lock in SHIPPED_PYTHON)).hexdigest()[:12]
    folder = cache / f"wheels-{digest}-{sys.implementation.cache_tag}"
    if folder.is_dir():
        return folder
    say("téléchargement des paquets Python / fetching the Python packages")
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache, prefix=".wheels-") as temporary:
        for lock in SHIPPED_PYTHON:
            command = (
                *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"),
                *("--require-hashes", "--no-deps", "--only-binary", ":all:", "-d", temporary, "-r", lock),
            )
            done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                print(done.stderr[-2000:], file=sys.stderr)
                raise StackError(no_network(f"les paquets de / the packages of {lock}"))
        shutil.copytree(temporary, folder)
    return folder


def _head() -> tuple[str, int]:
    """Commit and its time (seconds). Raises StackError if the folder is not what is committed."""
    if _git("status", "--porcelain"):
        raise StackError(
            no_bundle(
                "l'archive contient ce qui est validé dans git : validez ou retirez d'abord vos changements",
                "the bundle holds what is committed: commit or take away your changes first",
            )
        )
    commit, moment = _git("log", "-1", "--format=%H %ct").decode().split()
    return commit, int(moment)


def _project_files(root: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(_git("archive", "--format=tar", "HEAD"))) as files:
        files.extractall(root, filter="data")


def _git(*arguments: str) -> bytes:
    return subprocess.run(("git", *arguments), cwd=REPOSITORY, check=True, capture_output=True).stdout


def _link(source: Path, folder: Path) -> None:
    """Hard links where the cache stands on the same file system."""
    folder.mkdir(parents=True)
    for file in source.iterdir():
        try:
            os.link(file, folder / file.name)
        except OSError:
            shutil.copyfile(file, folder / file.name)


def _sbom(root: Path) -> None:
    command = (TOOLS, "-m", "deploy.supply", "sbom", "--root", root, "--to", root / content.SBOM)
    subprocess.run(command, cwd=REPOSITORY, check=True, stdout=subprocess.DEVNULL)


def _pack(root: Path, archive: Path, name: str, moment: int) -> str:
    """Writes sorted members of one owner and one time; returns the archive's sha256."""

    def plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.uid = member.gid = 0
        member.uname = member.gname = ""
        member.mtime = moment
        member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
        return member

    half = archive.with_name(f".{archive.name}.half")
    # Wheels and jars are compressed already: level 1 is as small as level 9.
    with (
        half.open("wb") as raw,
        gzip.GzipFile("", "wb", 1, raw, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as files,
    ):
        for file in sorted(root.rglob("*")):
            files.add(file, f"{name}/{file.relative_to(root).as_posix()}", recursive=False, filter=plain)
    half.replace(archive)
    return sha256(archive)
