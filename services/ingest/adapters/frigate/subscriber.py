"""The MQTT session: QoS 1, persistent, PUBACK only after Kafka's acknowledgement, in the order received.

paho's own thread reads and reconnects; messages cross to the event loop, PUBACKs go back through paho, which is
made to be called from other threads. The broker's in-flight window is the back-pressure: what is not acknowledged
is not followed by more, and is sent again after a lost connection.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote, urlsplit

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from services.chassis import logs
from services.chassis.health import Health, State
from services.ingest import metrics

log = logs.get(__name__)
CHECK = "mqtt"
TOPICS = ("frigate/events", "frigate/reviews", "frigate/+/events", "frigate/+/reviews")
QOS = 1
IN_FLIGHT = 100
"""Messages the broker may send ahead of our PUBACKs (a hint: MQTT 3.1.1 leaves it to the broker)."""

Handler = Callable[[str, bytes, bool], Awaitable[None]]
"""Topic, payload, retained → returns once what became of the message is durable. Never fails: it retries."""


class Subscriber:
    """One session with a broker. `client_id` must be the same after each restart, or the session is lost."""

    def __init__(self, url: str, client_id: str, handle: Handler, health: Health) -> None:
        self._handle, self._health = handle, health
        self._address = urlsplit(url)
        self._queue: asyncio.Queue[tuple[MQTTMessage, asyncio.Task[None]]] = asyncio.Queue()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client = Client(
            CallbackAPIVersion.VERSION2,
            client_id,
            clean_session=False,
            protocol=MQTTProtocolVersion.MQTTv311,
            manual_ack=True,
        )
        self._client.max_inflight_messages_set(IN_FLIGHT)
        self._client.reconnect_delay_set(1, 10)
        self._client.on_connect = self._connected
        self._client.on_disconnect = self._disconnected
        self._client.on_message = self._received
        if self._address.scheme == "mqtts":
            self._client.tls_set(cert_reqs=ssl.CERT_REQUIRED)
        if self._address.username:
            password = unquote(self._address.password) if self._address.password else None
            self._client.username_pw_set(unquote(self._address.username), password)

    async def run(self, stop: asyncio.Event) -> None:
        """Serves until stopped; a broker that is away is waited for. Panels and kiosks do not depend on it."""
        self._loop = asyncio.get_running_loop()
        self._health.set(CHECK, State.DEGRADED, "MQTT : pas encore connecté / not connected yet")
        port = self._address.port or (8883 if self._address.scheme == "mqtts" else 1883)
        self._client.connect_async(self._address.hostname or "127.0.0.1", port, keepalive=30)
        self._client.loop_start()
        acknowledging = asyncio.create_task(self._acknowledge())
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({acknowledging, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if acknowledging.done():
                acknowledging.result()
        finally:
            acknowledging.cancel()
            stopping.cancel()
            # The session stays with the broker: what we have not acknowledged comes again.
            self._client.disconnect()
            await asyncio.to_thread(self._client.loop_stop)

    async def _acknowledge(self) -> None:
        """PUBACK in the order received, as MQTT 3.1.1 section 4.6 asks."""
        while True:
            message, handling = await self._queue.get()
            await handling
            self._client.ack(message.mid, message.qos)

    def _received(self, _: Client, __: Any, message: MQTTMessage) -> None:
        """On paho's thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._begin, message)

    def _begin(self, message: MQTTMessage) -> None:
        task = asyncio.ensure_future(self._guarded(message))
        self._queue.put_nowait((message, task))

    async def _guarded(self, message: MQTTMessage) -> None:
        await self._handle(message.topic, bytes(message.payload), message.retain)

    def _connected(self, client: Client, _: Any, __: Any, reason: Any, ___: Any) -> None:
        if reason.is_failure:
            self._health.set(CHECK, State.DEGRADED, f"MQTT : connexion refusée / refused ({reason})")
            log.error("mqtt_refused", detail=logs.cut(reason))
            return
        client.subscribe([(topic, QOS) for topic in TOPICS])
        metrics.MQTT_CONNECTED.set(1)
        self._health.set(CHECK, State.READY, f"{self._address.hostname}:{self._address.port}")
        log.info("mqtt_connected")

    def _disconnected(self, _: Client, __: Any, ___: Any, reason: Any, ____: Any) -> None:
        metrics.MQTT_CONNECTED.set(0)
        self._health.set(CHECK, State.DEGRADED, "MQTT : connexion perdue / connection lost")
        log.warning("mqtt_disconnected", detail=logs.cut(reason))
