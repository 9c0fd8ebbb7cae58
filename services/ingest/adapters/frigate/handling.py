"""What is done with one MQTT message: understood once, stored for certain, then it may be acknowledged."""

import asyncio
import re
from enum import StrEnum

from services.chassis import logs
from services.chassis.clock import Clock
from services.ingest import metrics
from services.ingest.adapters.frigate.payloads import Malformed, read_event, read_review
from services.ingest.adapters.frigate.understanding import Reading, understand_event, understand_review
from services.ingest.directory import Directory
from services.ingest.domain.signal import Understood
from services.ingest.domain.tracking import Tracking
from services.ingest.packs import Directories
from services.ingest.reception import NotAccepted, Reception
from services.ingest.rejected import Rejected

log = logs.get(__name__)
DOOR = "mqtt"
EVENTS, REVIEWS = "frigate/events", "frigate/reviews"
TOPIC = re.compile(r"frigate/(?:(?P<instance>[^/]+)/)?(?P<kind>events|reviews)")


class MessageResult(StrEnum):
    """What became of a message that was not about a tracked object's change."""

    MALFORMED = "malformed"
    RETAINED = "retained"
    UNKNOWN_TOPIC = "unknown_topic"
    OTHER_INSTANCE = "other_instance"
    FAULT = "fault"


class OtherInstance(Malformed):
    """A camera's message on the topic of a Frigate that does not speak for it."""


class Handling:
    """Stores what messages mean. While Kafka is away a message waits here, unacknowledged, and is tried again."""

    def __init__(
        self, reception: Reception, directories: Directories, rejected: Rejected, clock: Clock, retry_s: float = 1.0
    ) -> None:
        self._reception, self._directories = reception, directories
        self._rejected, self._clock, self._retry_s = rejected, clock, retry_s
        self._tracking = Tracking()

    async def handle(self, topic: str, payload: bytes, retained: bool) -> None:
        """Returns once the message's signals, or its bytes, are durable."""
        if retained:
            # The broker repeats its last message to each new subscriber: it was handled when it was new.
            _note(MessageResult.RETAINED.value)
            return
        directory = await self._directory()
        try:
            reading = self._read(topic, payload, directory)
        except Malformed as error:
            await self._keep(payload, f"{topic}: {error}")
            other = isinstance(error, OtherInstance)
            _note((MessageResult.OTHER_INSTANCE if other else MessageResult.MALFORMED).value)
            return
        except Exception:
            # Our own mistake: unacknowledged, the message would come again and fail again, and hold up all others.
            log.exception("mqtt_fault", mqtt_topic=logs.cut(topic))
            await self._keep(payload, f"{topic}: {MessageResult.FAULT.value}")
            _note(MessageResult.FAULT.value)
            return
        for signal in reading.signals:
            await self._store(signal)
        _note(reading.reason.value)

    def _read(self, topic: str, payload: bytes, directory: Directory) -> Reading:
        now = self._clock.now()
        named = TOPIC.fullmatch(topic)
        if named is None:
            raise Malformed(MessageResult.UNKNOWN_TOPIC.value)
        if named["kind"] == "events":
            event = read_event(payload)
            _speaks_for(named["instance"], event.after.camera, directory)
            return understand_event(event, self._tracking, directory, now)
        review = read_review(payload)
        _speaks_for(named["instance"], review.after.camera, directory)
        return understand_review(review, self._tracking, directory, now)

    async def _store(self, signal: Understood) -> None:
        while True:
            try:
                await self._reception.receive(signal, DOOR)
            except NotAccepted:
                await asyncio.sleep(self._retry_s)
            else:
                return

    async def _keep(self, payload: bytes, reason: str) -> None:
        while True:
            if await self._rejected.keep(payload, reason, DOOR):
                return
            await asyncio.sleep(self._retry_s)

    async def _directory(self) -> Directory:
        while True:
            try:
                return self._directories.current(DOOR, self._clock.now())
            except NotAccepted:
                await asyncio.sleep(self._retry_s)


def _speaks_for(instance: str | None, camera: str, directory: Directory) -> None:
    """The broker's ACL lets each Frigate publish on its own topics only; this holds where the broker lets it pass.

    Raises OtherInstance where a known camera is not of the instance that the topic names.
    """
    known = directory.camera(camera)
    analytics = known.device.analytics if known is not None else None
    if analytics is not None and analytics.frigate_instance != instance:
        raise OtherInstance(MessageResult.OTHER_INSTANCE.value)


def _note(result: str) -> None:
    metrics.MQTT_MESSAGES.labels(result).inc()
    log.debug("mqtt_message", result=result)
