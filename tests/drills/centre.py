"""The centre of the drills: one stack with Prometheus, ordinary traffic, an operator who may be told to look away."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg

from deploy.local.layout import REPOSITORY
from tests.drills.prometheus import Prometheus
from tests.faults.city import SECRET, spot, write_overlay
from tests.faults.partner import Partner, listen
from tests.stack.running import StackProcess, start_stack

SILENT = tuple(f"drill-kiosk-{number:02d}" for number in range(1, 26))
"""Supervised kiosks that say every few seconds that they live, until a drill takes their line."""
KIOSKS_AT = (49.1178, 6.1757)
SUPERVISION_S = 20
SIGNED = "drill-signed"
LAMPS = ("armoire-eclairage-borny", "conteneur-borny-04")
JOURNAL_BYTES = 400_000
"""A small disk for ingest's journal, so that it is full within a drill."""


@dataclass
class Centre:
    """Everything a drill acts on."""

    stack: StackProcess
    client: httpx.AsyncClient
    prometheus: Prometheus
    partner: Partner
    line_of_kiosks: bool = True
    """False: their line is cut, and nothing of them arrives."""
    operator_looks: bool = True
    calls: int = 0
    _numbers: Any = field(default_factory=itertools.count)

    @property
    def ingest(self) -> str:
        """Base URL."""
        return str(self.stack.facts["ingest_url"])

    @property
    def dispatch(self) -> str:
        """Base URL."""
        return str(self.stack.facts["dispatch_urls"][0])

    @contextlib.contextmanager
    def stopped(self, part: str) -> Iterator[None]:
        """SIGSTOP: it is there and says nothing; SIGCONT at the end, also of a drill that fails."""
        process = self.stack.facts["pids"][part]
        os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(process, signal.SIGCONT)

    async def sos(self) -> None:
        """Somebody presses the app's button at a place of their own."""
        self.calls += 1
        lat, lon = spot(self.calls)
        body = {
            "sos_id": f"drill-{self.calls}",
            "lat": lat,
            "lon": lon,
            "accuracy_m": 8,
            "at": now(),
            "person": "drill",
        }
        await self.client.post(f"{self.ingest}/v1/sos", json=body)

    async def lamps(self, many: int) -> httpx.Response:
        """So many ordinary signals in one request."""
        bodies = [
            {"device": LAMPS[number % 2], "nature": "tamper", "at": now(), "sequence": f"drill-{number}"}
            for number in itertools.islice(self._numbers, many)
        ]
        return await self.client.post(f"{self.ingest}/v1/signals", json=bodies, timeout=30)

    async def open_incidents(self) -> list[dict[str, Any]]:
        """Incidents that nobody has acknowledged."""
        answer = await self.client.get(f"{self.dispatch}/v1/incidents?state=open&state=in_progress&limit=1000")
        return [found for found in answer.raise_for_status().json() if found["acknowledged_at"] is None]

    async def acknowledge(self, incident: str) -> None:
        """*Acquitter*."""
        await self.client.post(f"{self.dispatch}/v1/incidents/{incident}/acknowledge")

    async def run(self, *arguments: str) -> None:
        """A command of ours, as an administrator's on this machine. Raises CalledProcessError."""
        env = {**os.environ, "KAFKA_BOOTSTRAP_SERVERS": self.stack.kafka}
        await asyncio.to_thread(
            subprocess.run, (sys.executable, *arguments), cwd=REPOSITORY, env=env, check=True, capture_output=True
        )

    def sql(self) -> psycopg.Connection[Any]:
        """An administrator's own session, as by psql."""
        return psycopg.connect(self.stack.database_url, application_name="psql")

    async def traffic(self) -> None:
        """Signals, signs of life and the operator, until cancelled; what is away is passed over."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._each(0.5, lambda: self.lamps(1)))
            group.create_task(self._each(1.0, self._operate))
            group.create_task(self._each(4.0, self._kiosks))

    async def _each(self, seconds: float, act: Any) -> None:
        while True:
            with contextlib.suppress(httpx.HTTPError):  # the fault of a drill: what it does is seen by the alert
                await act()
            await asyncio.sleep(seconds)

    async def _operate(self) -> None:
        if self.operator_looks:
            for incident in await self.open_incidents():
                await self.acknowledge(incident["incident_id"])

    async def _kiosks(self) -> None:
        if self.line_of_kiosks:
            for kiosk in SILENT:
                await self.client.post(f"{self.ingest}/v1/kiosks/{kiosk}/heartbeat", json={})


def now() -> str:
    """ISO 8601 in UTC."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


@asynccontextmanager
async def opened(var: Path) -> AsyncIterator[Centre]:
    """Up, with traffic, and nothing rings."""
    os.environ.setdefault(SECRET, "of-the-drills-alone-0123456789abcdef")
    partner = Partner(secret=os.environ[SECRET], listening=listen(), answers=False)
    await partner.start()
    stack = await asyncio.to_thread(
        start_stack,
        var,
        "",
        {
            "OBSERVE": "1",
            "VIGIE_KILL_HUNG": "0",  # drills stop processes for longer than a hung one may live
            "VIGIE_OVERLAY": str(_overlay(var / "overlay", partner.url)),
            "INGEST_JOURNAL_MAX_BYTES": str(JOURNAL_BYTES),
        },
    )
    try:
        async with httpx.AsyncClient(timeout=5, trust_env=False) as client, asyncio.TaskGroup() as group:
            prometheus = Prometheus(stack.facts["prometheus_url"], client)
            centre = Centre(stack, client, prometheus, partner)
            running = [group.create_task(prometheus.run()), group.create_task(centre.traffic())]
            yield centre
            for task in running:
                task.cancel()
    finally:
        await asyncio.to_thread(stack.stop)
        await partner.stop()


def _overlay(folder: Path, webhook: str) -> Path:
    """The faults' city with kiosks that are missed soon, and one that must sign."""
    write_overlay(folder, webhook)
    place = {"kind": "kiosk", "commune": "57463", "sector": "centre-ville"}
    kiosks: list[dict[str, object]] = []
    for number, name in enumerate((*SILENT, SIGNED)):
        where = {"lat": KIOSKS_AT[0] + number * 1e-5, "lon": KIOSKS_AT[1]}
        kiosks.append({"id": name, "name": name, **place, "position": where})
        signs = {"auth": "hmac", "auth_key_ref": f"file:{SIGNED}.key"}
        kiosks[-1] |= signs if name == SIGNED else {"supervision_s": SUPERVISION_S}
    (folder / "drills.yaml").write_text(json.dumps({"devices": kiosks}, indent=1), "utf-8")
    return folder
