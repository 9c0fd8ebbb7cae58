"""Ten minutes of a large centre's devices as ingest would write them, and the rules in force meanwhile.

A quarter are heartbeats; the rest alarms of panels and sensors, frames sent twice, chattering zones, cameras with and
without a legal basis, faults, silenced devices, and a few urgent ones. Each record bears its own time.
"""

import random
import uuid
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from bench.records import Record
from schemas.codec import encode
from schemas.messages.dispatching import SilenceChanged
from schemas.messages.signal import Signal
from schemas.pack.devices import Analytics, Device, LabelRule, LegalBasis
from schemas.pack.pack import CityPack
from schemas.pack.places import Centre, Commune, Sector
from schemas.vocabulary.natures import FAULTS, URGENT, Nature
from schemas.vocabulary.signals import DeviceKind, Phase
from schemas.wire import Message, Origin, Position
from services.chassis.clock import SystemClock
from services.triage.screening.domain.limits import Limits
from services.triage.screening.domain.rulebook import Rulebook
from services.triage.screening.rules_in_force import RulesInForce

CENTRE = "57463"
DEVICES, CHATTERING, SILENCED = 2_000, 20, 40
CAMERAS = 200
SECONDS = 600.0
SECTORS = 12
USES = ((Nature.PERSON_DETECTED, "people"), (Nature.CROWD, "crowd"), (Nature.OBJECT_LEFT, "objects"))
SEED = 7
OfSignals = tuple[bytes, bytes, list[tuple[str, bytes]], int]
"""Key, value, headers, time in milliseconds."""


class Dice(random.Random):
    """The same throws in every run; `devices` and `sectors`: how large the centre is."""

    devices: int = DEVICES
    sectors: int = SECTORS


def all_records(
    rules: list[tuple[str, Message]], count: int, began: float, devices: int = DEVICES, sectors: int = SECTORS
) -> Iterator[Record]:
    """The messages of the rules, then `records`."""
    for topic, message in rules:
        yield (topic, *encode(message, "vigie/dispatch"), 0)
    for record in records(count, began, devices, sectors):
        yield ("signals", *record)


def records(count: int, began: float, devices: int = DEVICES, sectors: int = SECTORS) -> Iterator[OfSignals]:
    """The records in order of time, from `began` (seconds since 1970) on."""
    dice = Dice(SEED)
    dice.devices, dice.sectors = devices, sectors
    latest: list[Signal] = []
    for number in range(count):
        at = round(began + SECONDS * number / count, 3)
        signal = _signal(dice, number, at, latest)
        latest.append(signal)
        del latest[:-200]
        key, value, headers = encode(signal, "vigie/ingest")
        yield key, value, [*headers, ("traceparent", _traceparent(dice))], int(at * 1000)


def _signal(dice: Dice, number: int, at: float, latest: list[Signal]) -> Signal:
    kind = dice.random()
    if kind < 0.25:
        return _of(dice, number, at, nature=Nature.SUPERVISION_LOST, phase=Phase.HEARTBEAT)
    if kind < 0.35 and latest:
        return _again(dice, number, at, dice.choice(latest))
    if kind < 0.50:
        return _of(dice, number, at, device=f"device-{dice.randrange(CHATTERING)}", zone="1")
    if kind < 0.60:
        return _seen(dice, number, at)
    if kind < 0.64:
        return _of(dice, number, at, nature=dice.choice((Nature.LAMP_OUT, Nature.TECHNICAL_FAULT)))
    if kind < 0.65:
        return _of(dice, number, at, nature=dice.choice((Nature.HOLD_UP, Nature.FIRE)))
    return _of(dice, number, at, nature=dice.choice((Nature.INTRUSION, Nature.TAMPER, Nature.MEDICAL)))


def _of(dice: Dice, number: int, at: float, **changes: Any) -> Signal:
    device = changes.pop("device", None) or f"device-{dice.randrange(dice.devices)}"
    place = int(device.rpartition("-")[2])
    fields: dict[str, Any] = {
        "signal_id": str(uuid.UUID(int=dice.getrandbits(128), version=4)),
        "origin": Origin(centre=CENTRE, commune=CENTRE, pack_version="pack-1"),
        "device": device,
        "device_kind": DeviceKind.PANEL,
        "nature": Nature.INTRUSION,
        "phase": Phase.RAISE,
        "received_at": datetime.fromtimestamp(at, UTC),
        "device_at": datetime.fromtimestamp(at, UTC),
        "site": f"site-{place % 500}",
        "zone": str(dice.randrange(8)),
        "place": f"zone {number % 8}",
        "sector": f"sector-{place % dice.sectors}",
        "position": Position(lat=49.1 + place / 1e5, lon=6.1 + place / 1e5),
        "mark": str(number),
        "fingerprint": f"{number:064x}",
        "attributes": {"code": "BA", "panel": "dc09"},
    }
    return Signal(**(fields | changes))


def _again(dice: Dice, number: int, at: float, earlier: Signal) -> Signal:
    """The same frame once more, as ingest stores it where another or a restarted process took the first."""
    name = str(uuid.UUID(int=dice.getrandbits(128), version=4))
    return earlier.model_copy(update={"signal_id": name, "received_at": datetime.fromtimestamp(at, UTC)})


def _seen(dice: Dice, number: int, at: float) -> Signal:
    """What a camera's software saw; one in three without a legal basis."""
    place = dice.randrange(CAMERAS)
    nature, use = dice.choice(USES)
    more = {"nature": nature, "use_case": use, "subject": f"object-{number}", "zone": None, "confidence": 0.8}
    return _of(dice, number, at, device=f"camera-{place}", device_kind=DeviceKind.CAMERA, **more)


def in_force(began: float) -> list[tuple[str, Message]]:
    """Topic and message of what holds meanwhile: silences over some devices and a site, bases for one of three uses."""
    start, end = _moment(began - 60), _moment(began + 2 * SECONDS)
    origin = Origin(centre=CENTRE, pack_version="pack-1")
    scopes = [(f"device:device-{100 + number}", False) for number in range(SILENCED)] + [("site:site-77", True)]
    silences = [
        SilenceChanged(
            silence_id=f"silence-{number}",
            origin=origin,
            scope=scope,
            starts_at=start,
            ends_at=end,
            reason="travaux",
            set_by="operator-1",
            under_test=under_test,
        )
        for number, (scope, under_test) in enumerate(scopes)
    ]
    parts = _pack(began).parts(start)
    return [("silences", silence) for silence in silences] + [("packs", part) for part in parts]


def _pack(began: float) -> CityPack:
    labels = {
        label: LabelRule(use_case=use, nature=nature)
        for label, use, nature in (("person", "people", Nature.PERSON_DETECTED), ("crowd", "crowd", Nature.CROWD))
    }
    place = {"commune": CENTRE, "sector": "sector-0", "position": Position(lat=49.1, lon=6.1)}
    camera = {"id": "camera-0", "kind": "camera", "name": "camera-0", **place}
    square = ((49.0, 6.0), (49.2, 6.0), (49.2, 6.4), (49.0, 6.4))

    def basis(use: str, begins: float, ends: float) -> LegalBasis:
        starts_at, ends_at = _moment(begins), _moment(ends)
        return LegalBasis(use_case=use, basis=f"arrêté {use}", starts_at=starts_at, ends_at=ends_at, approver="préfet")

    return CityPack(
        centre=Centre(code=CENTRE, name="Bench", communes=(Commune(insee=CENTRE, name="Bench"),)),
        sectors=(Sector(id="sector-0", name="Bench", commune=CENTRE, polygon=square),),
        sites=(),
        devices=(Device.model_validate(camera | {"analytics": Analytics(frigate_name="camera-0", labels=labels)}),),
        units=(),
        run_cards=(),
        legal_bases=(basis("people", began - 1e6, began + 1e6), basis("crowd", began - 2e6, began - 1e6)),
    )


def rules(messages: list[tuple[str, Message]]) -> Rulebook:
    """The rulebook as screening builds it from those messages."""
    book = RulesInForce(SystemClock())
    for topic, message in messages:
        key, value, headers = encode(message, "vigie/bench")
        (book.accept_silence if topic == "silences" else book.accept_pack)(key, value, headers)
    return book.now


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def for_peers(book: Rulebook) -> dict[str, Any]:
    """The rules as the peers read them from a file."""
    silences = {
        scope: [[s.silence_id, s.scope, s.starts_at, s.ends_at, s.under_test] for s in held]
        for scope, held in book.silences.by_scope.items()
    }
    centres = {
        code: {
            "pack_version": gate.pack_version,
            "known": sorted(gate.known_use_cases),
            "bases": [asdict(basis) | {"cameras": sorted(basis.cameras)} for basis in gate.bases],
        }
        for code, gate in book.gate.centres.items()
    }
    return {
        "silences": silences,
        "centres": centres,
        "urgent": sorted(URGENT),
        "faults": sorted(FAULTS),
        "limits": asdict(Limits()),
    }


def _traceparent(dice: Dice) -> bytes:
    return b"00-%032x-%016x-00" % (dice.getrandbits(128), dice.getrandbits(64))
