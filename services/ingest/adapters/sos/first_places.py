"""Remembers where each SOS began: its messages keep that sector as their key while the person moves (rule 11)."""

from collections import OrderedDict
from dataclasses import replace

from services.ingest.domain.signal import Place, Point

CAPACITY = 10_000


class FirstPlaces:
    """The place of the first position of the last SOS calls; bounded, the oldest goes first."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._first: OrderedDict[str, Place] = OrderedDict()

    def keep(self, sos_id: str, place: Place) -> Place:
        """`place` with centre, commune and sector of the first position known of this SOS."""
        first = self._first.get(sos_id)
        if first is None:
            if place.position is not None:
                self._remember(sos_id, place)
            return place
        return replace(first, position=place.position or first.position)

    def last_position(self, sos_id: str) -> Point | None:
        """The newest position known, or None."""
        first = self._first.get(sos_id)
        return None if first is None else first.position

    def moved(self, sos_id: str, position: Point) -> None:
        """Notes the newest position."""
        if sos_id in self._first:
            self._first[sos_id] = replace(self._first[sos_id], position=position)

    def _remember(self, sos_id: str, place: Place) -> None:
        self._first[sos_id] = place
        if len(self._first) > self._capacity:
            self._first.popitem(last=False)
