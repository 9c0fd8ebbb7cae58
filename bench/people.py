"""Callers, sensors and patrols: what is sent, and when a tablet showed it."""

import asyncio
import itertools
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from bench.centre import PATROLS, patrols, spot
from demo.followers.sse import Event, Follower

NUMBERS = itertools.count()
"""Of all runs of a process: each caller and each place is a new one."""
STEPS = ("accept", "en-route", "on-scene", "clear")
PACE_S = 0.3
LAMPS = 20
AT_ONCE = 10
"""Signals of one request: a gateway sends what it has."""


@dataclass
class Call:
    """One SOS; wall-clock seconds, so that the traces' times can be laid beside them."""

    sent: float
    signal_id: str | None = None
    shown: float | None = None


@dataclass
class Town:
    """Everybody, on one event loop."""

    http: httpx.AsyncClient
    ingest: str
    dispatch: str
    run: str
    sensors: tuple[str, ...] = ()
    """Whose load it is."""
    units: int = PATROLS
    """How many patrols there are; each has its tablet."""
    calls: list[Call] = field(default_factory=list)
    sent: int = 0
    refused: int = 0
    late: int = 0
    """Requests that were due and not sent in their tenth of a second: the generator could not follow."""
    failed: list[str] = field(default_factory=list)
    """Requests without an answer, by the name of what was raised."""
    _shown: dict[str, float] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        """The lamps are some of the sensors."""
        self._lamps = itertools.cycle(self.sensors[:LAMPS])
        self._numbers = NUMBERS

    async def open(self) -> list[asyncio.Task[None]]:
        """All tablets follow; cancel what is returned at the end."""
        followers = [Follower(self.http, self.dispatch, self._take, unit) for unit in patrols(self.units)]
        tasks = [asyncio.create_task(follower.run()) for follower in followers]
        for follower in followers:
            await follower.connected(30)
        return tasks

    async def load(self, rate: float, seconds: float) -> None:
        """Sensors, `rate` signals a second, in requests of ten; each keeps its time whatever becomes of the others."""
        loop, names = asyncio.get_running_loop(), itertools.cycle(self.sensors)
        due, end = loop.time(), loop.time() + seconds
        while due < end:
            due += AT_ONCE / rate
            pause = due - loop.time()
            self.late += pause < -0.1
            await asyncio.sleep(max(0.0, pause))
            now = datetime.now(UTC).isoformat(timespec="milliseconds")
            self._begin(self._post([self._message(next(names), number, now) for number in range(AT_ONCE)]))

    def _message(self, device: str, number: int, now: str) -> dict[str, str]:
        """Four of five say that they live; the fifth comes from a few lamps that chatter."""
        message = {"device": device, "at": now, "sequence": f"{self.run}-{next(self._numbers)}"}
        if number % 5:
            return message | {"nature": "supervision_lost", "phase": "heartbeat"}
        return message | {"device": next(self._lamps), "nature": "lamp_out"}

    async def call(self, every_s: float, seconds: float) -> None:
        """An SOS every so often, each at a place of its own."""
        loop = asyncio.get_running_loop()
        due, end = loop.time(), loop.time() + seconds
        while due < end:
            due += every_s
            await asyncio.sleep(max(0.0, due - loop.time()))
            self._begin(self._sos())

    async def settled(self, seconds: float = 20.0) -> None:
        """Returns once everything was sent and all calls were shown, or after `seconds`."""
        deadline = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < deadline:
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=max(0.0, deadline - asyncio.get_running_loop().time()))
            for call in self.calls:
                call.shown = call.shown or (self._shown.get(call.signal_id) if call.signal_id else None)
            if all(call.shown for call in self.calls):
                return
            await asyncio.sleep(0.1)

    def _begin(self, act: Any) -> None:
        task = asyncio.create_task(act)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.failed.append(type(error).__name__)

    async def _post(self, bodies: list[dict[str, str]]) -> None:
        answer = await self.http.post(f"{self.ingest}/v1/signals", json=bodies)
        self.sent += len(bodies)
        self.refused += 0 if answer.status_code == 202 else len(bodies)

    async def _sos(self) -> None:
        number = next(self._numbers)
        lat, lon = spot(number)
        body = {
            "sos_id": f"{self.run}-{number}",
            "lat": lat,
            "lon": lon,
            "accuracy_m": 8,
            "person": f"{self.run}-{number}",
        }
        call = Call(time.time())
        self.calls.append(call)
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        answer = await self.http.post(f"{self.ingest}/v1/sos", json=body | {"at": at})
        answer.raise_for_status()
        call.signal_id = answer.json()[0]["signal_id"]

    def _take(self, event: Event) -> None:
        if event.kind != "assignment" or event.data["state"] != "offered":
            return
        for signal in (event.data.get("incident") or {}).get("signal_ids", ()):
            self._shown.setdefault(signal, time.time())
        self._begin(self._work(event.data))

    async def _work(self, offered: dict[str, Any]) -> None:
        for step in STEPS:
            await asyncio.sleep(PACE_S)
            at = datetime.now(UTC).isoformat(timespec="milliseconds")
            path = f"/v1/assignments/{offered['assignment_id']}/{step}"
            headers = {"Idempotency-Key": f"{offered['assignment_id']}:{step}", "X-Actor": offered["unit"]}
            await self.http.post(self.dispatch + path, json={"at": at, "epoch": offered["epoch"]}, headers=headers)
