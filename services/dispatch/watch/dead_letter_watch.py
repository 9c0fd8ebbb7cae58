"""How many dead letters all processes together have written in the last minute, asked of the topics' ends.

So it needs no word from the process that writes them, which may be the one that is ill.
"""

import time
from collections import deque
from collections.abc import Callable, Mapping

WINDOW_S = 60.0


class DeadLetterWatch:
    """Over the ends of all `*.dead` topics, looked at every few seconds. `limit`: a minute, of one topic."""

    def __init__(self, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit, self._clock = limit, clock
        self._looks: deque[tuple[float, dict[str, int]]] = deque()

    def see(self, ends: Mapping[str, int]) -> int:
        """Takes the topics' present ends; returns the dead letters of the last minute if they are past the limit.

        0 otherwise. A topic whose end went back was made anew and counts from there.
        """
        now = self._clock()
        self._looks.append((now, dict(ends)))
        while len(self._looks) > 1 and self._looks[1][0] <= now - WINDOW_S:
            self._looks.popleft()
        oldest = self._looks[0][1]
        grown = {topic: end - min(oldest.get(topic, end), end) for topic, end in ends.items()}
        most = max(grown.values(), default=0)
        return sum(grown.values()) if most > self._limit else 0

    def forget(self) -> None:
        """Begins anew."""
        self._looks.clear()
