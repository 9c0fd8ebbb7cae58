"""Recognises a device's repeat of a message within two minutes of its first receipt. Pure; memory is bounded."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

WINDOW = timedelta(minutes=2)
CAPACITY = 200_000
"""Marks remembered at most; past it the oldest is forgotten, and screening still recognises it by its fingerprint."""


class ReceiptReason(StrEnum):
    """Why a message was stored, or why it was not stored again. Used in log, metric and span alike."""

    NEW = "new"
    NO_MARK = "no_mark"
    REPEAT = "repeat"
    REPEAT_UNDER_WAY = "repeat_under_way"
    RETRY = "retry"


class Storage(StrEnum):
    """What is known of the first message's way to Kafka."""

    UNDER_WAY = "under_way"
    STORED = "stored"
    FAILED = "failed"


@dataclass(slots=True)
class First:
    """The first message with a fingerprint: the identity that its repeats share."""

    signal_id: str
    received_at: datetime
    storage: Storage = Storage.UNDER_WAY


class RepeatWindow:
    """First receipts of the last two minutes by fingerprint."""

    def __init__(self, window: timedelta = WINDOW, capacity: int = CAPACITY) -> None:
        self._window, self._capacity = window, capacity
        self._firsts: OrderedDict[str, First] = OrderedDict()

    def __len__(self) -> int:
        return len(self._firsts)

    def recognise(self, fingerprint: str, now: datetime) -> tuple[ReceiptReason, First | None]:
        """NEW without a first; else that first and why. RETRY: its storing failed, so store it under the same id."""
        self._forget(now)
        first = self._firsts.get(fingerprint)
        if first is None:
            return ReceiptReason.NEW, None
        return _REASONS[first.storage], first

    def remember(self, fingerprint: str, first: First) -> None:
        """Starts the window of a new message."""
        self._firsts[fingerprint] = first
        if len(self._firsts) > self._capacity:
            self._firsts.popitem(last=False)

    def _forget(self, now: datetime) -> None:
        while self._firsts:
            oldest = next(iter(self._firsts))
            if now - self._firsts[oldest].received_at <= self._window:
                return
            del self._firsts[oldest]


_REASONS = {
    Storage.STORED: ReceiptReason.REPEAT,
    Storage.UNDER_WAY: ReceiptReason.REPEAT_UNDER_WAY,
    Storage.FAILED: ReceiptReason.RETRY,
}
