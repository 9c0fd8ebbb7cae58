"""Several ingest processes hear as one: each watches the devices of some partitions of `signals`, whoever heard them.

The group's assignment is the lease: a device is reported by the one process that holds its partition, and by
another within seconds of that one's end.
"""

import threading
import time
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from confluent_kafka import Consumer, Message, TopicPartition

from services.chassis import logs
from services.chassis.consumer import BatchLoop
from services.ingest.messages import SIGNALS

log = logs.get(__name__)
GROUP = "ingest-supervision"
REPORT = b'/supervision"'
PROVES_NOTHING = (b'"unencrypted":true', b'"readable":false')
"""Attributes of messages that anyone could have sent in the device's name (`adapters/dc09/understanding`)."""
RETRY_S = 2.0
Heard = Callable[[str, datetime], None]


def partition_of(device: str, partitions: int) -> int:
    """Where librdkafka's default partitioner puts a record with that key (CRC-32)."""
    return zlib.crc32(device.encode()) % partitions


class SharedHearing:
    """Reads on a thread of its own. `heard` is called there with each sign of life, `gained` with new partitions."""

    def __init__(self, config: dict[str, Any], heard: Heard, gained: Callable[[], None]) -> None:
        self._config = {**config, "auto.offset.reset": "latest"}
        self._heard, self._gained = heard, gained
        self._held: frozenset[int] = frozenset()
        self._partitions = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="hearing", daemon=True)

    def start(self) -> None:
        """Joins the group."""
        self._thread.start()

    def stop(self) -> None:
        """Leaves it, so that another takes over at once."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join(5.0)

    def watches(self, device: str) -> bool:
        """True if this process is the one to report that device."""
        return self._partitions > 0 and partition_of(device, self._partitions) in self._held

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                BatchLoop(
                    self._config, GROUP, [SIGNALS], self._handle, on_assign=self._assigned, on_revoke=self._revoked
                ).run(self._stop)
            except Exception:
                # Nobody is reported by us until we are back; the group gives our devices to another meanwhile.
                log.exception("hearing_lost")
                self._held = frozenset()
                self._stop.wait(RETRY_S)

    def _assigned(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        metadata = consumer.list_topics(SIGNALS, timeout=5).topics[SIGNALS]
        self._partitions = len(metadata.partitions)
        self._held |= {partition.partition for partition in partitions}
        self._gained()
        log.info("hearing_begins", partitions=len(self._held))

    def _revoked(self, partitions: list[TopicPartition]) -> None:
        self._held -= {partition.partition for partition in partitions}

    def _handle(self, records: list[Message]) -> None:
        latest: dict[bytes, float] = {}
        for record in records:
            key, value = record.key(), record.value()
            if not isinstance(key, bytes) or not isinstance(value, bytes) or not _alive(value):
                continue
            _, milliseconds = record.timestamp()
            latest[key] = max(latest.get(key, 0.0), milliseconds / 1000 if milliseconds > 0 else time.time())
        for device, at in latest.items():
            self._heard(device.decode("utf-8", "replace"), datetime.fromtimestamp(at, UTC))


def _alive(value: bytes) -> bool:
    return REPORT not in value and not any(flag in value for flag in PROVES_NOTHING)
