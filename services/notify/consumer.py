"""Reads `dispatch.events`: decides, writes the notifications durably, and only then lets the offset go on."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import cast

from confluent_kafka import Message

from schemas.codec import RawHeaders, Undecodable, decode, encode
from schemas.dead_letters import dead_letter
from schemas.messages.dispatching import IncidentChanged
from services.chassis import logs, telemetry
from services.chassis.clock import Clock
from services.chassis.consumer import place
from services.chassis.dead_letter import DeadLetters
from services.notify.directories import Directories
from services.notify.domain.decision import Decision, Verdict, decide
from services.notify.domain.news import News
from services.notify.domain.wording import compose
from services.notify.messages import key_of, news_of
from services.notify.metrics import DECISIONS
from services.notify.store.entries import Entry
from services.notify.store.patience import Patience
from services.notify.store.sent_log import SentLog

log = logs.get(__name__)
TOPIC, READER, SOURCE = "dispatch.events", "notify", "vigie/notify"


class EventReader:
    """Turns records into rows. `handle` runs on the consumer's thread, the database on the loop's."""

    def __init__(
        self,
        sent_log: SentLog,
        directories: Directories,
        dead_letters: DeadLetters,
        patience: Patience,
        clock: Clock,
        dispatch_url: str,
        written: Callable[[], None],
    ) -> None:
        self._sent_log, self._directories, self._dead_letters = sent_log, directories, dead_letters
        self._patience, self._clock, self._dispatch_url = patience, clock, dispatch_url
        self._written = written
        self._loop = asyncio.get_running_loop()

    def handle(self, records: list[Message]) -> None:
        """Returns once everything that follows from `records` is durable. Raises Stopped when told to stop."""
        entries: list[Entry] = []
        withdrawn: list[str] = []
        aside: list[Future[None]] = []
        for record in records:
            headers = cast(RawHeaders, record.headers())
            try:
                message = decode(record.value(), headers, [IncidentChanged])
            except Undecodable as fault:
                aside.append(self._put_aside(record, headers, fault))
                continue
            self._take(message, headers, entries, withdrawn)
        if entries or withdrawn:
            writing = asyncio.run_coroutine_threadsafe(self._write(entries, withdrawn), self._loop)
            writing.result()
        for future in aside:
            future.result()

    def _take(self, message: IncidentChanged, headers: RawHeaders, entries: list[Entry], withdrawn: list[str]) -> None:
        news = news_of(message)
        directory = self._directories.of(news.centre)
        decisions = decide(news, directory, shift_lead=self._directories.shift_lead is not None)
        ends = any(decision.verdict is Verdict.WITHDRAW for decision in decisions)
        for decision in decisions:
            DECISIONS.labels(decision.verdict, decision.reason).inc()
            if decision.verdict in {Verdict.TELL, Verdict.FAIL}:
                # What says that it is over is not itself withdrawn with what was to be said before.
                entries.append(self._entry(message, news, decision, headers, None if ends else news.subject))
            elif decision.verdict is Verdict.WITHDRAW and news.subject:
                withdrawn.append(news.subject)

    def _entry(
        self, message: IncidentChanged, news: News, decision: Decision, headers: RawHeaders, subject: str | None
    ) -> Entry:
        """One row, in a span that continues the record's trace and that each attempt will continue."""
        key = key_of(news.event_id, decision.recipient)
        told = decision.verdict is Verdict.TELL
        with telemetry.span("notify.decide", telemetry.extract(headers)) as span:
            span.set_attributes({"incident_id": news.incident_id, "reason": decision.reason, "key": key})
            log.info(
                "notification_decided",
                key=key,
                incident_id=news.incident_id,
                recipient=decision.recipient,
                verdict=decision.verdict,
                reason=decision.reason,
            )
            directory = self._directories.of(news.centre)
            entry = self._directories.recipient(news.centre, decision.recipient)
            return Entry(
                key=key,
                event_id=news.event_id,
                incident_id=news.incident_id,
                recipient=decision.recipient,
                channel=(entry.channel if entry else None) or "none",
                subject=subject,
                decided=decision.reason,
                priority=news.priority.rank,
                centre=news.centre,
                origin=message.origin.model_dump(mode="json"),
                letter=compose(key, news, decision.reason, directory, self._dispatch_url) if told else None,
                traceparent=telemetry.traceparent(),
                happened_at=news.at,
                failed=None if told else decision.reason,
            )

    async def _write(self, entries: Sequence[Entry], withdrawn: Sequence[str]) -> None:
        new = await self._patience(lambda: self._sent_log.record(entries, withdrawn))
        log.debug("notifications_written", count=new, known=len(entries) - new, withdrawn=len(withdrawn))
        self._written()

    def _put_aside(self, record: Message, original: RawHeaders, fault: Undecodable) -> "Future[None]":
        topic, partition, offset = place(record)
        letter = dead_letter(
            topic=topic,
            partition=partition,
            offset=offset,
            reader=READER,
            reason=fault.reason,
            raw=fault.raw,
            raw_key=record.key(),
            headers=original,
            at=self._clock.now(),
        )
        key, value, headers = encode(letter, SOURCE)
        traced = [*headers, *telemetry.passed_on(original)]
        return self._dead_letters.put(f"{TOPIC}.dead", key, value, traced, reason=fault.reason)
