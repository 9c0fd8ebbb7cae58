"""Signals, silences, legal bases and alarms for the tests of triage; times are seconds after T0."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from schemas.messages.signal import Alarm, Signal
from schemas.vocabulary.natures import Nature
from schemas.vocabulary.scopes import scope_key
from schemas.vocabulary.signals import DeviceKind, Phase, ScreeningReason
from schemas.wire import Origin, Position
from services.triage.correlation.domain.alarm_seen import AlarmSeen
from services.triage.correlation.domain.geometry import Point
from services.triage.screening.domain.legal_gate import Basis, CentreGate, LegalGate
from services.triage.screening.domain.rulebook import Rulebook
from services.triage.screening.domain.seen_signal import SeenSignal
from services.triage.screening.domain.silences import Silence, SilenceBook

T0 = 1_800_000_000.0
"""A multiple of 600 s, so that a full chatter period begins here."""
CENTRE = "57463"
_numbers = itertools.count(1)


def seen(at: float = 0.0, **changes: Any) -> SeenSignal:
    """An intrusion of a panel zone, unless told otherwise."""
    fields: dict[str, Any] = {
        "signal_id": f"signal-{next(_numbers)}",
        "at": T0 + at,
        "centre": CENTRE,
        "device": "panel-1",
        "kind": DeviceKind.PANEL,
        "nature": Nature.INTRUSION,
        "phase": Phase.RAISE,
        "site": "school",
        "sector": "borny",
    }
    return SeenSignal(**(fields | changes))


def sos(at: float = 0.0, **changes: Any) -> SeenSignal:
    """An app SOS."""
    fields: dict[str, Any] = {
        "device": "sos:1",
        "kind": DeviceKind.APP,
        "nature": Nature.SOS,
        "subject": "1",
        "site": None,
        "sector": "gare",
    }
    return seen(at, **(fields | changes))


def on_camera(at: float = 0.0, **changes: Any) -> SeenSignal:
    """A person that a camera's analytics saw."""
    fields: dict[str, Any] = {
        "device": "cam-1",
        "kind": DeviceKind.CAMERA,
        "nature": Nature.PERSON_DETECTED,
        "subject": "object-1",
        "use_case": "people",
    }
    return seen(at, **(fields | changes))


def rules(*silences: Silence, bases: tuple[Basis, ...] = (), under_test: dict[str, float] | None = None) -> Rulebook:
    """A rulebook; the use case `people` is known in the centre, allowed only by `bases`; `under_test` by site."""
    book: dict[str, tuple[Silence, ...]] = {}
    for one in silences:
        book[one.scope] = (*book.get(one.scope, ()), one)
    gate = CentreGate("pack-1", bases, frozenset({"people"}))
    until = {scope_key(CENTRE, f"site:{site}"): at for site, at in (under_test or {}).items()}
    return Rulebook(SilenceBook(book, until), LegalGate({CENTRE: gate}))


def silence(scope: str, start: float = 0.0, end: float = 3600.0, *, under_test: bool = False) -> Silence:
    """A silence of the centre, in force from `start` to `end`."""
    return Silence(f"silence-{scope}", scope_key(CENTRE, scope), T0 + start, T0 + end, under_test)


def basis(start: float = -3600.0, end: float = 3600.0, cameras: frozenset[str] = frozenset()) -> Basis:
    """A legal basis for `people`."""
    return Basis("people", "arrêté 12", T0 + start, T0 + end, "maire", cameras)


def alarm_seen(at: float = 0.0, **changes: Any) -> AlarmSeen:
    """An intrusion in front of the station, unless told otherwise."""
    number = next(_numbers)
    fields: dict[str, Any] = {
        "alarm_id": f"alarm-{number}",
        "filed": "gare",
        "device": f"device-{number}",
        "kind": DeviceKind.PANEL,
        "nature": Nature.INTRUSION,
        "at": T0 + at,
        "point": Point(49.1100, 6.1767),
        "sector": "gare",
    }
    return AlarmSeen(**(fields | changes))


def wire_signal(at: float = 0.0, **changes: Any) -> Signal:
    """A wire signal: an intrusion of a panel zone, unless told otherwise."""
    fields: dict[str, Any] = {
        "signal_id": f"signal-{next(_numbers)}",
        "origin": Origin(centre=CENTRE, commune=CENTRE, pack_version="pack-1"),
        "device": "panel-1",
        "device_kind": DeviceKind.PANEL,
        "nature": Nature.INTRUSION,
        "received_at": datetime.fromtimestamp(T0, UTC) + timedelta(seconds=at),
        "sector": "borny",
        "position": Position(lat=49.11, lon=6.1767),
    }
    return Signal(**(fields | changes))


def wire_alarm(at: float = 0.0, **changes: Any) -> Alarm:
    """A wire alarm of such a signal."""
    signal = wire_signal(at, **changes)
    moment = signal.received_at
    return Alarm(alarm_id=signal.signal_id, signal=signal, screened_at=moment, reason=ScreeningReason.NEW)
