"""A batch of signals in, all their outputs acknowledged before it returns."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable

from confluent_kafka import Message

from schemas import edge
from schemas.codec import Headers, Undecodable, encode
from schemas.dead_letters import dead_letter
from schemas.messages.signal import Alarm, Signal, SignalOutcome
from schemas.wire import Message as WireMessage
from services.chassis import logs, telemetry
from services.chassis.clock import Clock
from services.chassis.consumer import place
from services.chassis.dead_letter import DeadLetters
from services.chassis.health import Health, State
from services.chassis.producer import DeliveryFailed, Producer
from services.triage import metrics
from services.triage.screening.domain.rulebook import Rulebook
from services.triage.screening.messages import (
    ALARMS,
    OUTCOMES,
    SIGNALS,
    SOURCE,
    alarm_at_the_edge,
    outcome_at_the_edge,
    readable_id,
    seen,
    seen_at_the_edge,
    to_alarm,
    to_dead_outcome,
    to_outcome,
    written,
)
from services.triage.screening.partitions import Partitions
from services.triage.screening.records import headers_of, marks, read, time_of
from services.triage.screening.tally import Decided, Tally
from services.triage.tracing import Tracing

log = logs.get(__name__)
READER = "screening"
CHECK = "kafka"
Output = tuple[str, bytes, bytes, Headers]
"""Topic, key, value, headers."""
Unreadable = tuple[Output, str]
"""A dead letter and why."""
Batch = dict[Decided, list[str]]
"""The ids of the signals of a batch, by what was decided about them."""
SIGNAL = Signal.ce_type.encode()
VERSION, CONTENT = ("ce_specversion", b"1.0"), ("content-type", b"application/json")
FROM = ("ce_source", SOURCE.encode())
OUTCOME_TYPE, ALARM_TYPE = ("ce_type", SignalOutcome.ce_type.encode()), ("ce_type", Alarm.ce_type.encode())
PAUSE_S = 0.5
ANSWER_S = 30.0


class Stopped(Exception):
    """The process was told to stop before a batch was acknowledged; it will be read again."""


class ScreeningLoop:
    """Handles batches for the chassis' BatchLoop. Sends a batch again until it is acknowledged or `stop` is set."""

    def __init__(
        self,
        partitions: Partitions,
        rules: Callable[[], Rulebook],
        only_centre: Callable[[], str | None],
        producer: Producer,
        health: Health,
        clock: Clock,
        tracing: Tracing,
        stop: threading.Event,
        letters: DeadLetters,
        tally: Tally,
    ) -> None:
        self._partitions, self._rules, self._only_centre = partitions, rules, only_centre
        self._producer, self._health, self._clock = producer, health, clock
        self._tracing, self._stop, self._letters, self._tally = tracing, stop, letters, tally

    def handle(self, records: list[Message]) -> None:
        """Decides in order, then sends; returns when everything is acknowledged. Raises Stopped."""
        started = time.monotonic()
        rules, decided = self._rules(), defaultdict[Decided, list[str]](list)
        outputs: list[Output] = []
        unreadable: list[Unreadable] = []
        for record in records:
            try:
                outputs += self._at_the_edge(record, rules, decided) or self._screen(record, rules, decided)
            except Undecodable as error:
                unreadable.append(self._dead(record, error.reason))
                outputs += self._dead_outcome(record, error.reason, decided)
        self._send(outputs, unreadable)
        self._tally.add(decided)
        metrics.SCREENING_BATCH_SECONDS.observe(time.monotonic() - started)

    def _at_the_edge(self, record: Message, rules: Rulebook, decided: Batch) -> list[Output]:
        """The quick way for what nearly all records are; nothing where the models are to be asked."""
        value, at = record.value(), time_of(record)
        kind, parent = marks(headers_of(record))
        if value is None or at is None or kind != SIGNAL or self._tracing.wants(parent):
            return []
        signal = edge.read_signal(value)
        if signal is None:
            return []
        _, partition, _ = place(record)
        decision = self._partitions.of(partition).decide(seen_at_the_edge(signal, at), rules)
        decided[decision.outcome, decision.reason].append(signal.signal_id)
        moment = written(decision.decided_at)
        trace = [] if parent is None else [("traceparent", parent)]
        said = outcome_at_the_edge(signal, decision, moment)
        headers = _headers(f"{signal.signal_id}:outcome", OUTCOME_TYPE, moment, trace)
        outputs = [(OUTCOMES, signal.device.encode(), said, headers)]
        if decision.forward:
            key = decision.sector or signal.site or signal.device
            alarm = alarm_at_the_edge(signal, value, decision, moment)
            outputs.append((ALARMS, key.encode(), alarm, _headers(signal.signal_id, ALARM_TYPE, moment, trace)))
        return outputs

    def _screen(self, record: Message, rules: Rulebook, decided: Batch) -> list[Output]:
        start_ns = time.time_ns() if self._tracing.recording else 0
        signal, at = read(record)
        _, partition, _ = place(record)
        decision = self._partitions.of(partition).decide(seen(signal, at), rules)
        decided[decision.outcome, decision.reason].append(signal.signal_id)
        attributes = {
            "signal_id": signal.signal_id,
            "outcome": decision.outcome.value,
            "reason": decision.reason.value,
        }
        trace = self._tracing.passed_on(headers_of(record), start_ns, attributes)
        outputs = [_output(OUTCOMES, to_outcome(signal, decision), trace)]
        if decision.forward:
            outputs.append(_output(ALARMS, to_alarm(signal, decision), trace))
        return outputs

    def _dead(self, record: Message, reason: str) -> Unreadable:
        topic, partition, offset = place(record)
        letter = dead_letter(
            topic=topic,
            partition=partition,
            offset=offset,
            reader=READER,
            reason=reason,
            raw=record.value(),
            raw_key=record.key(),
            headers=headers_of(record),
            at=self._clock.now(),
        )
        return _output(f"{SIGNALS}.dead", letter, telemetry.passed_on(headers_of(record))), reason

    def _dead_outcome(self, record: Message, reason: str, decided: Batch) -> list[Output]:
        """The outcome `dead`, where at least the id can be read: an acknowledged signal ends in an outcome."""
        signal_id = readable_id(headers_of(record))
        if signal_id is None:
            return []
        at = time_of(record) or self._clock.now().timestamp()
        outcome = to_dead_outcome(signal_id, record.value(), record.key(), at, self._only_centre(), reason)
        decided[outcome.outcome, outcome.reason].append(signal_id)
        return [_output(OUTCOMES, outcome, telemetry.passed_on(headers_of(record)))]

    def _send(self, outputs: list[Output], unreadable: list[Unreadable]) -> None:
        """Sends all, again and again until all are acknowledged: ids and keys stay, so readers take each once."""
        while True:
            try:
                self._send_once(outputs, unreadable)
            except DeliveryFailed as failure:
                self._health.set(CHECK, State.DEGRADED, f"Kafka does not acknowledge: {failure}")
                log.warning("delivery_failed_trying_again", **logs.fault(failure), records=len(outputs))
            else:
                self._health.set(CHECK, State.READY)
                return
            if self._stop.wait(PAUSE_S):
                raise Stopped

    def _send_once(self, outputs: list[Output], unreadable: list[Unreadable]) -> None:
        batch = self._producer.batch()
        for topic, key, value, headers in outputs:
            batch.send(topic, key, value, headers)
        letters = [
            self._letters.put(topic, key, value, headers, reason=reason)
            for (topic, key, value, headers), reason in unreadable
        ]
        batch.wait()
        for letter in letters:
            letter.result(ANSWER_S)


def _headers(event: str, kind: tuple[str, bytes], moment: str, trace: Headers) -> Headers:
    """As `schemas.codec.encode` has them."""
    return [VERSION, ("ce_id", event.encode()), kind, FROM, ("ce_time", moment.encode()), CONTENT, *trace]


def _output(topic: str, message: WireMessage, trace: Headers) -> Output:
    key, value, headers = encode(message, SOURCE)
    return topic, key, value, [*headers, *trace]
