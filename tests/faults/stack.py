"""The stack under test: three brokers, two dispatches and everything else, and how to hurt and heal its processes."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import sys
import time
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
from confluent_kafka.admin import AdminClient

from deploy.local.layout import REPOSITORY

BROKERS = ("kafka-1", "kafka-2", "kafka-3")
DISPATCHES = ("dispatch", "dispatch-2")
SERVICES = ("ingest", "screening", "correlation", "notify", *DISPATCHES)
BECAME_CONTROLLER = re.compile(r"^(\S+).*Becoming the active controller at epoch (\d+)")
LOOK_S = 0.1
PATIENCE = float(os.environ.get("VIGIE_FAULTS_PATIENCE") or 1.0)
"""Times as long is waited for what must come by itself, on a machine that is busy with other things. Never for T."""


class NotHealed(Exception):
    """The stack did not come back within the time; the text says what is still missing."""


async def until(look: Callable[[], bool], what: str, seconds: float) -> float:
    """Waits for something outside of this process; the seconds it took. Raises NotHealed."""
    began = time.monotonic()
    while not await asyncio.to_thread(look):
        if time.monotonic() - began > seconds * PATIENCE:
            raise NotHealed(f"{what} ({seconds:g} s)")
        await asyncio.sleep(LOOK_S)
    return time.monotonic() - began


@dataclass
class Stack:
    """What cases do to processes; all by the pids that the supervisor keeps in stack.json."""

    var: Path
    orders: Path
    """Folders of the fault points, one a process (services/chassis/fault_points)."""
    accounts: dict[str, str]
    """DC-09 account by panel, from the pack."""
    calls: int = 0
    """How many SOS all cases have sent."""

    @property
    def facts(self) -> dict[str, Any]:
        """Content of run/stack.json, read anew: pids change when a part was restarted."""
        content: dict[str, Any] = json.loads((self.var / "run" / "stack.json").read_text())
        return content

    @property
    def kafka(self) -> str:
        """Bootstrap servers."""
        return str(self.facts["kafka"])

    @property
    def database(self) -> str:
        """postgresql:// URL."""
        return str(self.facts["database_url"])

    async def migrate(self, service: str) -> tuple[int, str]:
        """What an upgrade runs first, while everybody works: exit code, and the end of what was said."""
        command = (sys.executable, "-m", f"services.{service}", "migrate")
        env = {"DATABASE_URL": self.database, "PATH": os.environ.get("PATH", "")}
        process = await asyncio.create_subprocess_exec(*command, cwd=REPOSITORY, env=env, stdout=PIPE, stderr=STDOUT)
        said, _ = await process.communicate()
        return process.returncode or 0, said.decode(errors="replace")[-300:]

    def pid(self, part: str) -> int | None:
        """The present pid; None while it does not run."""
        found = self.facts["pids"].get(part)
        return int(found) if found else None

    def send(self, part: str, what: signal.Signals) -> int:
        """Sends a signal; the pid it went to. Raises ProcessLookupError where the part does not run."""
        pid = self.pid(part)
        if pid is None:
            raise ProcessLookupError(part)
        os.kill(pid, what)
        return pid

    def kill(self, part: str) -> int:
        """kill -9; the pid that died."""
        return self.send(part, signal.SIGKILL)

    def hold(self, part: str) -> None:
        """kill -9, and the supervisor does not start it again until `release`."""
        self._held(part).touch()
        if self.pid(part) is not None:
            with contextlib.suppress(ProcessLookupError):  # it was just ending by itself
                self.kill(part)

    def release(self, part: str) -> None:
        """It may run again."""
        self._held(part).unlink(missing_ok=True)

    def order(self, process: str, point: str, what: str = "kill") -> None:
        """The process dies (or stops) the next time it comes by that point."""
        self._orders(process, point).write_text(what)

    def carried_out(self, process: str, point: str) -> bool:
        """True once the process has come by."""
        return not self._orders(process, point).exists()

    def set_clock(self, process: str, seconds: float | None) -> None:
        """Sets the process's clock wrong by `seconds`; None: right again."""
        file = self._orders(process, "clock")
        file.unlink(missing_ok=True) if seconds is None else file.write_text(str(seconds))

    def heal_everything(self) -> None:
        """Takes back every fault that lasts: stopped processes go on, held parts run, clocks are right."""
        for file in self.orders.glob("*/*"):
            file.unlink(missing_ok=True)
        for file in (self.var / "run").glob("*.held"):
            file.unlink(missing_ok=True)
        for pid in self.facts["pids"].values():
            with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
                if psutil.Process(pid).status() == psutil.STATUS_STOPPED:
                    os.kill(pid, signal.SIGCONT)

    async def healthy(self, seconds: float = 60.0) -> None:
        """Returns once every process answers ready and every replica is in sync. Raises NotHealed."""
        urls = {name: url.replace("/metrics", "/health/ready") for name, url in self.facts["metrics"].items()}
        deadline = time.monotonic() + seconds * PATIENCE
        missing: list[str] = sorted(urls)
        async with httpx.AsyncClient(timeout=2, trust_env=False) as client:
            while missing:
                if time.monotonic() > deadline:
                    raise NotHealed(f"not ready: {', '.join(missing)}")
                missing = [name for name in missing if not await _ready(client, urls[name])]
                await asyncio.sleep(LOOK_S if missing else 0)
        await until(self.replicated, "replicas in sync", max(5.0, deadline - time.monotonic()))

    def replicated(self) -> bool:
        """True while each partition of each topic has all its replicas in sync."""
        metadata = self._metadata()
        if metadata is None or len(metadata.brokers) < len(self.kafka.split(",")):
            return False
        partitions = (p for topic in metadata.topics.values() for p in topic.partitions.values())
        return all(set(p.isrs) == set(p.replicas) for p in partitions)

    def leader(self, topic: str, partition: int = 0) -> str:
        """The broker that leads a partition, by name."""
        metadata = self._metadata()
        if metadata is None:
            raise NotHealed("no metadata")
        return f"kafka-{metadata.topics[topic].partitions[partition].leader}"

    def controller(self) -> str:
        """The broker that is the active controller: the one that said so last, in the highest epoch."""
        said = [found for name in BROKERS for found in self._elections(name)]
        return max(said)[1]

    def bystander(self, *not_these: str) -> str:
        """A broker that is none of these."""
        return next(name for name in BROKERS if name not in not_these)

    def _elections(self, name: str) -> Iterable[tuple[int, str]]:
        for suffix in (".log.1", ".log"):
            file = (self.var / "log" / name).with_suffix(suffix)
            if file.exists():
                for line in file.read_text(errors="replace").splitlines():
                    if (found := BECAME_CONTROLLER.match(line)) is not None:
                        yield int(found.group(2)), name

    def _metadata(self):  # type: ignore[no-untyped-def]
        admin = AdminClient({"bootstrap.servers": self.kafka, "log_level": 0})
        try:
            return admin.list_topics(timeout=5)
        except Exception:  # noqa: BLE001 (KafkaException of any kind: there is no metadata now)
            return None

    def _held(self, part: str) -> Path:
        return self.var / "run" / f"{part}.held"

    def _orders(self, process: str, name: str) -> Path:
        folder = self.orders / process
        folder.mkdir(parents=True, exist_ok=True)
        return folder / name


async def _ready(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(url)).status_code == 200
    except httpx.HTTPError:
        return False
