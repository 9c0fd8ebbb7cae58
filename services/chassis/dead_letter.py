"""Keeps what could not be read. Past a limit the process shows degraded, and reading goes on."""

import threading
from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future

from services.chassis import logs, telemetry
from services.chassis.clock import Clock
from services.chassis.health import Check, Health, State
from services.chassis.metrics import DEAD_LETTERS
from services.chassis.producer import Headers, Producer

log = logs.get(__name__)
CHECK = "dead_letters"


class DeadLetters:
    """Sends records aside and watches how many go there in a minute."""

    def __init__(
        self, producer: Producer, health: Health, clock: Clock, limit_per_minute: int, topics: Iterable[str] = ()
    ) -> None:
        """`topics`: the `*.dead` ones that may be written to; their counts stand at 0 from the start."""
        for topic in topics:
            DEAD_LETTERS.labels(topic)
        self._producer, self._clock = producer, clock
        self._limit = limit_per_minute
        self._recent: deque[float] = deque()
        self._lock = threading.Lock()
        health.ask(CHECK, self._check)

    def put(self, topic: str, key: bytes | None, value: bytes, headers: Headers, *, reason: str) -> "Future[None]":
        """Sends one to `topic` (a `*.dead` one); wait for the future before the source counts as handled.

        `headers` carry the trace of what is put aside (`telemetry.passed_on`), which its line in the log then names.
        """
        with telemetry.of_record(headers):
            self.note(topic, reason=reason)
        return self._producer.send(topic, key, value, headers)

    def note(self, topic: str, *, reason: str) -> None:
        """Counts and logs one that the caller keeps aside by its own way."""
        DEAD_LETTERS.labels(topic).inc()
        log.warning("dead_letter", topic=topic, detail=logs.cut(reason))
        with self._lock:
            self._recent.append(self._clock.now().timestamp())

    def _check(self) -> Check:
        now = self._clock.now().timestamp()
        with self._lock:
            while self._recent and self._recent[0] < now - 60:
                self._recent.popleft()
            many = len(self._recent) > self._limit
        detail = f"more than {self._limit} dead letters a minute" if many else ""
        return Check(State.DEGRADED if many else State.READY, detail)
