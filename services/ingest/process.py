"""Connects the parts of one ingest process and runs them until it is told to stop."""

import asyncio
import socket
from collections.abc import Coroutine

from fastapi import APIRouter

from services.chassis import logs
from services.chassis.clock import Clock
from services.chassis.consumer import CompactedReader
from services.chassis.dead_letter import DeadLetters
from services.chassis.health import Health, State
from services.chassis.lifecycle import until_stopped
from services.chassis.operations import serve
from services.chassis.producer import Producer
from services.ingest.adapters.dc09.conversation import Conversation
from services.ingest.adapters.dc09.keys import PanelKeys
from services.ingest.adapters.dc09.tcp import Limits, TcpListener
from services.ingest.adapters.dc09.udp import UdpListener
from services.ingest.adapters.frigate.handling import Handling
from services.ingest.adapters.frigate.subscriber import Subscriber
from services.ingest.adapters.generic import routes as generic
from services.ingest.adapters.generic.bodies import GenericSignal
from services.ingest.adapters.http.app import build
from services.ingest.adapters.http.door import Door
from services.ingest.adapters.kiosks import routes as kiosks
from services.ingest.adapters.sos import routes as sos
from services.ingest.adapters.sos.understanding import SosReader
from services.ingest.directory import Directory
from services.ingest.lanes import KafkaLanes, open_lanes
from services.ingest.packs import Directories
from services.ingest.person import person_key
from services.ingest.reception import Reception
from services.ingest.rejected import Rejected
from services.ingest.settings import IngestSettings
from services.ingest.supervision import SupervisionReporter

log = logs.get(__name__)
PACKS = "packs"
KAFKA_CHECK = "kafka"
LOOK_AT_KAFKA_EVERY_S = 5.0
DRAIN_S = 5.0


class IngestProcess:
    """All doors of one process on one event loop."""

    def __init__(self, settings: IngestSettings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._health = Health("ingest")
        self._health.set(KAFKA_CHECK, State.WAITING, "Kafka : pas encore joint / not reached yet")
        self._producer = Producer(dict(settings.kafka()))
        self._lanes = KafkaLanes(self._producer, settings.kafka())
        self._reception = Reception(self._lanes, clock, settings.ingest_acknowledge_within_s)
        self._directories = Directories(self._health, clock.now(), settings.ingest_pack_grace_s, settings.ingest_centre)
        letters = DeadLetters(self._producer, self._health, clock, settings.dead_letters_per_minute)
        self._rejected = Rejected(letters, clock, settings.ingest_acknowledge_within_s)
        self._packs = CompactedReader(dict(settings.kafka()), PACKS, self._directories.accept)

    async def run(self, stop: asyncio.Event) -> None:
        """Serves until `stop`; then takes nothing new, lets what is under way reach Kafka, and returns.

        Raises OSError if a port is taken.
        """
        settings = self._settings
        conversation = self._conversation()
        limits = Limits(settings.ingest_dc09_connections, settings.ingest_dc09_idle_s, settings.ingest_dc09_partial_s)
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
                await asyncio.to_thread(self._packs.stop)
        finally:
            await tcp.stop()
            await udp.stop()
            await self._end()

    def _parts(self, stop: asyncio.Event) -> list[Coroutine[None, None, None]]:
        settings = self._settings
        handling = Handling(self._reception, self._directories, self._rejected, self._clock)
        mqtt = Subscriber(settings.mqtt_url, settings.ingest_mqtt_client_id, handling.handle, self._health)
        app = build(self._health, self._doors(), settings.ingest_max_body_bytes, [GenericSignal])
        parts: list[Coroutine[None, None, None]] = [
            self._watch_kafka(stop),
            mqtt.run(stop),
            serve(app, settings.bind_host, settings.ingest_http_port, stop),
        ]
        if settings.ingest_supervision:
            parts.append(self._supervision().run(stop))
        return parts

    def _conversation(self) -> Conversation:
        keys = PanelKeys(self._settings.vigie_secrets_dir)
        return Conversation(self._reception, self._directories, keys, self._rejected, self._clock)

    def _doors(self) -> list[APIRouter]:
        def door(name: str) -> Door:
            return Door(name, self._reception, self._directories, self._clock)

        key = person_key(self._settings.ingest_person_key, self._settings.vigie_state_dir)
        return [
            generic.routes(door("generic")),
            kiosks.routes(door("kiosks")),
            sos.routes(door("sos"), SosReader(key)),
        ]

    def _supervision(self) -> SupervisionReporter:
        reporter = SupervisionReporter(self._reception, self._clock)
        loop = asyncio.get_running_loop()

        def changed(directory: Directory) -> None:
            """On the pack reader's thread."""
            loop.call_soon_threadsafe(reporter.follow, directory)

        self._directories.on_change(changed)
        return reporter

    async def _watch_kafka(self, stop: asyncio.Event) -> None:
        """Ready once both lanes are open; not ready while the cluster does not answer."""
        await open_lanes(self._lanes, stop)
        while not stop.is_set():
            reachable = await asyncio.to_thread(self._producer.reachable)
            state = State.READY if reachable else State.WAITING
            self._health.set(KAFKA_CHECK, state, "" if reachable else "Kafka ne répond pas / does not answer")
            if self._packs.failed is not None:
                raise RuntimeError("the reader of packs failed") from self._packs.failed
            try:
                await asyncio.wait_for(stop.wait(), LOOK_AT_KAFKA_EVERY_S)
            except TimeoutError:
                continue

    async def _end(self) -> None:
        left = await self._reception.drain(DRAIN_S)
        if left:
            log.error("signals_without_answer", count=left)
        closing = (self._lanes.close, self._producer.close)
        await asyncio.gather(*(asyncio.to_thread(close) for close in closing))


def _require_free(host: str, port: int) -> None:
    """Raises OSError now, where the HTTP server would only end the process without a sentence."""
    with socket.create_server((host, port)):
        return
