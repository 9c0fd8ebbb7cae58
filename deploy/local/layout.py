"""Where everything lives under VIGIE_VAR, and nothing outside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Layout:
    """Folders of one run. `cache` holds downloads only and may be shared by runs."""

    var: Path
    cache: Path

    @property
    def run(self) -> Path:
        """Lock, process record and stack.json."""
        return self.var / "run"

    @property
    def logs(self) -> Path:
        """One file a process, and supervisor.log."""
        return self.var / "log"

    @property
    def traces(self) -> Path:
        """One JSON-lines file of spans a process."""
        return self.var / "traces"

    @property
    def secrets(self) -> Path:
        """Mode 0700: passwords made for this run's parts."""
        return self.var / "secrets"

    @property
    def extracts(self) -> Path:
        """Street maps that packs name, put there by hand; all dispatches read the same."""
        return self.var / "extracts"

    @property
    def tiles(self) -> Path:
        """Base maps that `make tiles` built, one a centre."""
        return self.var / "tiles"

    @property
    def stack_file(self) -> Path:
        """Endpoints of the running stack, mode 0600."""
        return self.run / "stack.json"

    @property
    def record_file(self) -> Path:
        """Pids and start times, so that a later run finds what a killed one left."""
        return self.run / "processes.json"

    @property
    def lock_file(self) -> Path:
        """Held (flock) by the supervisor for as long as it lives."""
        return self.run / "lock"

    def data(self, part: str) -> Path:
        """Data folder of one part, for instance `var/data/kafka-1`."""
        return self.var / "data" / part

    def state(self, process: str) -> Path:
        """VIGIE_STATE_DIR of one service process."""
        return self.var / "state" / process

    def held(self, part: str) -> Path:
        """While this file is there, the part is not started again: so a fault keeps it away (tests/faults)."""
        return self.run / f"{part}.held"

    def log(self, process: str) -> Path:
        """Full output of one process."""
        return self.logs / f"{process}.log"

    def create(self) -> None:
        """Makes the folders; secrets are readable by the owner only."""
        for folder in (self.run, self.logs, self.traces, self.cache, self.var / "data", self.var / "state"):
            folder.mkdir(parents=True, exist_ok=True)
        self.secrets.mkdir(mode=0o700, parents=True, exist_ok=True)
