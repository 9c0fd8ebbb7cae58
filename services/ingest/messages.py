"""Domain values to wire models: the only file of ingest that makes a `Signal`."""

from datetime import datetime

from schemas.codec import Headers, encode
from schemas.dead_letters import dead_letter
from schemas.messages.signal import Signal
from schemas.wire import Origin, Position
from services.ingest.domain.clocks import believable
from services.ingest.domain.plain_text import plain, plain_attributes
from services.ingest.domain.signal import Point, Understood

SOURCE = "vigie/ingest"
SIGNALS = "signals"
URGENT = "alarms.urgent"
DEAD = "signals.dead"

Record = tuple[bytes, bytes, Headers]
"""Key, value and headers."""


def to_signal(understood: Understood, signal_id: str, fingerprint: str | None, received_at: datetime) -> Signal:
    """The wire model. Raises pydantic.ValidationError if an adapter let something too long or malformed pass."""
    place = understood.place
    # A time that no clock of our century shows was flagged where it was read; nobody calculates with it.
    device_at = understood.device_at if believable(understood.device_at) else None
    return Signal(
        signal_id=signal_id,
        origin=Origin(centre=place.centre, commune=place.commune, pack_version=place.pack_version),
        device=plain(understood.device),
        device_kind=understood.device_kind,
        nature=understood.nature,
        phase=understood.phase,
        received_at=received_at,
        device_at=device_at,
        site=place.site,
        zone=plain(understood.zone),
        place=None if understood.zone_place is None else understood.zone_place[:256],
        sector=place.sector,
        position=_position(place.position),
        subject=plain(understood.subject),
        use_case=plain(understood.use_case),
        confidence=understood.confidence,
        mark=plain(understood.mark),
        fingerprint=fingerprint,
        code=plain(understood.code),
        flags=understood.flags,
        attributes=plain_attributes(understood.attributes),
    )


def to_record(signal: Signal) -> Record:
    """A record of `signals` and of `alarms.urgent`."""
    return encode(signal, SOURCE)


def to_dead_record(raw: bytes, reason: str, source: str, at: datetime) -> Record:
    """A record of `signals.dead`: the exact bytes. `source` is the door and the address without its port."""
    letter = dead_letter(
        topic=SIGNALS,
        partition=-1,
        offset=-1,
        reader="ingest",
        reason=reason,
        raw=raw,
        raw_key=None,
        headers=[("source", source.encode())],
        at=at,
    )
    return encode(letter, SOURCE)


def _position(point: Point | None) -> Position | None:
    return None if point is None else Position(lat=point.lat, lon=point.lon, accuracy_m=point.accuracy_m)
