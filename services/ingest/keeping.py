"""Makes a signal durable within a known time, whatever Kafka does: straight to Kafka, else through the journal.

A signal counts as stored when its topic has it (Kafka's acknowledgement) or the journal does, whichever comes first;
then its device is answered. The urgent lane and the second path to dispatch are quicker ways beside that, never a
reason to refuse or to wait: should both fail, screening brings the alarm from `signals`. Nor are they enough alone:
what dispatch accepted is kept for `signals` all the same, so that screening, reconciler and reports see one truth.
"""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from itertools import takewhile
from typing import Protocol

from services.chassis import logs, telemetry
from services.chassis.lifecycle import pause
from services.chassis.producer import DeliveryFailed
from services.ingest import metrics
from services.ingest.acknowledgements import Acknowledgements, Outcome
from services.ingest.journal.entry import Entry, Lane
from services.ingest.journal.journal import Full, Journal
from services.ingest.journal.writer import Unwritable
from services.ingest.lanes import Lanes
from services.ingest.messages import Record

log = logs.get(__name__)
LOOK_EVERY_S = 0.05
BOTH = Lane.SIGNALS | Lane.URGENT


class SecondPath(Protocol):
    """The way to dispatch past Kafka."""

    async def post(self, record: Record) -> bool:
        """True once dispatch has committed it. Never raises; gives up within a known time."""
        ...


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds without Kafka's word until a signal goes to the journal; an urgent one to dispatch as well."""

    kafka_s: float
    urgent_s: float


@dataclass(slots=True, eq=False)
class _Kept:
    """One signal until each of its lanes has answered, or the journal follows it."""

    signal_id: str
    record: Record
    urgent: bool
    missing: Lane
    since: float
    stored: "asyncio.Future[Outcome]"
    straight: bool = False  # sent to its topic, and an answer may still come
    tried: bool = False
    spilled: bool = False
    posted: bool = False
    entry: Entry | None = None
    refused: Outcome = None


class Keeping:
    """Used on one event loop. Without `run` nothing becomes overdue."""

    def __init__(
        self,
        lanes: Lanes,
        journal: Journal,
        patience: Patience,
        second_path: SecondPath | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._lanes, self._journal, self._patience = lanes, journal, patience
        self._second_path, self._monotonic = second_path, monotonic
        self._open: dict[_Kept, None] = {}  # a lane's word is missing, and the journal does not follow it; oldest first
        self._urgent: dict[_Kept, None] = {}  # without the urgent lane's word, nor posted
        self._posts: set[asyncio.Task[None]] = set()
        self._bridge: Acknowledgements | None = None
        self.away = False
        """`signals` does not acknowledge in time: everything goes to the journal. The drain ends it."""
        self.urgent_away = False
        self._told_away = False

    def keep(self, signal_id: str, record: Record, urgent: bool) -> "asyncio.Future[Outcome]":
        """Ends with None once the signal is durable, with an error where it cannot be. Never raises."""
        kept = self._begin(signal_id, record, BOTH if urgent else Lane.SIGNALS, urgent)
        if urgent:
            self._urgent[kept] = None
            self._bring(self._lanes.send_urgent(kept.record), partial(self._settled, kept, Lane.URGENT))
            if self.urgent_away:
                self._post(kept)
        if self.away or self._journal.holds(record[0]):
            self._spill(kept)
        else:
            self._send(kept)
        return kept.stored

    def keep_dead(self, record: Record) -> "asyncio.Future[Outcome]":
        """The same for bytes that nobody could read: to `signals.dead`."""
        kept = self._begin("", record, Lane.DEAD, False)
        if self.away:
            self._spill(kept)
        else:
            self._send(kept)
        return kept.stored

    async def run(self, stop: asyncio.Event) -> None:
        """Looks for what Kafka has left without an answer for too long."""
        while not stop.is_set():
            self.look()
            await pause(stop, LOOK_EVERY_S)

    def look(self) -> None:
        """Sends what is overdue to the journal, and what is urgent to dispatch."""
        now = self._monotonic()
        for kept in self._older(self._urgent, now):
            self._post(kept)
        for kept in self._older(self._open, now):
            overdue = now - kept.since >= self._patience.kafka_s
            if overdue and kept.straight and kept.missing & ~Lane.URGENT:
                self.away = True
            if overdue and kept.missing & Lane.URGENT:
                self._set_urgent_away(True)
            if overdue or kept.urgent:
                self._spill(kept)
        self._tell_away()

    def _older(self, some: dict[_Kept, None], now: float) -> list[_Kept]:
        """Those that have waited as long as an urgent one may; usually none."""
        return list(takewhile(lambda kept: now - kept.since >= self._patience.urgent_s, some))

    def kafka_answers(self) -> None:
        """The drain has caught up: signals go straight to Kafka again."""
        self.away = False
        self._tell_away()

    def urgent_lane_answers(self) -> None:
        """A row of the journal was taken by the urgent lane."""
        self._set_urgent_away(False)

    def _begin(self, signal_id: str, record: Record, lanes: Lane, urgent: bool) -> _Kept:
        key, value, headers = record
        traced = (key, value, telemetry.inject(headers))
        stored: asyncio.Future[Outcome] = self._acknowledgements().future()
        kept = _Kept(signal_id, traced, urgent, lanes, self._monotonic(), stored)
        self._open[kept] = None
        return kept

    def _send(self, kept: _Kept) -> None:
        """Straight to its topic."""
        kept.straight = kept.tried = True
        if kept.missing is Lane.DEAD:
            self._bring(self._lanes.send_dead(kept.record), partial(self._settled, kept, Lane.DEAD))
        else:
            self._bring(self._lanes.send(kept.record), partial(self._settled, kept, Lane.SIGNALS))

    def _settled(self, kept: _Kept, lane: Lane, error: Outcome) -> None:
        """Kafka's word, or dispatch's, on one lane."""
        if error is not None:
            self._refused(kept, lane, error)
            return
        if lane is Lane.URGENT:
            self._set_urgent_away(False)
        self._reached(kept, lane)

    def _reached(self, kept: _Kept, lane: Lane) -> None:
        # Most signals take one lane: arithmetic on flags costs a microsecond each time.
        kept.missing = Lane.NONE if kept.missing is lane else kept.missing & ~lane
        if lane is Lane.URGENT:
            self._urgent.pop(kept, None)
        if kept.entry is not None:
            self._journal.delivered(kept.entry.seq, lane)
        topic = lane is not Lane.URGENT
        if not kept.missing or (kept.spilled and topic):
            self._open.pop(kept, None)
        if topic:
            self._answer(kept, None)

    def _refused(self, kept: _Kept, lane: Lane, error: BaseException) -> None:
        if lane is Lane.URGENT:
            if not kept.missing & Lane.URGENT:
                return
            self._set_urgent_away(True)
            self._post(kept)
            self._spill(kept)
            return
        kept.straight = False
        if isinstance(error, DeliveryFailed) and error.unacceptable:
            self._end(kept, error)  # the journal would only learn the same later
            return
        self.away = True
        self._tell_away()
        if kept.refused is not None:
            self._end(kept, kept.refused)
        self._spill(kept)

    def _spill(self, kept: _Kept) -> None:
        """To the journal, once, for the lanes that it still misses."""
        if kept.spilled or not kept.missing:
            return
        kept.spilled = True
        try:
            kept.entry, written = self._journal.append(kept.signal_id, kept.record, kept.missing, kept.urgent)
        except (Full, Unwritable) as error:
            self._not_written(kept, error)
            return
        self._bring(written, partial(self._written, kept))

    def _written(self, kept: _Kept, error: Outcome) -> None:
        if error is None:
            self._journal.written()
            self._end(kept, None)  # the urgent lane's word, if it is still missing, goes to the row
            return
        if kept.entry is not None:
            self._journal.not_written(kept.entry)
            kept.entry = None
        self._not_written(kept, error)

    def _not_written(self, kept: _Kept, error: BaseException) -> None:
        """No false answer: refused, unless Kafka's own may still come. It is asked now if nothing is overtaken."""
        kept.refused = error
        if kept.stored.done():
            self._open.pop(kept, None)  # `signals` has it; the urgent lane's word may come, and was asked for by post
        elif kept.straight:
            return
        elif kept.tried or self._journal.holds(kept.record[0]):
            self._end(kept, error)
        else:
            self._send(kept)

    def _end(self, kept: _Kept, outcome: Outcome) -> None:
        self._open.pop(kept, None)
        self._answer(kept, outcome)

    def _answer(self, kept: _Kept, outcome: Outcome) -> None:
        if not kept.stored.done():
            kept.stored.set_result(outcome)

    def _post(self, kept: _Kept) -> None:
        self._urgent.pop(kept, None)
        if self._second_path is None or kept.posted:
            return
        kept.posted = True
        task = asyncio.get_running_loop().create_task(self._posting(self._second_path, kept))
        self._posts.add(task)
        task.add_done_callback(self._posts.discard)

    async def _posting(self, second_path: SecondPath, kept: _Kept) -> None:
        if await second_path.post(kept.record):
            self._reached(kept, Lane.URGENT)

    def _tell_away(self) -> None:
        """One partition without a leader ends and begins it many times a second: told as one until nothing is left."""
        disturbed = self.away or (self._told_away and self._journal.depth > 0)
        if disturbed != self._told_away:
            self._told_away = disturbed
            metrics.KAFKA_AWAY.labels("signals").set(disturbed)
            log.warning("kafka_away" if disturbed else "kafka_back", rows=self._journal.depth)

    def _set_urgent_away(self, away: bool) -> None:
        if away != self.urgent_away:
            self.urgent_away = away
            metrics.KAFKA_AWAY.labels("urgent").set(away)
            log.warning("urgent_lane_away" if away else "urgent_lane_back")

    def _bring(self, future: "Future[None]", settle: Callable[[Outcome], None]) -> None:
        self._acknowledgements().bring(future, settle)

    def _acknowledgements(self) -> Acknowledgements:
        """Made at the first use, when the loop that serves is running."""
        if self._bridge is None:
            self._bridge = Acknowledgements(asyncio.get_running_loop())
        return self._bridge
