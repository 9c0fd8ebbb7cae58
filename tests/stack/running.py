"""A stack (all or some parts) started by the same supervisor that `make up` uses, in a temporary VIGIE_VAR."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.local.child import tie_to_parent
from deploy.local.layout import REPOSITORY

STOP_SECONDS = 60.0
READY_LINE = "Vigie est en marche"


@dataclass(frozen=True)
class StackProcess:
    """A running supervisor and what its stack.json says."""

    process: subprocess.Popen[str]
    var: Path

    @property
    def facts(self) -> dict[str, Any]:
        """Content of var/run/stack.json, read anew: pids change when a part was restarted."""
        content: dict[str, Any] = json.loads((self.var / "run" / "stack.json").read_text())
        return content

    @property
    def kafka(self) -> str:
        """Bootstrap servers."""
        return str(self.facts["kafka"])

    @property
    def database_url(self) -> str:
        """postgresql:// URL of the maintenance database."""
        return str(self.facts["database_url"])

    @property
    def mqtt_url(self) -> str:
        """mqtt:// URL."""
        return str(self.facts["mqtt_url"])

    def kill(self, part: str) -> None:
        """kill -9 of one part, or of the supervisor itself."""
        os.kill(self.facts["pids"][part], signal.SIGKILL)

    def stop(self) -> int:
        """Stops the stack as `make down` does; returns the supervisor's exit code."""
        self.process.terminate()
        code = self.process.wait(STOP_SECONDS)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code


def start_stack(var: Path, only: str = "", env: Mapping[str, str] | None = None) -> StackProcess:
    """Starts and waits until all wanted parts are ready. Raises RuntimeError with the supervisor's words.

    The stack ends with this process, even if that is killed.
    """
    parent = os.getpid()
    process = subprocess.Popen(
        (sys.executable, "-m", "deploy.local", "run", "--only", only),
        cwd=REPOSITORY,
        # Tests of services order as any machine; tests/browser signs in and asks for the demo's accounts.
        env={**os.environ, "VIGIE_VAR": str(var), "VIGIE_ACCOUNTS": "open", **(env or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: tie_to_parent(signal.SIGTERM, parent),
    )
    said = _until_ready(process)
    if process.poll() is not None or not said or READY_LINE not in said[-1]:
        raise RuntimeError(f"the stack did not start ({process.wait()}):\n" + "".join(said))
    threading.Thread(target=_read_on, args=(process,), name="stack-output", daemon=True).start()
    return StackProcess(process, var)


def _read_on(process: subprocess.Popen[str]) -> None:
    """What the supervisor says later is in its log; unread, a full pipe would stop it from restarting anything."""
    assert process.stdout is not None
    with contextlib.suppress(ValueError):  # closed by `stop`
        for _ in process.stdout:
            pass


def _until_ready(process: subprocess.Popen[str]) -> list[str]:
    said = []
    assert process.stdout is not None
    for line in process.stdout:
        said.append(line)
        if READY_LINE in line:
            break
    return said
