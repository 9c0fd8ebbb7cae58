"""How long something has stood still, by our own steady clock."""

import time
from collections.abc import Callable, Hashable


class Progress:
    """Remembers of each thing what it last looked like and since when. `clock`: steady seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: dict[Hashable, tuple[Hashable, float]] = {}

    def idle_s(self, thing: Hashable, state: Hashable) -> float:
        """Seconds since `thing` last changed its state, 0 when it has just done so or is looked at first."""
        now = self._clock()
        before = self._seen.get(thing)
        if before is None or before[0] != state:
            self._seen[thing] = (state, now)
            return 0.0
        return now - before[1]

    def forget(self) -> None:
        """Begins anew: while nobody could look, nothing can be said to have stood still."""
        self._seen.clear()
