"""What is remembered of one device."""

from dataclasses import dataclass, field

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
    streams: dict[tuple[str, str], Stream] = field(default_factory=dict)

    def stream(self, signal: SeenSignal) -> Stream:
        """The stream that `signal` belongs to: its nature, in its zone or use case."""
        return self.streams.setdefault((signal.nature.value, signal.zone or signal.use_case or ""), Stream())
