"""Each minute, by lease, one dispatch process sends a synthetic SOS the whole way and raises a P1 where it fails twice.

ingest's door → both lanes of Kafka → dispatch's urgent reader → the decision on the real city, taken back → commit →
the live stream's door → the synthetic tablet.
"""

import asyncio
import time
import uuid
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from services.chassis import logs
from services.chassis.database import FAULTS
from services.chassis.health import Health, State
from services.chassis.metrics import RESTARTS_OF_LOOPS
from services.dispatch.actions import alerting
from services.dispatch.actions.intake import Times
from services.dispatch.domain.probing import Probe, failed_in_a_row
from services.dispatch.domain.system_alarms import SystemAlarm
from services.dispatch.metrics import SYNTHETIC_SOS, SYNTHETIC_SOS_SECONDS, SYSTEM_ALARMS
from services.dispatch.packs import Library
from services.dispatch.settings import DispatchSettings
from services.dispatch.store import leases
from services.dispatch.store.reading import rows
from services.dispatch.store.tables import current_packs
from services.dispatch.store.work import Work, run
from services.dispatch.watch.signals_tail import NO_CENTRE
from services.dispatch.watch.synthetic_tablet import SyntheticTablet

log = logs.get(__name__)
NAME = "synthetic_sos"
AGAIN_S = 5.0
"""After a failure it is tried again this soon: one may be a restart."""
FAILURES = 2
OFF_S = 3600.0


class SyntheticSos:
    """`synthetic_sos_every_s` 0, or no ingest among the peers, switches it off."""

    def __init__(self, engine: AsyncEngine, library: Library, settings: DispatchSettings, health: Health) -> None:
        self._engine, self._library, self._health = engine, library, health
        ingests = [url for name, url in sorted(settings.vigie_peers.items()) if name.split("-")[0] == "ingest"]
        self._every_s = settings.synthetic_sos_every_s if ingests else 0.0
        self._times = Times(settings.offer, settings.link_within)
        token = settings.dispatch_service_token
        headers = {"Authorization": f"Bearer {token.get_secret_value()}"} if token else {}
        doors = settings.public_urls or [f"http://127.0.0.1:{settings.dispatch_port}"]
        self._tablet = SyntheticTablet(doors, ingests, headers)
        self._lease = timedelta(seconds=self._every_s + 30)
        self._holder = str(uuid.uuid4())
        self._failures = 0
        self._told: bool | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Runs until `stop`. The first probe waits for one period: a stack comes up in that time."""
        while not stop.is_set():
            wait_s = AGAIN_S if self._failures else self._every_s
            try:
                await asyncio.wait_for(stop.wait(), wait_s if self._every_s else OFF_S)
            except TimeoutError:
                if self._every_s:
                    await self._safe_round()
        await leases.give_back(self._engine, NAME, self._holder)

    async def round(self) -> Probe | None:
        """One probe, and the alarm brought in line with it; None where another process probes or no pack is held."""
        if not await leases.take(self._engine, NAME, self._holder, self._lease):
            self._failures, self._told = 0, None
            SYSTEM_ALARMS.labels(SystemAlarm.SYNTHETIC_SOS).set(0)  # who probes now says whether it stands
            self._health.set(NAME, State.READY, "another process probes")
            return None
        if not await rows(self._engine, select(current_packs.c.centre)):
            return None
        for result in Probe:
            SYNTHETIC_SOS.labels(result)  # that none has arrived is a 0, which an alert can see
        probe, took = await self._tablet.probe(f"{int(time.time() * 1000)}-{uuid.uuid4().hex[:8]}")
        SYNTHETIC_SOS.labels(probe).inc()
        if probe is Probe.ARRIVED:
            SYNTHETIC_SOS_SECONDS.observe(took)
        else:
            log.error("synthetic_sos_failed", result=probe, seconds=round(took, 3))
        self._failures = failed_in_a_row(self._failures, probe)
        good = self._failures == 0
        self._health.set(
            NAME, State.READY if good else State.DEGRADED, f"{took * 1000:.0f} ms" if good else probe.value
        )
        if good or self._failures >= FAILURES:
            await self._settle(standing=not good)
        return probe

    async def _settle(self, *, standing: bool) -> None:
        if self._told is standing:
            return
        found = {NO_CENTRE: self._failures} if standing else {}

        async def act(work: Work) -> None:
            await alerting.settle(work, SystemAlarm.SYNTHETIC_SOS, found, self._times)

        await run(self._engine, self._library, act)
        self._told = standing
        SYSTEM_ALARMS.labels(SystemAlarm.SYNTHETIC_SOS).set(1 if standing else 0)

    async def _safe_round(self) -> None:
        try:
            await self.round()
        except FAULTS as error:
            RESTARTS_OF_LOOPS.labels(NAME).inc()
            self._health.set(NAME, State.DEGRADED, f"cannot probe: {type(error).__name__}")
            log.warning("synthetic_sos_waits", error=type(error).__name__)
        except Exception as error:
            RESTARTS_OF_LOOPS.labels(NAME).inc()
            self._health.set(NAME, State.DEGRADED, f"failed: {type(error).__name__}")
            log.exception("synthetic_sos_broke")
