"""What is remembered of one device."""

from dataclasses import dataclass, field

from schemas.vocabulary.natures import Nature
from services.triage.screening.domain.chatter import Stream
from services.triage.screening.domain.firsts import Firsts
from services.triage.screening.domain.repeats import Repeats
from services.triage.screening.domain.seen_signal import SeenSignal


@dataclass(slots=True)
class DeviceState:
    """Built from the device's records of the last minutes alone, so that any process can build it again."""

    last_at: float = 0.0
    repeats: Repeats = field(default_factory=Repeats)
    firsts: Firsts = field(default_factory=Firsts)
    streams: dict[tuple[Nature, str], Stream] = field(default_factory=dict)

    def stream(self, signal: SeenSignal) -> Stream:
        """The stream that `signal` belongs to: its nature, in its zone or use case."""
        key = (signal.nature, signal.zone or signal.use_case or "")
        found = self.streams.get(key)
        if found is None:
            found = self.streams[key] = Stream()
        return found
