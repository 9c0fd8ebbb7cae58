"""`python -m services.dispatch` serves; `migrate` brings the database up to date; `openapi` prints the document."""

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from schemas.messages.notifying import NotificationReported
from schemas.messages.signal import Signal, SignalOutcome, Situation
from services.chassis import garbage, lifecycle, logs, telemetry
from services.chassis.clock import SystemClock
from services.chassis.database import FAULTS, address, engine
from services.chassis.dead_letter import DeadLetters
from services.chassis.health import Health, State
from services.chassis.metrics import RESTARTS_OF_LOOPS
from services.chassis.migrated import Migrated
from services.chassis.operations import serve
from services.chassis.producer import Producer
from services.chassis.settings import load
from services.dispatch import messages, timers
from services.dispatch.actions import notifications, outcomes, revoking, situations, street_changing, urgent
from services.dispatch.actions.intake import Times
from services.dispatch.api.app import build
from services.dispatch.api.document import openapi_document
from services.dispatch.api.door import Door
from services.dispatch.consumer import TopicReader
from services.dispatch.copies import CopiesReader
from services.dispatch.coverage_watch import CoverageWatch
from services.dispatch.identity.signing_in import from_environment
from services.dispatch.live import Live
from services.dispatch.outbox import Relay
from services.dispatch.outbox_watch import OutboxWatch
from services.dispatch.packs import Library
from services.dispatch.retention import Retention, Seal
from services.dispatch.revocation_watch import RevocationWatch
from services.dispatch.right_of_way import RightOfWay
from services.dispatch.settings import DatabaseSettings, DispatchSettings
from services.dispatch.shift_watch import ShiftWatch
from services.dispatch.stopped_holders import StoppedHolders
from services.dispatch.store.migrate import FOLDER, upgrade
from services.dispatch.store.tables import SCHEMA
from services.dispatch.store.work import Work
from services.dispatch.street_watch import StreetWatch, bring_up_to_date
from services.dispatch.watch.synthetic_sos import SyntheticSos
from services.dispatch.watch.system_watch import SystemWatch

log = logs.get(__name__)
SERVICE = "dispatch"
OUTCOMES_AT_ONCE = 200
FORGET_EVERY_S = 600
READ = ("alarms.urgent", "situations", "signal.outcomes", "notify.outcomes")


class Readers:
    """The four topics that dispatch reads, each with what is done about a record."""

    def __init__(
        self,
        database: AsyncEngine,
        library: Library,
        settings: DispatchSettings,
        dead: DeadLetters,
        health: Health,
        way: RightOfWay,
    ) -> None:
        self._way = way
        self._parts = (database, library, dead, SystemClock(), health)
        self._config = settings.kafka()
        self._times = Times(settings.offer, settings.link_within)

    def all(self, stop: asyncio.Event) -> list[Awaitable[None]]:
        """The loops to run."""
        config, parts, way = self._config, self._parts, self._way
        # When a leader dies, a broker is asked for its partitions only after the fetch that waits there has ended.
        soon = {**config, "fetch.wait.max.ms": 50}
        # Nobody waits for these: together they cost brokers, database and us a fraction.
        calm = {**config, "fetch.min.bytes": 100_000, "fetch.wait.max.ms": 250}
        urgent: TopicReader[Signal] = CopiesReader(soon, "alarms.urgent", Signal, self._urgent, *parts, turn=way.urgent)
        others = (
            TopicReader(config, "situations", Situation, self._situations, *parts, turn=way.other),
            TopicReader(
                calm,
                "signal.outcomes",
                SignalOutcome,
                self._outcomes,
                *parts,
                turn=way.other,
                batch=OUTCOMES_AT_ONCE,
            ),
            TopicReader(
                calm,
                "notify.outcomes",
                NotificationReported,
                notifications.receive,
                *parts,
                turn=way.other,
                batch=50,
            ),
        )
        return [urgent.run(stop), *(reader.run(stop) for reader in others)]

    async def _urgent(self, work: Work, found: list[Signal]) -> None:
        for signal in found:
            await urgent.receive(work, messages.report_of_signal(signal), self._times)

    async def _situations(self, work: Work, found: list[Situation]) -> None:
        for situation in found:
            await situations.receive(work, situation, self._times)

    async def _outcomes(self, work: Work, found: list[SignalOutcome]) -> None:
        await outcomes.receive(work, found, self._times)


async def serve_all(stop: asyncio.Event, settings: DispatchSettings) -> None:
    """Connects everything and runs until `stop`."""
    url = settings.database_url.get_secret_value()
    database, health = engine(url, SERVICE, pool=15), Health(SERVICE)
    library = Library(settings.vigie_state_dir, settings.extracts_dir)
    producer = Producer(settings.kafka())
    letters = [f"{topic}.dead" for topic in READ]
    dead = DeadLetters(producer, health, SystemClock(), settings.dead_letters_per_minute, letters)
    live = Live(database, address(url).render_as_string(hide_password=False), health)
    relay = Relay(database, settings.kafka(), health)
    way = RightOfWay()
    timer = timers.Timers(database, library, settings, way.other)
    streets = StreetWatch(database, library)
    live.on_news += [relay.wake]
    live.on_kind |= {street_changing.KIND: streets.wake, "pack": streets.wake}
    health.ask("streets", library.networks.check)
    if settings.vigie_accounts == "open":
        log.warning("accounts_open")
    health.set("live", State.WAITING, "connecting to PostgreSQL")
    sign_in = from_environment() if settings.vigie_accounts == "oidc" else None
    migrated = Migrated(database, SCHEMA, FOLDER, "python -m services.dispatch migrate", health)
    opened = asyncio.Event()
    app = build(Door(database, library, live, timer, settings), health, sign_in, opened.is_set)
    revocations = RevocationWatch(database, app.state.gate.revoked, live)
    live.on_kind[revoking.KIND] = revocations.wake

    async def work() -> None:
        """Everything but the door, once the tables are those that this code speaks of."""
        if not await migrated.wait(stop):
            return
        await _open_packs(library, database)
        opened.set()
        await lifecycle.until_stopped(
            stop,
            live.run(stop),
            relay.run(stop),
            OutboxWatch(database).run(stop),
            timer.run(stop),
            CoverageWatch(database, library, settings).run(stop),
            ShiftWatch(database).run(stop),
            streets.run(stop),
            StoppedHolders(url).run(stop),
            revocations.run(stop),
            SystemWatch(database, library, settings, health).run(stop),
            SyntheticSos(database, library, settings, health).run(stop),
            _forget(database, settings, stop),
            _destroy_what_is_over(database, settings, stop),
            *Readers(database, library, settings, dead, health, way).all(stop),
        )

    try:
        await lifecycle.until_stopped(stop, serve(app, settings.bind_host, settings.dispatch_port, stop), work())
    finally:
        producer.close()
        await app.state.register.close()
        await database.dispose()
        if sign_in is not None:
            await sign_in.provider.close()


async def _forget(database: AsyncEngine, settings: DispatchSettings, stop: asyncio.Event) -> None:
    while not stop.is_set():
        try:
            await asyncio.wait_for(stop.wait(), FORGET_EVERY_S)
        except TimeoutError:
            texts_kept = timedelta(seconds=settings.broadcast_text_kept_s)
            await _forget_now(database, timedelta(seconds=settings.stream_kept_s), texts_kept)


async def _destroy_what_is_over(database: AsyncEngine, settings: DispatchSettings, stop: asyncio.Event) -> None:
    if settings.retention_key is None:
        log.warning("retention_off")
        await stop.wait()
        return
    await Retention(database, Seal(settings.retention_key), settings.retention_days).run(stop)


async def _open_packs(library: Library, database: AsyncEngine) -> None:
    """Without PostgreSQL they are read when it is back."""
    try:
        await library.open(database)
        await bring_up_to_date(database, library)
    except FAULTS as error:
        log.warning("packs_wait", error=type(error).__name__)


async def _forget_now(database: AsyncEngine, kept: timedelta, texts_kept: timedelta) -> None:
    try:
        await timers.forget(database, kept, texts_kept)
    except FAULTS as error:
        RESTARTS_OF_LOOPS.labels("forget").inc()
        log.warning("forget_waits", error=type(error).__name__)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m services.dispatch", description=__doc__)
    parser.add_argument("action", nargs="?", choices=["serve", "migrate", "openapi"], default="serve")
    action = parser.parse_args().action
    if action == "openapi":
        sys.stdout.write(json.dumps(openapi_document(), indent=1, ensure_ascii=False, sort_keys=True) + "\n")
        return
    if action == "migrate":
        database = load(DatabaseSettings)
        logs.setup(SERVICE, database.log_level)
        upgrade(database.database_url.get_secret_value())
        return
    settings = load(DispatchSettings)
    logs.setup(SERVICE, settings.log_level)
    provider = telemetry.setup(SERVICE, settings)
    garbage.look_seldom()
    try:
        lifecycle.run(lambda stop: serve_all(stop, settings))
    finally:
        provider.shutdown()


if __name__ == "__main__":
    main()
