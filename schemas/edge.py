"""The hot edge: signals read, and their alarms and outcomes written, by msgspec instead of Pydantic.

`schemas.messages.signal` stays the contract. What is read here is a part of what its models accept, with the same
values; the rest is for them (`read_signal` gives None): escapes, unknown fields, lax numbers, times written otherwise
than we write them. What is written here reads as what they would have written. `tests/contract/test_edge.py` holds both
to it.
"""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta, Raw, Struct
from pydantic import ValidationError

from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import DeviceKind, Flag, Outcome, Phase, ScreeningReason
from schemas.wire import Origin

Id = Annotated[str, Meta(min_length=1, max_length=128)]
Text32 = Annotated[str, Meta(max_length=32)]
Text64 = Annotated[str, Meta(max_length=64)]
Text128 = Annotated[str, Meta(max_length=128)]
Text256 = Annotated[str, Meta(max_length=256)]
Value = Annotated[str, Meta(max_length=512)] | int | float | bool
Attributes = Annotated[dict[Text64, Value], Meta(max_length=64)]
ORIGINS = 4096
"""Different origins held: one a commune and pack version."""


class EdgePosition(Struct, frozen=True, forbid_unknown_fields=True):
    """As `schemas.wire.Position`."""

    lat: Annotated[float, Meta(ge=-90, le=90)]
    lon: Annotated[float, Meta(ge=-180, le=180)]
    accuracy_m: Annotated[float, Meta(ge=0)] | None = None


class EdgeSignal(Struct, frozen=True, forbid_unknown_fields=True):
    """As `schemas.messages.signal.Signal`; times as they were written, the origin as its bytes."""

    signal_id: Id
    origin: Raw
    device: Id
    device_kind: DeviceKind
    nature: Nature
    received_at: str
    phase: Phase = Phase.RAISE
    device_at: str | None = None
    site: Id | None = None
    zone: Text128 | None = None
    place: Text256 | None = None
    sector: Id | None = None
    position: EdgePosition | None = None
    subject: Id | None = None
    use_case: Id | None = None
    confidence: Annotated[float, Meta(ge=0, le=1)] | None = None
    mark: Text256 | None = None
    fingerprint: Text64 | None = None
    code: Text32 | None = None
    flags: tuple[Flag, ...] = ()
    attributes: Attributes = {}


class EdgeOutcome(Struct, frozen=True):
    """As `schemas.messages.signal.SignalOutcome`."""

    signal_id: str
    origin: Raw
    device: str
    device_kind: DeviceKind
    nature: Nature
    phase: Phase
    outcome: Outcome
    reason: ScreeningReason
    decided_at: str
    received_at: str
    device_at: str | None
    first_signal_id: str | None
    count: int
    site: str | None
    zone: str | None
    place: str | None
    sector: str | None
    position: EdgePosition | None
    subject: str | None
    flags: tuple[Flag, ...]
    attributes: dict[str, str | int | float | bool]
    inputs: dict[str, str | int | float | bool]


class EdgeAlarm(Struct, frozen=True):
    """As `schemas.messages.signal.Alarm`; the signal as its bytes."""

    alarm_id: str
    signal: Raw
    screened_at: str
    reason: ScreeningReason
    first_signal_id: str | None
    operator_confirmed: bool
    silence_id: str | None


_decode = msgspec.json.Decoder(EdgeSignal).decode
write = msgspec.json.Encoder().encode
"""An EdgeOutcome or EdgeAlarm as JSON."""
_centres: dict[bytes, str | None] = {}


def read_signal(value: bytes) -> EdgeSignal | None:
    """The signal in a record's value, None where the models are to be asked."""
    # Without a backslash there are no control characters in a JSON text, but for DEL: ids need no look of their own.
    if b"\\" in value or b"\x7f" in value:
        return None
    try:
        signal = _decode(value)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    if not _as_we_write(signal.received_at) or not (signal.device_at is None or _as_we_write(signal.device_at)):
        return None
    return signal if centre_of(signal) is not None else None


def centre_of(signal: EdgeSignal) -> str | None:
    """The centre of its origin; None where that is no origin."""
    written = bytes(signal.origin)
    if written not in _centres:
        if len(_centres) >= ORIGINS:
            _centres.clear()
        _centres[written] = _read_centre(written)
    return _centres[written]


def _read_centre(written: bytes) -> str | None:
    try:
        return Origin.model_validate_json(written).centre
    except ValidationError:
        return None


def _as_we_write(moment: str) -> bool:
    """True for `YYYY-MM-DDThh:mm:ss[.ffffff]Z`, a moment that exists."""
    length = len(moment)
    if not 20 <= length <= 27 or moment[10] != "T" or moment[7] != "-" or moment[16] != ":" or moment[-1] != "Z":
        return False
    if length != 20 and moment[19] != ".":
        return False
    try:
        datetime.fromisoformat(moment)
    except ValueError:
        return False
    return True
