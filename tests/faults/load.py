"""A steady load over the real protocols: about fifty ordinary messages a second, and an SOS a second."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx

from demo.insist import GaveUp
from demo.ledger import Ledger, Sent, Way
from demo.pulse import Pulse
from demo.senders.cameras import Cameras
from demo.senders.devices import Devices
from demo.senders.panels import Panel
from tests.faults.city import SHARE, spot
from tests.faults.clients import Clients

KIOSKS = ("borne-fournirue", "borne-dupont-des-loges", "borne-comedie", "borne-charrons")
PANELS = ("panel-gymnase-sablon", "panel-mairie-montigny", "panel-mairie-woippy", "panel-ecole-tilleuls")
CAMERAS = (("fournirue", "cam-fournirue"), ("patrotte_thionville", "cam-patrotte"), ("sablon_gymnase", "cam-sablon"))
SENSORS = ("armoire-eclairage-borny", "conteneur-borny-04")
SOS_EVERY_S = 1.0


@dataclass
class Load:
    """Sends until stopped. Every sender keeps its rate whatever becomes of the answers: they are awaited apart."""

    clients: Clients
    ingest: str
    dc09: tuple[str, int]
    mqtt: tuple[str, int]
    accounts: dict[str, str]
    ledger: Ledger
    run: str
    number: int = 0
    """Counts the SOS of all cases: each has its own place on the grid."""
    _sending: set[asyncio.Task[None]] = field(default_factory=set)
    _streams: list[asyncio.Task[None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        pulse = Pulse()
        self._devices = Devices(self.clients.devices, self.ingest, self.ledger, pulse, self.run)
        self._phones = Devices(self.clients.phones, self.ingest, self.ledger, pulse, self.run)
        self.cameras = Cameras(self.mqtt, self.run, self.ledger)
        self._panels = [
            Panel(device=name, account=self.accounts[name], receiver=self.dc09, ledger=self.ledger, pulse=pulse)
            for name in PANELS
        ]

    def start(self) -> None:
        """Begins."""
        kiosks, sensors, cameras = itertools.cycle(KIOSKS), itertools.cycle(SENSORS), itertools.cycle(CAMERAS)

        async def kiosk() -> None:
            await self._devices.heartbeat(next(kiosks))

        async def sensor() -> None:
            await self._devices.sensor(next(sensors), "tamper")

        async def camera() -> None:
            frigate, device = next(cameras)
            await self.cameras.see(frigate, "person", device, pace_s=0.3)

        self.cameras.start()
        streams: list[tuple[float, Callable[[], Awaitable[object]]]] = [
            (0.025 / SHARE, kiosk),
            (1.0 / SHARE, sensor),
            (0.5 / SHARE, camera),
            *((1.1 / SHARE, panel.alive) for panel in self._panels),
            (SOS_EVERY_S / SHARE, self.sos),
        ]
        self._streams = [asyncio.create_task(self._flow(every_s, act)) for every_s, act in streams]

    async def sos(self, place: tuple[float, float] | None = None) -> None:
        """Somebody presses the app's button, at a place of their own unless told where."""
        self.number += 1
        await self._phones.sos(*(place or spot(self.number)), person=f"faults-{self.number}")

    async def stop(self, seconds: float = 60.0) -> None:
        """No more is sent; returns when everything sent was answered or given up, at most after `seconds`."""
        for task in self._streams:
            task.cancel()
        await asyncio.gather(*self._streams, return_exceptions=True)
        if self._sending:
            _, left = await asyncio.wait(self._sending, timeout=seconds)
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
        self.cameras.stop()

    async def _flow(self, every_s: float, act: Callable[[], Awaitable[object]]) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            due += every_s
            await asyncio.sleep(max(0.0, due - loop.time()))
            task = asyncio.create_task(_send(act))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    def burst(self, count: int, device: str, nature: str, mark: str) -> list[dict[str, str]]:
        """The bodies of a storm: `count` messages of one device, each with a mark of its own."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        return [
            {"device": device, "nature": nature, "at": now, "sequence": f"{self.run}-{mark}-{number}"}
            for number in range(count)
        ]

    async def post_burst(self, bodies: list[dict[str, str]]) -> None:
        """One request of the storm, repeated until it is answered."""
        loop = asyncio.get_running_loop()
        sent = [Sent(Way.HTTP, body["device"], False, loop.time(), body["nature"]) for body in bodies]
        self.ledger.sent.extend(sent)
        while True:
            try:
                answer = await self.clients.devices.post(f"{self.ingest}/v1/signals", json=bodies)
                if answer.status_code == 202:
                    break
            except httpx.TransportError:
                pass  # repeated below, unchanged: the marks make that safe
            await asyncio.sleep(0.2)
        for one, receipt in zip(sent, answer.json(), strict=True):
            one.acknowledged_at, one.signal_id = loop.time(), receipt["signal_id"]


async def _send(act: Callable[[], Awaitable[object]]) -> None:
    try:
        await act()
    except (GaveUp, httpx.HTTPError):
        return  # not acknowledged: counted as sent, and no more
