"""What an SOS message means: whose followed alarm it belongs to, where, and what to doubt about it."""

from dataclasses import replace
from datetime import datetime

from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import DeviceKind, Flag, Phase
from services.ingest.adapters.sos.bodies import SosCall, SosCancel, SosPosition
from services.ingest.adapters.sos.first_places import FirstPlaces
from services.ingest.directory import Directory
from services.ingest.domain.clocks import aware, time_flags
from services.ingest.domain.signal import Place, Point, Understood
from services.ingest.person import pseudonym

INACCURATE_M = 100.0
"""A circle wider than a street crossing: the patrol must search, and is told so."""


class SosReader:
    """Used by one event loop. `person_key` keys the pseudonyms."""

    def __init__(self, person_key: bytes, first_places: FirstPlaces | None = None) -> None:
        self._person_key = person_key
        self._places = first_places if first_places is not None else FirstPlaces()

    def call(self, sos_id: str, body: SosCall, raw: bytes, directory: Directory, now: datetime) -> Understood:
        """The alarm itself; its mark is the `sos_id`, where the app made one."""
        signal = self._positioned(sos_id, body, Phase.RAISE, raw, directory, now)
        attributes = dict(signal.attributes)
        if body.kind:
            attributes["kind"] = body.kind
        if body.person:
            attributes["person"] = pseudonym(body.person, self._person_key)
        return _with(signal, body.sos_id, attributes)

    def position(self, sos_id: str, body: SosPosition, raw: bytes, directory: Directory, now: datetime) -> Understood:
        """A follow-up. If the first message never came, downstream takes it for the SOS."""
        return self._positioned(sos_id, body, Phase.UPDATE, raw, directory, now)

    def cancel(self, sos_id: str, body: SosCancel, raw: bytes, directory: Directory, now: datetime) -> Understood:
        """A cancel annotates; nothing is erased. It bears the last position known, if any."""
        last = self._places.last_position(sos_id)
        place = directory.unplaced() if last is None else self._places.keep(sos_id, directory.at(last))
        at = aware(body.at)
        return _signal(sos_id, place, Phase.CANCEL, raw, _mark(body.sequence), at, time_flags(at, now))

    def _positioned(
        self, sos_id: str, body: SosPosition, phase: Phase, raw: bytes, directory: Directory, now: datetime
    ) -> Understood:
        at = aware(body.at)
        sent = _point(body)
        point, doubts = (None, ()) if sent is None else directory.corrected(sent)
        place = self._places.keep(sos_id, directory.unplaced() if point is None else directory.at(point))
        if point is not None:
            self._places.moved(sos_id, point)
        flags = (
            *time_flags(at, now),
            *(doubts or _position_flags(point)),
            *((Flag.NO_PACK,) if directory.empty else ()),
        )
        return _signal(sos_id, place, phase, raw, _mark(body.sequence), at, flags)


def _signal(
    sos_id: str, place: Place, phase: Phase, raw: bytes, mark: str | None, at: datetime | None, flags: tuple[Flag, ...]
) -> Understood:
    return Understood(
        device=f"sos:{sos_id}",
        device_kind=DeviceKind.APP,
        place=place,
        nature=Nature.SOS,
        phase=phase,
        content=phase.value.encode() + b"\n" + raw,
        mark=mark,
        device_at=at,
        subject=sos_id,
        flags=flags,
    )


def _with(signal: Understood, sos_id: str | None, attributes: dict[str, str | int | float | bool]) -> Understood:
    return replace(signal, mark=signal.mark or sos_id, attributes=attributes)


def _mark(sequence: str | int | None) -> str | None:
    return None if sequence is None else str(sequence)[:200]


def _point(body: SosPosition) -> Point | None:
    if body.lat is None or body.lon is None or not (-90 <= body.lat <= 90 and -180 <= body.lon <= 180):
        return None
    accuracy = body.accuracy_m if body.accuracy_m is not None and 0 <= body.accuracy_m < float("inf") else None
    return Point(body.lat, body.lon, accuracy)


def _position_flags(point: Point | None) -> tuple[Flag, ...]:
    if point is None:
        return (Flag.NO_POSITION,)
    wide = point.accuracy_m is not None and point.accuracy_m > INACCURATE_M
    return (Flag.POSITION_INACCURATE,) if wide else ()
