"""What later messages of a device refer to: the first signal of a subject, or the last of a nature and zone."""

from dataclasses import dataclass, field
from typing import NamedTuple

from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import Outcome
from services.triage.screening.domain.seen_signal import SeenSignal

Key = tuple[str, str, str]


class First(NamedTuple):
    """The signal that annotations belong to, how it ended, where it was filed, and when it was last spoken of."""

    signal_id: str
    nature: Nature
    outcome: Outcome
    sector: str | None
    at: float
    silence_id: str | None = None
    operator_confirmed: bool = False


@dataclass(slots=True)
class Firsts:
    """The firsts of one device."""

    held: dict[Key, First] = field(default_factory=dict)

    def remember(self, signal: SeenSignal, first: First) -> None:
        """From now on, what refers to `signal`'s subject, or nature and zone, refers to `first`."""
        for key in _keys(signal):
            self.held.pop(key, None)
            self.held[key] = first

    def find(self, signal: SeenSignal, memory: float) -> First | None:
        """The first that `signal` refers to, if it was spoken of within `memory` seconds."""
        self._forget(signal.at - memory)
        for key in _lookup(signal):
            first = self.held.get(key)
            if first is not None and first.at >= signal.at - memory:
                return first
        return None

    def touch(self, signal: SeenSignal, first: First) -> None:
        """Keeps `first` in memory while its subject goes on speaking."""
        renewed = first._replace(at=max(first.at, signal.at))
        for key in [key for key, held in self.held.items() if held is first]:
            del self.held[key]
            self.held[key] = renewed

    def _forget(self, before: float) -> None:
        while self.held:
            oldest = next(iter(self.held))
            if self.held[oldest].at >= before:
                return
            del self.held[oldest]


def _keys(signal: SeenSignal) -> list[Key]:
    keys: list[Key] = [("nature", signal.nature, signal.zone or ""), ("nature", signal.nature, "*")]
    if signal.subject:
        keys += [("subject", signal.subject, signal.nature), ("subject", signal.subject, "*")]
    return keys


def _lookup(signal: SeenSignal) -> list[Key]:
    """A known subject is looked for by itself: another subject of the same nature is another happening."""
    if signal.subject:
        return [("subject", signal.subject, signal.nature), ("subject", signal.subject, "*")]
    if signal.zone:
        return [("nature", signal.nature, signal.zone)]
    return [("nature", signal.nature, "*")]
