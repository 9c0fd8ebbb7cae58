"""What a generic signal means: its device's place, and the legal gate's use case where a camera speaks."""

from dataclasses import replace
from datetime import datetime

from schemas.vocabulary.natures import FAULTS
from schemas.vocabulary.signals import DeviceKind, Flag
from services.ingest.adapters.generic.bodies import GenericSignal
from services.ingest.directory import Directory, KnownDevice
from services.ingest.domain.clocks import aware, time_flags
from services.ingest.domain.signal import Place, Point, Understood

UNNAMED_USE_CASE = "unnamed"
"""A camera that does not say what it analysed: no legal basis can name this, so the gate refuses it."""


def understand(body: GenericSignal, directory: Directory, now: datetime) -> Understood:
    """The signal; an unknown device's is flagged, never refused."""
    known = directory.device(body.device)
    at = aware(body.at)
    kind = known.device.kind if known is not None else DeviceKind.UNKNOWN
    place, doubts = _place(body, known, directory)
    flags = (*(() if known is not None else directory.unknown_device), *time_flags(at, now), *doubts)
    if place.position is None:
        flags = (*flags, Flag.NO_POSITION)
    return Understood(
        device=body.device,
        device_kind=kind,
        place=place,
        nature=body.nature,
        phase=body.phase,
        content=body.model_dump_json(exclude_defaults=True).encode(),
        mark=None if body.sequence is None else str(body.sequence),
        device_at=at,
        zone_place=known.device.name if known is not None else None,
        subject=f"{body.device}/{body.nature.value}",
        use_case=_use_case(body, known),
        flags=tuple(dict.fromkeys(flags)),
        attributes=body.attributes,
    )


def _place(body: GenericSignal, known: KnownDevice | None, directory: Directory) -> tuple[Place, tuple[Flag, ...]]:
    """Where the signal belongs, and what is doubted about the position that it sent."""
    own = known.place if known is not None else directory.unplaced()
    if body.lat is None or body.lon is None:
        return own, ()
    sent, doubts = directory.corrected(Point(body.lat, body.lon, body.accuracy_m))
    if sent is None:
        return own, doubts
    located = directory.at(sent)
    if known is None:
        return located, doubts
    # A known device keeps its site; outside every sector it keeps its own sector too.
    if located.sector is None:
        return replace(known.place, position=sent), doubts
    return replace(located, site=known.place.site), doubts


def _use_case(body: GenericSignal, known: KnownDevice | None) -> str | None:
    """None unless a camera claims to have seen something: then what it names, lest this be a way around the gate."""
    if known is None or known.device.kind is not DeviceKind.CAMERA or body.nature in FAULTS:
        return None
    named = body.attributes.get("use_case", body.attributes.get("label"))
    rules = known.device.analytics.labels if known.device.analytics is not None else {}
    if isinstance(named, str) and named in rules:
        return rules[named].use_case
    return named[:128] if isinstance(named, str) and named.isprintable() and named else UNNAMED_USE_CASE
