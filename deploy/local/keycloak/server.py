"""One running Keycloak with the realm of deploy/keycloak, on 127.0.0.1, in memory: it ends with whoever started it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from deploy.local.child import tie_to_parent
from deploy.local.kafka.java import Java
from deploy.local.layout import REPOSITORY
from deploy.local.sentences import StackError, part_failed

REALM = REPOSITORY / "deploy" / "keycloak" / "vigie-realm.json"
START_SECONDS = 900.0
"""20 s on a quiet machine."""
LIGHT = "-XX:TieredStopAtLevel=1"
"""It lives for a minute: what the second compiler would gain it never earns back."""
SHARED = ("lib", "providers", "themes", "conf")
"""Of the distribution, which no run changes."""


@dataclass(frozen=True)
class Keycloak:
    """A server's process, its folder and its port."""

    process: subprocess.Popen[bytes]
    home: Path
    port: int

    @property
    def issuer(self) -> str:
        """What stands in `iss`."""
        return issuer(self.port)

    def stop(self) -> None:
        """Ends it and its Java."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait(10)


def issuer(port: int) -> str:
    """The realm's address, known before it is started."""
    return f"http://127.0.0.1:{port}/realms/vigie"


def start_keycloak(distribution: Path, java: Java, home: Path, port: int, variables: Mapping[str, str]) -> Keycloak:
    """Starts it with the realm, whose `${…}` are `variables`. Raises StackError if it does not answer in time."""
    _furnish(distribution, home)
    log = home / "keycloak.log"
    command = (
        str(home / "bin" / "kc.sh"),
        "start",
        "--optimized",
        "--import-realm",
        "--http-enabled=true",
        "--http-host=127.0.0.1",
        f"--http-port={port}",
        f"--hostname=http://127.0.0.1:{port}",
        "--cache=local",
    )
    parent = os.getpid()
    with log.open("wb") as out:
        process = subprocess.Popen(
            command,
            env={**os.environ, "JAVA": str(java.path), "JAVA_OPTS_APPEND": LIGHT, **variables},
            stdout=out,
            stderr=out,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=lambda: tie_to_parent(signal.SIGTERM, parent),
        )
    started = Keycloak(process, home, port)
    if not _answers(started):
        started.stop()
        raise StackError(part_failed("keycloak", "n'a pas démarré", "did not start", str(log)))
    return started


def _furnish(distribution: Path, home: Path) -> None:
    """A folder of its own around the shared files: kc.sh takes the one that it lies in for its home."""
    (home / "data" / "import").mkdir(parents=True)
    shutil.copytree(distribution / "bin", home / "bin")
    for name in SHARED:
        (home / name).symlink_to(distribution / name)
    shutil.copy(REALM, home / "data" / "import")


def _answers(started: Keycloak) -> bool:
    deadline = time.monotonic() + START_SECONDS
    with httpx.Client(trust_env=False, timeout=2) as client:
        while time.monotonic() < deadline and started.process.poll() is None:
            try:
                if client.get(f"{started.issuer}/.well-known/openid-configuration").status_code == 200:
                    return True
            except httpx.TransportError:
                pass  # not listening yet
            time.sleep(0.25)
    return False
