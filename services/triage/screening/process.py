"""Connects screening: followers of `silences` and `packs`, the group's loop, health and metrics."""

import threading

from confluent_kafka import Consumer, Message, TopicPartition

from services.chassis import garbage, lifecycle, logs, telemetry
from services.chassis.clock import SystemClock
from services.chassis.consumer import BatchLoop, CompactedReader
from services.chassis.dead_letter import DeadLetters
from services.chassis.health import Health, State
from services.chassis.operations import OperationsServer
from services.chassis.producer import Producer
from services.triage.screening.loop import ScreeningLoop, Stopped
from services.triage.screening.messages import SIGNALS
from services.triage.screening.partitions import Partitions
from services.triage.screening.reread import Reread, RereadFailed
from services.triage.screening.rules_in_force import RulesInForce
from services.triage.screening.tally import Tally
from services.triage.settings import ScreeningSettings
from services.triage.tracing import Tracing

log = logs.get(__name__)
GROUP = "triage.screening"
# A re-read of a storm's 15 minutes may take minutes inside one poll.
MAX_POLL_MS = 900_000


def run(settings: ScreeningSettings) -> None:
    """Runs until SIGTERM or SIGINT. Raises where the process must be started anew."""
    logs.setup("screening", settings.log_level)
    provider = telemetry.setup("screening", settings)
    stop = lifecycle.stop_on_signals()
    health, clock = Health("screening"), SystemClock()
    for check in ("silences", "packs", "signals"):
        health.set(check, State.WAITING, "starting")
    operations = OperationsServer(settings.bind_host, settings.screening_port, health)
    operations.start()
    producer = Producer(dict(settings.kafka()))
    rules = RulesInForce(clock)
    followers = {
        "silences": CompactedReader(dict(settings.kafka()), "silences", rules.accept_silence),
        "packs": CompactedReader(dict(settings.kafka()), "packs", rules.accept_pack),
    }
    garbage.look_seldom()
    log.info("screening_starts", port=operations.port)
    try:
        if _caught_up(followers, health, stop):
            _read(settings, stop, health, clock, producer, rules, followers)
    finally:
        for follower in followers.values():
            follower.stop()
        left = producer.close()
        operations.stop()
        provider.shutdown()
        log.info("screening_ends", count=left)


def _caught_up(followers: dict[str, CompactedReader], health: Health, stop: threading.Event) -> bool:
    """True once silences and packs are known as they stood at the start; False if told to stop before."""
    for follower in followers.values():
        follower.start()
    for name, follower in followers.items():
        health.set(name, State.WAITING, "reading from the start")
        while not follower.caught_up.wait(0.1):
            _alive(followers)
            if stop.is_set():
                return False
        health.set(name, State.READY)
    return True


def _alive(followers: dict[str, CompactedReader]) -> None:
    for name, follower in followers.items():
        if follower.failed is not None:
            raise RuntimeError(f"the follower of {name} ended") from follower.failed


def _read(
    settings: ScreeningSettings,
    stop: threading.Event,
    health: Health,
    clock: SystemClock,
    producer: Producer,
    rules: RulesInForce,
    followers: dict[str, CompactedReader],
) -> None:
    partitions = Partitions(settings.limits())
    letters = DeadLetters(producer, health, clock, settings.dead_letters_per_minute, [f"{SIGNALS}.dead"])
    tally = Tally()
    tracing = Tracing("screening.screen", bool(settings.traces_file or settings.otel_exporter_otlp_endpoint))
    reread = Reread(dict(settings.kafka()), partitions, lambda: rules.now, clock, stop)
    screening = ScreeningLoop(
        partitions, lambda: rules.now, lambda: rules.only_centre, producer, health, clock, tracing, stop, letters, tally
    )

    def assigned(consumer: Consumer, parts: list[TopicPartition]) -> None:
        reread.assigned(consumer, parts)
        health.set("signals", State.READY)

    def handle(records: list[Message]) -> None:
        _alive(followers)
        screening.handle(records)

    config = {**settings.kafka(), "max.poll.interval.ms": MAX_POLL_MS}
    loop = BatchLoop(
        config, GROUP, [SIGNALS], handle, on_assign=assigned, on_revoke=reread.revoked, batch=settings.screening_batch
    )
    try:
        loop.run(stop)
    except (Stopped, RereadFailed):
        if not stop.is_set():
            raise
    finally:
        tally.close()
