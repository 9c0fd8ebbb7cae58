"""The open situations under one key of the topic, found by what could link an alarm to them.

Looking at each of them takes as long as there are many: with four thousand in a sector an alarm cost 4 ms.
"""

import heapq
from collections.abc import Iterable, Iterator
from math import cos, floor, radians

from services.triage.correlation.domain.alarm_seen import AlarmSeen
from services.triage.correlation.domain.geometry import METRES_PER_DEGREE, Point
from services.triage.correlation.domain.reach import Reach
from services.triage.correlation.domain.situation import OpenSituation

CELL_DEG = 0.004
"""Latitude and longitude: 440 m and, in France, about 300 m."""
Key = tuple[str, str] | tuple[int, int]


class Group:
    """Each situation stands under its subjects, its devices, its site and the cell of its position."""

    def __init__(self, reach: Reach) -> None:
        self._farthest_m = reach.near_m + 2 * reach.accuracy_cap_m
        self._situations: dict[str, OpenSituation] = {}
        self._keys: dict[str, set[Key]] = {}
        self._under: dict[Key, dict[str, OpenSituation]] = {}
        self._ends: list[tuple[float, str]] = []
        """A heap by the last alarm as it was when the situation was put there: never later than it is now."""

    def __len__(self) -> int:
        return len(self._situations)

    def put(self, situation: OpenSituation) -> None:
        """Takes a situation in, or learns what has changed about it."""
        name = situation.head.situation_id
        if name not in self._situations:
            heapq.heappush(self._ends, (situation.head.last_at, name))
        self._situations[name] = situation
        keys, before = set(_keys(situation)), self._keys.get(name, set())
        for key in before - keys:
            self._leave(key, name)
        for key in keys - before:
            self._under.setdefault(key, {})[name] = situation
        self._keys[name] = keys

    def remove(self, name: str) -> OpenSituation | None:
        """The situation, which is not in the group any more; None if it was not."""
        situation = self._situations.pop(name, None)
        for key in self._keys.pop(name, ()):
            self._leave(key, name)
        return situation

    def silent_since(self, before: float) -> Iterator[str]:
        """Those whose last alarm came before that moment; each must be removed, or put again."""
        while self._ends and self._ends[0][0] < before:
            _, name = heapq.heappop(self._ends)
            situation = self._situations.get(name)
            if situation is None:
                continue
            if situation.head.last_at < before:
                yield name
            else:
                heapq.heappush(self._ends, (situation.head.last_at, name))

    def near(self, alarm: AlarmSeen) -> Iterable[OpenSituation]:
        """All that may be linked to the alarm (`match.link_to`), each once, with some that are not."""
        keys: list[Key] = [("device", alarm.device)]
        if alarm.subject is not None:
            keys.append(("subject", alarm.subject))
        if alarm.site is not None:
            keys.append(("site", alarm.site))
        if alarm.point is not None:
            keys += self._cells_around(alarm.point)
        found: dict[str, OpenSituation] = {}
        for key in keys:
            found |= self._under.get(key, {})
        return found.values()

    def _cells_around(self, point: Point) -> Iterator[Key]:
        north = self._farthest_m / METRES_PER_DEGREE
        # Wider where degrees of longitude are narrow: as at the edge that is nearer to a pole.
        east = min(180.0, north / max(1e-6, cos(radians(min(89.9, abs(point.lat) + north)))))
        rows = range(floor((point.lat - north) / CELL_DEG), floor((point.lat + north) / CELL_DEG) + 1)
        columns = range(floor((point.lon - east) / CELL_DEG), floor((point.lon + east) / CELL_DEG) + 1)
        return ((row, column % AROUND) for row in rows for column in columns)

    def _leave(self, key: Key, name: str) -> None:
        held = self._under[key]
        del held[name]
        if not held:
            del self._under[key]


AROUND = round(360 / CELL_DEG)
"""Columns around the earth: what lies beyond 180° lies on the other side."""


def _keys(situation: OpenSituation) -> Iterator[Key]:
    for device in situation.devices:
        yield "device", device
    for subject in situation.subjects:
        yield "subject", subject
    if situation.head.site is not None:
        yield "site", situation.head.site
    if (point := situation.head.point) is not None:
        yield floor(point.lat / CELL_DEG), floor(point.lon / CELL_DEG) % AROUND
