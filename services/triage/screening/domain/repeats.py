"""Repeats: the same device, mark, nature and bytes within two minutes of the first (ingest's `fingerprint`)."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Repeats:
    """The fingerprints of one device, oldest first."""

    firsts: dict[str, tuple[str, float]] = field(default_factory=dict)

    def first(self, fingerprint: str, signal_id: str, at: float, within: float) -> str | None:
        """The id of the signal that this one repeats; None if it is a first, which is then remembered."""
        self._forget(at - within)
        known = self.firsts.get(fingerprint)
        if known is not None and at - known[1] <= within:
            return known[0]
        self.firsts[fingerprint] = (signal_id, at)
        return None

    def _forget(self, before: float) -> None:
        while self.firsts:
            oldest = next(iter(self.firsts))
            if self.firsts[oldest][1] >= before:
                return
            del self.firsts[oldest]
