"""How each contender is started; all read `signals`, write `signal.outcomes` and `alarms`, and end on SIGTERM."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local.layout import REPOSITORY

HERE = Path(__file__).parent
END_S = 60.0


@dataclass(frozen=True)
class Place:
    """Where a run happens: the broker, an empty folder, a name that no run had before, and the file of rules."""

    brokers: str
    folder: Path
    name: str
    rules: Path


@dataclass(frozen=True)
class Contender:
    """`decides`: its outcomes are compared with the right ones. `command(place)` and `env(place)` start it."""

    name: str
    decides: bool
    argv: tuple[str, ...]
    group: str
    env: tuple[tuple[str, str], ...] = ()

    def filled(self, place: Place) -> tuple[str, ...]:
        """The command for one run."""
        held = {"brokers": place.brokers, "folder": str(place.folder), "rules": str(place.rules), "name": place.name}
        return tuple(part.format(**held) for part in self.argv)

    @contextmanager
    def running(self, place: Place) -> "Iterator[subprocess.Popen[bytes]]":
        """The process; it is ended at the end, whatever happened."""
        env = {name: value.format(brokers=place.brokers, folder=place.folder) for name, value in self.env}
        with (place.folder / "log").open("wb") as log:
            process = subprocess.Popen(
                self.filled(place), cwd=REPOSITORY, env={**os.environ, **env}, stdout=log, stderr=log
            )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(END_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def ours() -> Contender:
    """The production process, as `make up` starts it, without a traces file."""
    env = (
        ("KAFKA_BOOTSTRAP_SERVERS", "{brokers}"),
        ("VIGIE_STATE_DIR", "{folder}"),
        ("SCREENING_PORT", "0"),
        ("LOG_LEVEL", "WARNING"),
    )
    return Contender("ours", True, (sys.executable, "-m", "services.triage", "screening"), "triage.screening", env)


def kafka_streams(java: Path, classpath: str) -> Contender:
    """One stream thread, as by default."""
    main = "vigie.bench.Screening"
    options = ("-Xmx2g", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn")
    arguments = ("{brokers}", "{name}", "{folder}", "{rules}", "1")
    return Contender("kafka_streams", True, (str(java), *options, "-cp", classpath, main, *arguments), "{name}")


def quix(python: Path) -> Contender:
    """In its own environment."""
    argv = (str(python), str(HERE / "quix" / "app.py"), "{brokers}", "{name}", "{folder}", "{rules}")
    return Contender("quix", True, argv, "{name}")


def bare() -> Contender:
    """The loop that only reads and writes."""
    return Contender("bare", False, (sys.executable, "-m", "bench.screening.bare", "{brokers}", "{name}"), "{name}")


def bare_counting() -> Contender:
    """The same, reading and writing the JSON: counts by key and forwards."""
    argv = (sys.executable, "-m", "bench.screening.bare", "{brokers}", "{name}", "count")
    return Contender("bare_counting", False, argv, "{name}")
