"""The loop: by lease one dispatch process compares, counts and probes, and raises or ends the system's own alarms.

It lives in dispatch because dispatch has both sides of the comparison, outcomes and incidents in its tables and
`signals` in reach, and opens the incident in the transaction that says why. Two dispatch processes stand in for each
other by the lease; that both are dead is what the supervisor and the monitoring see.
"""

import asyncio
import time
import uuid
from collections.abc import Callable, Mapping
from datetime import timedelta

from confluent_kafka import Consumer, KafkaException, TopicPartition
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas.topics.files import topics
from services.chassis import logs
from services.chassis.consumer import GROUP_DEFAULTS
from services.chassis.database import FAULTS
from services.chassis.health import Health, State
from services.chassis.lifecycle import pause
from services.chassis.metrics import RESTARTS_OF_LOOPS
from services.dispatch.actions import alerting
from services.dispatch.actions.intake import Times
from services.dispatch.domain.reconciling import Limits
from services.dispatch.domain.system_alarms import SystemAlarm
from services.dispatch.metrics import SYSTEM_ALARMS
from services.dispatch.packs import Library
from services.dispatch.settings import DispatchSettings
from services.dispatch.store import leases
from services.dispatch.store.work import Work, run
from services.dispatch.watch.dead_letter_watch import DeadLetterWatch
from services.dispatch.watch.reconciler import Reconciler
from services.dispatch.watch.signals_tail import NO_CENTRE

log = logs.get(__name__)
NAME = "watch"
CHECK = "system_alarms"
SETTLED_HERE = (SystemAlarm.UNRECONCILED, SystemAlarm.DEAD_LETTERS)
"""The third is the synthetic SOS's own, which shows it itself."""
ASK_S = 5.0
LEASE_ROUNDS = 4
OFF_S = 3600.0


class SystemWatch:
    """`reconcile_every_s` 0 switches it off."""

    def __init__(
        self,
        engine: AsyncEngine,
        library: Library,
        settings: DispatchSettings,
        health: Health,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine, self._library, self._health = engine, library, health
        self._every_s = settings.reconcile_every_s
        self._times = Times(settings.offer, settings.link_within)
        config = settings.kafka()
        limits = Limits(settings.reconcile_grace_s, settings.reconcile_grace_s)
        self._reconciler = Reconciler(engine, dict(config), limits, clock)
        # No AdminClient: while the leader that it asks is away, it connects again without a pause (librdkafka 2.16).
        # That took 0.6 of a processor for five seconds after each broker's death.
        self._asking = Consumer({**GROUP_DEFAULTS, **config, "group.id": "dispatch.watch"})
        self._letters = DeadLetterWatch(settings.dead_letters_per_minute, clock)
        self._lease = timedelta(seconds=LEASE_ROUNDS * max(self._every_s, 1.0))
        self._holder = str(uuid.uuid4())
        self._standing: dict[SystemAlarm, dict[str, int]] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Runs until `stop`; what cannot be looked at now is looked at in the next round."""
        try:
            while not stop.is_set():
                if self._every_s:
                    await self._safe_round()
                await pause(stop, self._every_s or OFF_S)
        finally:
            await self._reconciler.close()
            await asyncio.to_thread(self._asking.close)
            await leases.give_back(self._engine, NAME, self._holder)

    async def round(self) -> None:
        """One look at everything, if the lease is ours."""
        if not await leases.take(self._engine, NAME, self._holder, self._lease):
            self._reconciler.rest()
            self._letters.forget()
            self._standing.clear()
            self._show()  # an alarm of before would ring here for ever
            self._health.set(CHECK, State.READY, "another process watches")
            return
        await self._settle(SystemAlarm.UNRECONCILED, await self._reconciler.round())
        many = self._letters.see(await asyncio.to_thread(self._ends_of_dead))
        await self._settle(SystemAlarm.DEAD_LETTERS, {NO_CENTRE: many} if many else {})
        self._show()

    async def _settle(self, alarm: SystemAlarm, found: Mapping[str, int]) -> None:
        """Asks the database only where something has changed, and at first, when another may have left an alarm."""
        before = self._standing.get(alarm)
        if before is not None and before.keys() == found.keys():
            self._standing[alarm] = dict(found)
            return

        async def act(work: Work) -> None:
            await alerting.settle(work, alarm, found, self._times)

        await run(self._engine, self._library, act)
        self._standing[alarm] = dict(found)
        if before or found:
            log.warning("system_alarm", alarm=alarm, stands=bool(found), count=sum(found.values()))

    def _show(self) -> None:
        for alarm in SETTLED_HERE:
            SYSTEM_ALARMS.labels(alarm).set(1 if self._standing.get(alarm) else 0)
        loud = [f"{alarm}: {sum(found.values())}" for alarm, found in self._standing.items() if found]
        self._health.set(CHECK, State.DEGRADED if loud else State.READY, ", ".join(loud))

    def _ends_of_dead(self) -> dict[str, int]:
        """The end of each dead letters' topic, which have one partition. Raises KafkaException."""
        dead = [file.dead_topic for file in topics().values() if file.dead_letters]
        return {topic: self._asking.get_watermark_offsets(TopicPartition(topic, 0), timeout=ASK_S)[1] for topic in dead}

    async def _safe_round(self) -> None:
        try:
            await self.round()
        except (KafkaException, LookupError, TimeoutError, *FAULTS) as error:
            RESTARTS_OF_LOOPS.labels(NAME).inc()
            self._health.set(CHECK, State.DEGRADED, f"cannot compare: {type(error).__name__}")
            log.warning("watch_waits", error=type(error).__name__)
        except Exception as error:
            RESTARTS_OF_LOOPS.labels(NAME).inc()
            self._health.set(CHECK, State.DEGRADED, f"failed: {type(error).__name__}")
            log.exception("watch_failed")
