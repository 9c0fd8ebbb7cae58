"""Fetches Keycloak by coordinates, accepts only the locked sha256, unpacks it and builds it once for our database."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import tempfile
import tomllib
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deploy.local.kafka.jars import verified
from deploy.local.kafka.java import Java
from deploy.local.sentences import StackError, part_failed

LOCK = Path(__file__).with_name("keycloak.toml")
BUILD_SECONDS = 900.0
"""40 s on a quiet machine."""


@dataclass(frozen=True)
class Distribution:
    """Coordinates and hash, in the words of `kafka.jars`."""

    groupId: str  # noqa: N815 (Maven's word)
    artifactId: str  # noqa: N815 (Maven's word)
    version: str
    sha256: str
    classifier: str = ""
    packaging: str = "zip"


def locked() -> Distribution:
    """What keycloak.toml says."""
    said = tomllib.loads(LOCK.read_text())
    return Distribution(said["group"], said["artifact"], said["version"], said["sha256"])


def fetch_keycloak(cache: Path, java: Java, say: Callable[[str], None]) -> Path:
    """The folder of the server, ready to start; downloads and builds it if it is not there yet.

    Raises StackError without a network, if the file does not match its hash twice, or if the build fails.
    """
    wanted = locked()
    folder = cache / f"keycloak-{wanted.version}-{wanted.sha256[:12]}"
    if folder.is_dir():
        return folder
    say(f"téléchargement de Keycloak {wanted.version} / fetching Keycloak (177 MB)")
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache, prefix=".keycloak-") as temporary:
        archive = verified(wanted, Path(temporary), "Keycloak")
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(temporary)
        unpacked = Path(temporary) / f"keycloak-{wanted.version}"
        script = unpacked / "bin" / "kc.sh"
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
        say("construction, une fois / building it, once")
        _build(script, java, cache / "keycloak-build.log")
        try:
            unpacked.rename(folder)
        except OSError:  # a run beside this one was faster
            if not folder.is_dir():
                raise
    shutil.rmtree(cache / "maven", ignore_errors=True)
    return folder


def _build(script: Path, java: Java, log: Path) -> None:
    """Keycloak optimises itself for one kind of database; in memory, since a test keeps nothing."""
    command = (str(script), "build", "--db=dev-mem")
    with log.open("wb") as out:
        env = {**os.environ, "JAVA": str(java.path)}
        building = subprocess.Popen(command, env=env, stdout=out, stderr=out, start_new_session=True)
        try:
            code = building.wait(BUILD_SECONDS)
        except BaseException:
            os.killpg(building.pid, signal.SIGKILL)  # its Java as well
            raise
    if code != 0:
        raise StackError(part_failed("keycloak", "ne se construit pas", "cannot be built", str(log)))
