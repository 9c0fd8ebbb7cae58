"""The parts of the notify process, connected: reader, delivery, reporter, follower of the packs."""

import asyncio
import threading
from contextlib import suppress

from services.chassis.clock import SystemClock
from services.chassis.consumer import BatchLoop, CompactedReader
from services.chassis.database import engine
from services.chassis.dead_letter import DeadLetters
from services.chassis.health import Health
from services.chassis.lifecycle import until_stopped
from services.chassis.migrated import Migrated
from services.chassis.operations import OperationsServer
from services.chassis.producer import Producer
from services.notify.channels.apprise.sender import Apprise
from services.notify.channels.webhook.sender import Webhook
from services.notify.consumer import TOPIC, EventReader
from services.notify.delivery import Delivery
from services.notify.directories import Directories
from services.notify.domain.retry import Backoff
from services.notify.reporter import Reporter
from services.notify.settings import NotifySettings
from services.notify.store.migrate import FOLDER
from services.notify.store.outcomes import Outcomes
from services.notify.store.patience import Patience, Stopped
from services.notify.store.sent_log import SentLog
from services.notify.store.tables import SCHEMA

FOLLOWER_LOOK_S = 0.1


class NotifyProcess:
    """Made and run on the loop; `run` returns once everything is put away."""

    def __init__(self, settings: NotifySettings, stop: asyncio.Event) -> None:
        self._settings, self._stop = settings, stop
        self._clock, self._health = SystemClock(), Health("notify")
        self._held = asyncio.Event()
        self._directories = Directories(self._health, settings.shift_lead_apprise_ref)
        self._engine = engine(settings.database_url.get_secret_value(), "vigie-notify")
        self._producer = Producer(settings.kafka())
        self._patience = Patience(self._health, stop)
        self._webhook = Webhook(settings, self._clock, settings.vigie_secrets_dir)
        self._apprise = Apprise(settings, settings.vigie_secrets_dir)
        self._reporter = Reporter(Outcomes(self._engine, settings.instance), self._producer, self._patience)
        self._sent_log = SentLog(self._engine, settings.instance)
        self._delivery = self._make_delivery()
        command = "python -m services.notify migrate"
        self._migrated = Migrated(self._engine, SCHEMA, FOLDER, command, self._health)
        self._packs = CompactedReader(settings.kafka(), "packs", self._directories.packs.accept)
        self._operations = OperationsServer(settings.bind_host, settings.notify_port, self._health)

    async def run(self) -> None:
        """Until told to stop; a part that fails ends the process."""
        self._operations.start()
        self._packs.start()
        try:
            if not await self._migrated.wait(self._stop):
                return
            await until_stopped(
                self._stop,
                self._read(),
                self._send(),
                self._reporter.run(self._stop),
                self._follow(),
            )
        finally:
            await self._put_away()

    def _make_delivery(self) -> Delivery:
        s = self._settings
        return Delivery(
            self._sent_log,
            {channel.name: channel for channel in (self._webhook, self._apprise)},
            self._directories,
            self._patience,
            self._clock,
            Backoff(s.notify_retry_first_s, s.notify_retry_most_s, s.notify_retry_limit_s),
            s.notify_lanes,
            settled=self._reporter.wake,
        )

    def _letters(self) -> DeadLetters:
        limit = self._settings.dead_letters_per_minute
        return DeadLetters(self._producer, self._health, self._clock, limit, [f"{TOPIC}.dead"])

    async def _read(self) -> None:
        """Begins once the packs are here: before that no event could be decided."""
        await _first(self._held, self._stop)
        if self._stop.is_set():
            return
        reader = EventReader(
            self._sent_log,
            self._directories,
            self._letters(),
            self._patience,
            self._clock,
            self._settings.links_root,
            self._written,
        )
        ended = threading.Event()
        loop = BatchLoop(self._settings.kafka(), self._settings.notify_group, [TOPIC], reader.handle)
        reading = asyncio.create_task(asyncio.to_thread(loop.run, ended))
        stopping = asyncio.create_task(self._stop.wait())
        await asyncio.wait({reading, stopping}, return_when=asyncio.FIRST_COMPLETED)
        ended.set()
        stopping.cancel()
        try:
            await reading
        except Stopped:
            return  # what was read and not written has no committed offset: it is read again

    async def _send(self) -> None:
        """Begins once the packs are here: before that no recipient has an address."""
        await _first(self._held, self._stop)
        await self._delivery.run(self._stop)

    def _written(self) -> None:
        self._delivery.wake()
        self._reporter.wake()

    async def _follow(self) -> None:
        """Watches the thread that follows the packs, and says when what was there has been read."""
        while not self._stop.is_set():
            if self._packs.failed is not None:
                raise self._packs.failed
            if self._packs.caught_up.is_set() and self._directories.any_held:
                self._held.set()
            with suppress(TimeoutError):
                async with asyncio.timeout(FOLLOWER_LOOK_S):
                    await self._stop.wait()

    async def _put_away(self) -> None:
        await asyncio.to_thread(self._packs.stop)
        await self._webhook.close()
        await self._apprise.close()
        await asyncio.to_thread(self._producer.close)
        await self._engine.dispose()
        self._operations.stop()


async def _first(*events: asyncio.Event) -> None:
    """Returns when any of them is set."""
    waiting = [asyncio.create_task(event.wait()) for event in events]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
