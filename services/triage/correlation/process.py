"""Connects correlation: the Faust app inside our own loop, its watched tasks, health and metrics."""

import asyncio
from functools import partial
from typing import Any

from confluent_kafka import TopicPartition

from schemas.topics.files import topics
from services.chassis import lifecycle, logs, telemetry
from services.chassis.clock import SystemClock
from services.chassis.consumer import GROUP_DEFAULTS
from services.chassis.dead_letter import DeadLetters
from services.chassis.health import Health, State
from services.chassis.lag import Lag
from services.chassis.operations import OperationsServer
from services.chassis.producer import Producer
from services.triage.correlation import state_folder
from services.triage.correlation.acknowledging import Acknowledging
from services.triage.correlation.agent import AlarmsAgent, leave
from services.triage.correlation.answers_table import AnswersTable, answers_table
from services.triage.correlation.app import APP_ID, build_app
from services.triage.correlation.beginnings import ensure_committed
from services.triage.correlation.changelog import mend, require
from services.triage.correlation.messages import ALARMS
from services.triage.correlation.refill import refill
from services.triage.correlation.sequence import Sequence
from services.triage.correlation.worker import CorrelationWorker
from services.triage.settings import CorrelationSettings
from services.triage.tracing import Tracing

log = logs.get(__name__)
CHECK = "table"
# Acknowledgements of what is in hand, then Faust's own end; measured 1.2 s together.
DRAIN_S = 5.0


def run(settings: CorrelationSettings) -> None:
    """Runs until SIGTERM or SIGINT."""
    logs.setup("correlation", settings.log_level)
    provider = telemetry.setup("correlation", settings)
    health = Health("correlation")
    health.set(CHECK, State.WAITING, "starting")
    operations = OperationsServer(settings.bind_host, settings.correlation_port, health)
    operations.start()
    folder = settings.vigie_state_dir / settings.correlation_instance
    state_folder.prepare(folder)
    ensure_committed(dict(settings.kafka()), APP_ID, ALARMS)
    producer = Producer(dict(settings.kafka()))
    log.info("correlation_starts", port=operations.port)
    try:
        lifecycle.run(lambda stop: _main(stop, settings, health, producer))
    finally:
        left = producer.close()
        operations.stop()
        provider.shutdown()
        log.info("correlation_ends", count=left)


async def _main(stop: asyncio.Event, settings: CorrelationSettings, health: Health, producer: Producer) -> None:
    app: Any = build_app(settings, settings.vigie_state_dir / settings.correlation_instance)
    app.loop = asyncio.get_running_loop()
    table = answers_table(app, topics()[ALARMS].partitions)
    await asyncio.to_thread(mend, dict(settings.kafka()), table.data)
    applied = await asyncio.to_thread(refill, dict(settings.kafka()), table.data)
    log.info("table_refilled", records=applied)
    letters = DeadLetters(producer, health, SystemClock(), settings.dead_letters_per_minute, [f"{ALARMS}.dead"])
    tracing = Tracing("correlation.correlate", bool(settings.traces_file or settings.otel_exporter_otlp_endpoint))
    worker = CorrelationWorker(
        table,
        producer,
        letters,
        SystemClock(),
        tracing,
        settings.reach(),
        settings.correlation_answers_kept,
        lambda partition: app.consumer.committed_offset(ALARMS, partition),
    )
    lag = Lag({**GROUP_DEFAULTS, **settings.kafka(), "group.id": APP_ID}, [ALARMS])
    acknowledging = Acknowledging(settings.correlation_in_flight, health, partial(lag.reached, ALARMS))
    sequence = Sequence(lambda: app.consumer, lambda sentence: leave(sentence, LookupError("records passed over")))
    agent = AlarmsAgent(worker, table, acknowledging, sequence)
    channel = app.topic(ALARMS, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")
    app.agent(channel, name="correlation.alarms")(agent.run)

    async def recovered() -> None:
        await _recovered(app, table, worker, health, dict(settings.kafka()))
        for tp, offset in app.consumer.next_offset.items():
            if tp.topic == ALARMS:
                lag.reached(ALARMS, tp.partition, offset)

    def revoked(_: Any, partitions: Any, **__: Any) -> None:
        health.set(CHECK, State.WAITING, "partitions moved")
        lag.revoked([TopicPartition(tp.topic, tp.partition) for tp in partitions])

    table.on_recover(recovered)
    app.on_partitions_revoked.connect(revoked, weak=False)
    acks = asyncio.create_task(acknowledging.run(), name="acknowledging")
    acks.add_done_callback(_watched)
    app.finalize()
    await app.start()
    await _until_end(stop, app)
    agent.drain()
    await _drained(acknowledging)
    acks.remove_done_callback(_watched)
    acks.cancel()
    lag.close()
    await app.stop()


async def _recovered(
    app: Any, table: AnswersTable, worker: CorrelationWorker, health: Health, config: dict[str, Any]
) -> None:
    """Called by Faust when the table agrees with its changelog, before the first alarm is read."""
    try:
        # Without it Faust recovers "nothing" after a rebalance, and calls that agreed.
        await asyncio.to_thread(require, config, table.data)
        answers = worker.restore(list(table.values()))
        await app.consumer.learn_committed()
    except Exception as error:  # noqa: BLE001 (Faust would pass over it and read on with an empty memory)
        leave("the state cannot be rebuilt", error)
    else:
        log.info("table_ready", count=answers)
        health.set(CHECK, State.READY, f"{answers} answers")


async def _until_end(stop: asyncio.Event, app: Any) -> None:
    """Returns when told to stop. Raises if Faust ended by itself."""
    ended = asyncio.create_task(app.wait_until_stopped())
    told = asyncio.create_task(stop.wait())
    await asyncio.wait({ended, told}, return_when=asyncio.FIRST_COMPLETED)
    told.cancel()
    if not stop.is_set() or app.crashed:
        leave("Faust ended", app.crash_reason or RuntimeError("without a reason"))
    ended.cancel()


async def _drained(acknowledging: Acknowledging) -> None:
    try:
        await asyncio.wait_for(acknowledging.drained(), DRAIN_S)
    except TimeoutError:
        log.warning("not_all_acknowledged")


def _watched(task: "asyncio.Task[None]") -> None:
    if not task.cancelled():
        leave("the acknowledging task ended", task.exception() or RuntimeError("without a reason"))
