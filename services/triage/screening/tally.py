"""What was decided, counted by outcome and reason, and said: a storm fills no log, a rare refusal is said at once."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from schemas.vocabulary.signals import Outcome, ScreeningReason
from services.chassis import logs
from services.triage import metrics

log = logs.get(__name__)
EVERY_S = 10.0
Decided = tuple[Outcome, ScreeningReason]


@dataclass(slots=True)
class Unsaid:
    """Decisions not said yet: how many, and the signal of the last."""

    count: int
    signal_id: str


class Tally:
    """The metric at once; a line for each outcome and reason, the first at once, then one in EVERY_S at most."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._unsaid: dict[Decided, Unsaid] = {}
        self._said: dict[Decided, float] = {}

    def add(self, batch: dict[Decided, list[str]]) -> None:
        """Counts what was decided, by the ids of the signals, and says what is due, of earlier batches too."""
        for decided, signals in batch.items():
            outcome, reason = decided
            metrics.OUTCOMES.labels(outcome.value, reason.value).inc(len(signals))
            before = self._unsaid.get(decided)
            self._unsaid[decided] = Unsaid(len(signals) + (before.count if before else 0), signals[-1])
        due = self._clock() - EVERY_S
        self._say([decided for decided in self._unsaid if self._said.get(decided, due) <= due])

    def close(self) -> None:
        """Says the rest."""
        self._say(list(self._unsaid))

    def _say(self, due: list[Decided]) -> None:
        for decided in due:
            outcome, reason = decided
            unsaid = self._unsaid.pop(decided)
            log.info(
                "signals_screened",
                outcome=outcome.value,
                reason=reason.value,
                count=unsaid.count,
                signal_id=unsaid.signal_id,
            )
            self._said[decided] = self._clock()
