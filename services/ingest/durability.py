"""Connects what makes a signal durable: both lanes, the journal with its two drains, the second path."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path

from pydantic import SecretStr

from services.chassis import logs
from services.chassis.clock import Clock
from services.chassis.health import Health
from services.chassis.producer import Producer
from services.ingest.journal.drain import PATIENT, Drain
from services.ingest.journal.journal import Journal
from services.ingest.journal.urgent_drain import UrgentDrain
from services.ingest.journal.writer import Unwritable
from services.ingest.keeping import Keeping, Patience
from services.ingest.lanes import KafkaLanes
from services.ingest.second_path import DispatchDoors
from services.ingest.settings import IngestSettings

log = logs.get(__name__)
CHECK = "journal"
TOKEN = "DISPATCH_SERVICE_TOKEN"
LOAD_AGAIN_S = 2.0


class Durability:
    """The parts of one process."""

    def __init__(self, settings: IngestSettings, lanes: KafkaLanes, health: Health, clock: Clock) -> None:
        self.journal = Journal(settings.vigie_state_dir, settings.ingest_journal_max_bytes, clock)
        health.ask(CHECK, self.journal.check)
        urls = [url.strip() for url in settings.dispatch_urls.split(",") if url.strip()]
        self._doors = DispatchDoors(urls, token_of(settings)) if urls else None
        patience = Patience(settings.ingest_kafka_within_s, settings.ingest_urgent_within_s)
        self.keeping = Keeping(lanes, self.journal, patience, self._doors)
        self._keeping: asyncio.Task[None] | None = None
        config = {**settings.kafka(), **PATIENT}

        def sender() -> Producer:
            return Producer(dict(config))

        self._drain = Drain(self.journal, sender, clock, patience.kafka_s, self.keeping.kafka_answers)
        self._urgent = UrgentDrain(self.journal, lanes, self._doors, self.keeping.urgent_lane_answers)

    async def begin(self) -> None:
        """Reads what an earlier process left. A disk that does not obey is said, and tried again later."""
        try:
            await self.journal.load()
        except Unwritable as error:
            log.error("journal_not_open", **logs.fault(error))
        else:
            if self.journal.depth:
                log.warning("journal_left_over", rows=self.journal.depth)
        if self._keeping is None:
            # Beyond the stop signal: what is under way then must still find its way.
            self._keeping = asyncio.create_task(self.keeping.run(asyncio.Event()))

    def parts(self, stop: asyncio.Event) -> list[Coroutine[None, None, None]]:
        """What runs as long as the process does."""
        return [self._watch(stop), self._drain.run(stop), self._urgent.run(stop), self._load_again(stop)]

    async def end(self) -> None:
        """Closes file and connections; rows stay for the next start."""
        if self._keeping is not None:
            self._keeping.cancel()
        await self.journal.close()
        if self._doors is not None:
            await self._doors.close()

    async def _watch(self, stop: asyncio.Event) -> None:
        """Ends the process if the task that looks for overdue signals has ended."""
        assert self._keeping is not None, "begin comes first"
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({stopping, self._keeping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if self._keeping.done():
            self._keeping.result()

    async def _load_again(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await asyncio.wait_for(stop.wait(), LOAD_AGAIN_S)
            except TimeoutError:
                if not self.journal.loaded:
                    await self.begin()


def token_of(settings: IngestSettings) -> SecretStr | None:
    """The service token, from the environment or the secrets folder."""
    if settings.dispatch_service_token is not None:
        return settings.dispatch_service_token
    file: Path | None = settings.vigie_secrets_dir and settings.vigie_secrets_dir / TOKEN
    if file is None or not file.is_file():
        return None
    return SecretStr(file.read_text(encoding="utf-8").strip())
