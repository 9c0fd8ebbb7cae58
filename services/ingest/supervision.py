"""Makes a fault of a supervised device's silence, and a restore of its return."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import DeviceKind, Phase
from services.chassis import logs
from services.chassis.clock import Clock
from services.chassis.lifecycle import pause
from services.ingest import metrics
from services.ingest.directory import Directory
from services.ingest.domain.signal import Understood
from services.ingest.domain.supervision import SupervisionWatch
from services.ingest.reception import NotAccepted, Reception

log = logs.get(__name__)
DOOR = "supervision"
LOOK_EVERY_S = 1.0


class SupervisionReporter:
    """Hears every message through reception, and what other processes heard; reports each loss once.

    Used on one event loop. `mine`: whether this process is the one to report a device. `deaf`: true while Kafka does
    not tell what others heard; then nothing is reported, and there is a full period of grace afterwards.
    """

    def __init__(
        self,
        reception: Reception,
        clock: Clock,
        mine: Callable[[str], bool] = lambda _: True,
        deaf: Callable[[], bool] = lambda: False,
    ) -> None:
        self._reception, self._clock = reception, clock
        self._mine, self._deaf = mine, deaf
        self._was_deaf = False
        self._watch = SupervisionWatch()
        self._directory = Directory({})
        self._tasks: set[asyncio.Task[None]] = set()
        reception.on_heard(self._heard)

    def follow(self, directory: Directory) -> None:
        """Watches the devices of these packs from now on."""
        self._directory = directory
        self._watch.follow(directory.supervised(), self._clock.now())

    async def run(self, stop: asyncio.Event) -> None:
        """Looks once a second until stopped."""
        while not stop.is_set():
            await self.look()
            await pause(stop, LOOK_EVERY_S)

    async def look(self) -> None:
        """Reports every device whose silence has become too long."""
        now = self._clock.now()
        if self._deaf():
            self._was_deaf = True
            return
        if self._was_deaf:
            self._was_deaf = False
            self.begin_again()
        for device in self._watch.newly_lost(now, self._mine):
            if not await self._report(device, Phase.RAISE, self._watch.silence_s(device, now)):
                self._watch.not_reported(device)
        metrics.DEVICES_LOST.set(self._watch.lost)

    def _heard(self, understood: Understood) -> None:
        if understood.proves_life:
            self.heard(understood.device, self._clock.now())

    def begin_again(self) -> None:
        """A full period of grace for the devices that are ours (now)."""
        self._watch.begin_again(self._clock.now(), self._mine)

    def heard(self, device: str, at: datetime) -> None:
        """A sign of life, received here or by another process."""
        if self._watch.heard(device, at) and self._mine(device):
            task = asyncio.create_task(self._restored(device))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _restored(self, device: str) -> None:
        await self._report(device, Phase.RESTORE, 0)

    async def _report(self, device: str, phase: Phase, silence_s: int) -> bool:
        """True once durable; a device that the newest pack no longer has needs no report."""
        known = self._directory.device(device)
        if known is None:
            return True
        signal = Understood(
            device=device,
            device_kind=DeviceKind(known.device.kind),
            place=known.place,
            nature=Nature.SUPERVISION_LOST,
            phase=phase,
            content=phase.value.encode(),
            subject=f"{device}/supervision",
            attributes={"silence_s": silence_s} if phase is Phase.RAISE else {},
            proves_life=False,
        )
        log.warning("device_supervision", device=device, phase=phase.value, silence_s=silence_s)
        try:
            await self._reception.receive(signal, DOOR)
        except NotAccepted:
            return False
        return True
