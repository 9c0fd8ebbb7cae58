"""Real dispatch processes, to be killed."""

import os
import signal as signals
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from deploy.local.layout import REPOSITORY


@dataclass
class DispatchProcess:
    """One `python -m services.dispatch` on a port of its own; may be started again after it was killed."""

    kafka: str
    database_url: str
    log: Path
    settings: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        """Starts it; `is_ready` says when it reads and answers."""
        env = {
            **os.environ,
            "KAFKA_BOOTSTRAP_SERVERS": self.kafka,
            "DATABASE_URL": self.database_url,
            "DISPATCH_PORT": str(self.port),
            "VIGIE_PAGES_DIR": "/nonexistent",
            # The session's broker holds signals of other tests that nobody screens.
            "RECONCILE_EVERY_S": "0",
            **self.settings,
        }
        with self.log.open("ab") as log:
            command = (sys.executable, "-m", "services.dispatch")
            self._process = subprocess.Popen(command, cwd=REPOSITORY, env=env, stdout=log, stderr=log)

    async def is_ready(self) -> bool:
        """True once its readers have begun."""
        assert self._process.poll() is None, self.log.read_text()[-3000:]
        async with httpx.AsyncClient(trust_env=False) as client:
            try:
                answer = await client.get(f"{self.url}/health/ready")
            except httpx.TransportError:
                return False
        return answer.status_code == 200 and len(answer.json()["checks"]) >= 7

    def kill(self) -> None:
        """kill -9."""
        self._process.kill()
        self._process.wait(10)

    def signal(self, number: signals.Signals) -> None:
        """Sends a signal, such as SIGSTOP."""
        self._process.send_signal(number)

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        if self._process.poll() is None:
            self._process.send_signal(signals.SIGCONT)
            self._process.terminate()
        return self._process.wait(20)
