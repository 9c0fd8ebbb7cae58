"""Chatter: one stream of a device that will not stop is shown once, with a growing count.

A stream is a device's nature in one zone or use case. While a fold is open every signal of the stream joins it; it
ends after a quiet time, or at the next full period of the clock, when a device that still chatters is shown again:
nobody forgets it, and what a fold depends on never outlasts the memory that a restart rebuilds.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import NamedTuple

from services.triage.screening.domain.limits import Limits


class Fold(NamedTuple):
    """This signal joins `first_signal_id`; `count` have, with this one."""

    first_signal_id: str
    count: int  # type: ignore[assignment]  # hides a method of tuples that nobody calls


@dataclass(slots=True)
class OpenFold:
    """A fold that still takes signals."""

    first_signal_id: str
    period: int
    last_at: float
    count: int = 0


@dataclass(slots=True)
class Stream:
    """The newest arrivals of one stream as (time, id), and its open fold."""

    recent: deque[tuple[float, str]] = field(default_factory=deque)
    fold: OpenFold | None = None

    def arrive(self, signal_id: str, at: float, limits: Limits) -> Fold | None:
        """The fold that takes this signal, or None if it is shown by itself."""
        self._remember(signal_id, at, limits)
        period = int(at // limits.chatter_period)
        fold = self.fold
        if fold is not None and (fold.period != period or at - fold.last_at >= limits.chatter_quiet):
            fold = self.fold = None
        if fold is None and len(self.recent) > limits.chatter_over:
            shown = next(name for moment, name in self.recent if int(moment // limits.chatter_period) == period)
            fold = self.fold = OpenFold(shown, period, at)
        if fold is None or fold.first_signal_id == signal_id:
            return None
        fold.count += 1
        fold.last_at = at
        return Fold(fold.first_signal_id, fold.count)

    def _remember(self, signal_id: str, at: float, limits: Limits) -> None:
        self.recent.append((at, signal_id))
        while self.recent and (
            self.recent[0][0] < at - limits.chatter_within or len(self.recent) > limits.chatter_over + 1
        ):
            self.recent.popleft()
