"""The two ways into Kafka: `signals` for every signal, `alarms.urgent` at the same moment for urgent ones."""

import asyncio
from concurrent.futures import Future
from typing import Protocol

from confluent_kafka import KafkaException

from services.chassis import logs
from services.chassis.fan_out_producer import FanOutProducer
from services.chassis.lifecycle import pause
from services.chassis.producer import DeliveryFailed, Producer
from services.ingest.messages import DEAD, SIGNALS, URGENT, Record

log = logs.get(__name__)


class Lanes(Protocol):
    """Where keeping sends records; the future ends with the acknowledgement or with DeliveryFailed."""

    def send(self, record: Record) -> "Future[None]":
        """To `signals`."""
        ...

    def send_dead(self, record: Record) -> "Future[None]":
        """To `signals.dead`."""
        ...

    def send_urgent(self, record: Record) -> "Future[None]":
        """To `alarms.urgent`; the first acknowledged copy counts."""
        ...


class KafkaLanes:
    """Both lanes on the real cluster. The urgent one opens when the cluster first answers; until then it refuses."""

    def __init__(self, producer: Producer, config: dict[str, str]) -> None:
        self._producer, self._config = producer, config
        self._urgent: FanOutProducer | None = None

    @property
    def open(self) -> bool:
        """True once urgent signals can be sent."""
        return self._urgent is not None

    def try_open(self) -> bool:
        """Opens the urgent lane if the cluster answers; blocks for seconds, so call it from a thread."""
        if self._urgent is None and self._producer.reachable():
            try:
                self._urgent = FanOutProducer(dict(self._config), URGENT)
            except (KafkaException, DeliveryFailed, KeyError) as error:
                log.warning("urgent_lane_waits", **logs.fault(error))
        return self.open

    def send(self, record: Record) -> "Future[None]":
        """To `signals`."""
        return self._producer.send(SIGNALS, *record)

    def send_dead(self, record: Record) -> "Future[None]":
        """To `signals.dead`."""
        return self._producer.send(DEAD, *record)

    def send_urgent(self, record: Record) -> "Future[None]":
        """To every partition of `alarms.urgent`."""
        if self._urgent is None:
            refused: Future[None] = Future()
            refused.set_exception(DeliveryFailed("the urgent lane is not open yet"))
            return refused
        return self._urgent.send(*record)

    def close(self) -> None:
        """Waits shortly for what is under way."""
        if self._urgent is not None:
            self._urgent.close()


async def open_lanes(lanes: KafkaLanes, stop: asyncio.Event, retry_s: float = 1.0) -> None:
    """Tries until the urgent lane is open or the process is told to stop."""
    while not stop.is_set() and not await asyncio.to_thread(lanes.try_open):
        await pause(stop, retry_s)
