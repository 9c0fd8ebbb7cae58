"""Connects the parts of one ingest process and runs them until it is told to stop."""

import asyncio
import socket
from collections.abc import Coroutine
from datetime import datetime
from functools import partial

from fastapi import APIRouter

from services.chassis import logs
from services.chassis.clock import Clock
from services.chassis.consumer import CompactedReader
from services.chassis.dead_letter import DeadLetters
from services.chassis.health import Health, State
from services.chassis.lifecycle import pause, until_stopped
from services.chassis.operations import serve
from services.chassis.producer import Producer
from services.ingest.adapters.bodies import BODIES
from services.ingest.adapters.dc09.conversation import Conversation
from services.ingest.adapters.dc09.keys import PanelKeys
from services.ingest.adapters.dc09.tcp import Limits, TcpListener
from services.ingest.adapters.dc09.udp import UdpListener
from services.ingest.adapters.frigate.handling import Handling
from services.ingest.adapters.frigate.subscriber import Subscriber
from services.ingest.adapters.generic import routes as generic
from services.ingest.adapters.http.app import build
from services.ingest.adapters.http.connections import HttpLimits, limited
from services.ingest.adapters.http.device_gate import DeviceGate
from services.ingest.adapters.http.door import Door
from services.ingest.adapters.http.seen_signatures import SeenSignatures
from services.ingest.adapters.kiosks import routes as kiosks
from services.ingest.adapters.sos import routes as sos
from services.ingest.adapters.sos.understanding import SosReader
from services.ingest.adapters.synthetic import routes as synthetic
from services.ingest.directory import Directory
from services.ingest.durability import Durability
from services.ingest.hearing import SharedHearing
from services.ingest.lanes import KafkaLanes, open_lanes
from services.ingest.messages import DEAD
from services.ingest.metrics import NOT_ACCEPTED
from services.ingest.packs import Directories
from services.ingest.person import person_key
from services.ingest.reception import Reception, RefusalReason
from services.ingest.rejected import Rejected
from services.ingest.settings import IngestSettings
from services.ingest.supervision import SupervisionReporter
from services.ingest.tracing import Tracing

log = logs.get(__name__)
PACKS = "packs"
SEEN_SIGNATURES = "signatures.sqlite"
KAFKA_CHECK = "kafka"
LOOK_AT_KAFKA_EVERY_S, LOOK_AGAIN_AFTER_S = 5.0, 0.5
OPEN_WITHIN_S = 2.0
"""A start beside Kafka waits so long for its lanes before it is called degraded."""
DRAIN_S = 5.0
FLUSH_S = 1.0


class IngestProcess:
    """All doors of one process on one event loop."""

    def __init__(self, settings: IngestSettings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._health = Health("ingest")
        self._health.set(KAFKA_CHECK, State.WAITING, "Kafka : pas encore joint / not reached yet")
        self._producer = Producer(dict(settings.kafka()))
        self._lanes = KafkaLanes(self._producer, settings.kafka())
        self._durability = Durability(settings, self._lanes, self._health, clock)
        self._keeping = self._durability.keeping
        tracing = Tracing(settings.ingest_trace_share)
        self._reception = Reception(self._keeping, clock, settings.ingest_acknowledge_within_s, tracing=tracing)
        self._directories = Directories(self._health, clock.now(), settings.ingest_pack_grace_s, settings.ingest_centre)
        letters = DeadLetters(self._producer, self._health, clock, settings.dead_letters_per_minute, [DEAD])
        self._rejected = Rejected(self._keeping, letters, clock, settings.ingest_acknowledge_within_s)
        self._hearing: SharedHearing | None = None
        self._packs = CompactedReader(dict(settings.kafka()), PACKS, self._directories.accept)

    async def run(self, stop: asyncio.Event) -> None:
        """Serves until `stop`; then takes nothing new, lets what is under way reach Kafka, and returns.

        Raises OSError if a port is taken.
        """
        settings = self._settings
        await self._durability.begin()
        conversation = self._conversation()
        limits = Limits(
            settings.ingest_dc09_connections,
            settings.ingest_dc09_idle_s,
            settings.ingest_dc09_partial_s,
            settings.ingest_dc09_per_address,
        )
        tcp, udp = TcpListener(conversation, limits), UdpListener(conversation)
        _require_free(settings.bind_host, settings.ingest_http_port)
        try:
            port = await tcp.start(settings.bind_host, settings.ingest_dc09_port)
            await udp.start(settings.bind_host, port)
            parts = self._parts(stop)
            self._packs.start()
            try:
                await until_stopped(stop, *parts)
            finally:
                stops = [self._packs.stop, *([self._hearing.stop] if self._hearing is not None else [])]
                await asyncio.gather(*(asyncio.to_thread(stop_listening) for stop_listening in stops))
        finally:
            await tcp.stop()
            await udp.stop()
            await self._end()

    def _parts(self, stop: asyncio.Event) -> list[Coroutine[None, None, None]]:
        settings = self._settings
        handling = Handling(self._reception, self._directories, self._rejected, self._clock)
        mqtt = Subscriber(settings.mqtt_url, settings.ingest_mqtt_client_id, handling.handle, self._health)
        app = build(self._health, self._doors(), settings.ingest_max_body_bytes, BODIES)
        limits = HttpLimits(
            settings.ingest_http_per_address, settings.ingest_http_connections, settings.ingest_http_request_s
        )
        parts: list[Coroutine[None, None, None]] = [
            self._watch_kafka(stop),
            *self._durability.parts(stop),
            mqtt.run(stop),
            serve(
                app,
                settings.bind_host,
                settings.ingest_http_port,
                stop,
                tls=settings.tls,
                protocol=limited(limits),
            ),
        ]
        if settings.ingest_supervision:
            parts.append(self._supervision().run(stop))
        return parts

    def _conversation(self) -> Conversation:
        keys = PanelKeys(self._settings.vigie_secrets_dir)
        return Conversation(self._reception, self._directories, keys, self._rejected, self._clock)

    def _doors(self) -> list[APIRouter]:
        def door(name: str) -> Door:
            for reason in RefusalReason:
                NOT_ACCEPTED.labels(name, reason.value)  # an alert watches them: they stand at 0 from the start
            return Door(name, self._reception, self._directories, self._clock, gate, self._rejected)

        own = self._settings.vigie_state_dir / SEEN_SIGNATURES
        seen = SeenSignatures(self._settings.ingest_signatures_file or own)
        gate = DeviceGate(self._settings.vigie_secrets_dir, seen, self._clock)
        key = person_key(self._settings.ingest_person_key, self._settings.vigie_state_dir)
        return [
            generic.routes(door("generic")),
            kiosks.routes(door("kiosks")),
            sos.routes(door("sos"), SosReader(key)),
            synthetic.routes(door("synthetic")),
        ]

    def _supervision(self) -> SupervisionReporter:
        """The reporter, hearing what this and every other process receives."""
        loop = asyncio.get_running_loop()

        def heard(device: str, at: datetime) -> None:
            loop.call_soon_threadsafe(reporter.heard, device, at)

        def gained() -> None:
            loop.call_soon_threadsafe(reporter.begin_again)

        hearing = SharedHearing(dict(self._settings.kafka()), heard, gained)
        reporter = SupervisionReporter(self._reception, self._clock, hearing.watches, lambda: self._keeping.away)
        self._hearing = hearing

        def changed(directory: Directory) -> None:
            """On the pack reader's thread."""
            loop.call_soon_threadsafe(reporter.follow, directory)

        self._directories.on_change(changed)
        hearing.start()
        return reporter

    async def _watch_kafka(self, stop: asyncio.Event) -> None:
        """Degraded while the cluster does not answer: devices must reach us all the same, the journal takes it."""
        opening = asyncio.create_task(open_lanes(self._lanes, stop))
        await asyncio.wait({opening}, timeout=OPEN_WITHIN_S)
        while not stop.is_set():
            reachable = await asyncio.to_thread(self._producer.reachable) and self._lanes.open
            state = State.READY if reachable else State.DEGRADED
            self._health.set(KAFKA_CHECK, state, "" if reachable else "Kafka ne répond pas / does not answer")
            self._directories.look(self._clock.now())
            if self._packs.failed is not None:
                raise RuntimeError("the reader of packs failed") from self._packs.failed
            await pause(stop, LOOK_AT_KAFKA_EVERY_S if reachable else LOOK_AGAIN_AFTER_S)
        await opening

    async def _end(self) -> None:
        left = await self._reception.drain(DRAIN_S)
        if left:
            log.error("signals_without_answer", count=left)
        await self._durability.end()
        # What was acknowledged is in Kafka or in the journal by now: nothing here is worth a long wait.
        closing = (self._lanes.close, partial(self._producer.close, FLUSH_S))
        await asyncio.gather(*(asyncio.to_thread(close) for close in closing))


def _require_free(host: str, port: int) -> None:
    """Raises OSError now, where the HTTP server would only end the process without a sentence."""
    with socket.create_server((host, port)):
        return
