"""Health of a process: named checks that are ready, waiting or degraded, as JSON for people and probes."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from services.chassis.metrics import DEGRADED


class State(StrEnum):
    """`waiting` keeps the process out of rotation; `degraded` only shows that something is wrong."""

    READY = "ready"
    WAITING = "waiting"
    DEGRADED = "degraded"


@dataclass(frozen=True)
class Check:
    """One named check with a sentence for the person on call."""

    state: State
    detail: str = ""


class Health:
    """The checks of one process; safe to set from any thread."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._lock = threading.Lock()
        self._checks: dict[str, Check] = {}
        self._asked: dict[str, Callable[[], Check]] = {}

    def set(self, name: str, state: State, detail: str = "") -> None:
        """Records a check's state; `name` is from the code, never from input."""
        with self._lock:
            self._checks[name] = Check(state, detail)
        DEGRADED.labels(name).set(1 if state is State.DEGRADED else 0)

    def ask(self, name: str, check: Callable[[], Check]) -> None:
        """Has `check` asked each time somebody looks: for what passes by itself, such as a rate."""
        with self._lock:
            self._asked[name] = check

    @property
    def ready(self) -> bool:
        """True if no check waits."""
        return all(check.state is not State.WAITING for check in self._now().values())

    @property
    def degraded(self) -> bool:
        """True if any check is degraded."""
        return any(check.state is State.DEGRADED for check in self._now().values())

    def _now(self) -> dict[str, Check]:
        with self._lock:
            asked = dict(self._asked)
        for name, check in asked.items():
            found = check()
            self.set(name, found.state, found.detail)
        with self._lock:
            return dict(self._checks)

    def report(self) -> dict[str, Any]:
        """What `/health/ready` answers."""
        checks = {name: {"state": c.state.value, "detail": c.detail} for name, c in self._now().items()}
        status = "waiting" if not self.ready else "degraded" if self.degraded else "ready"
        return {"service": self._service, "status": status, "checks": checks}
