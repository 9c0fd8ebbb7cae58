"""Waiting tasks that were looked at in vain: not again until something has changed, nor before a moment has passed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

AGAIN_S = 2.0
"""So long at most: a position, a closed street, a rest or a pause that ends is not among what is compared."""
Waiting = tuple[str, int]
"""An incident and its version."""
Free = list[tuple[str, datetime]]
"""The units that are free, and since when."""


@dataclass
class Tried:
    """For one kind of unit in one centre. A unit that becomes free, or a card that changes, is looked at at once."""

    free: Free = field(default_factory=list)
    in_vain: dict[Waiting, float] = field(default_factory=dict)

    def left(self, waiting: Iterable[Waiting], free: Free) -> list[Waiting]:
        """Those among `waiting` that these free units have not been asked for just before, in the same order."""
        if free != self.free:
            self.free, self.in_vain = free, {}
        now = monotonic()
        self.in_vain = {known: until for known, until in self.in_vain.items() if until > now}
        return [known for known in waiting if known not in self.in_vain]

    def remember(self, looked_at: Iterable[Waiting]) -> None:
        """Nobody was there for these."""
        until = monotonic() + AGAIN_S
        self.in_vain |= dict.fromkeys(looked_at, until)
