"""Alarms as screening writes them: of devices that speak now and then, in the sectors of a large centre."""

import random
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime

from schemas.messages.signal import Alarm, Signal
from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import DeviceKind, Phase, ScreeningReason
from schemas.wire import Origin, Position

CENTRE = "57463"
SECTORS = 24
SEED = 11
NATURES = (Nature.INTRUSION, Nature.TAMPER, Nature.MEDICAL, Nature.FIRE)
APART_DEG = 0.01
"""About a kilometre: what two devices say is never one happening."""


def alarms(count: int, devices: int, began: float, seconds: float) -> Iterator[Alarm]:
    """In order of time, from `began` (seconds since 1970) on; as many situations as devices, or as alarms if fewer."""
    dice = random.Random(SEED)
    for number in range(count):
        device = number if count <= devices else dice.randrange(devices)
        at = datetime.fromtimestamp(round(began + seconds * number / count, 3), UTC)
        signal = Signal(
            signal_id=str(uuid.UUID(int=dice.getrandbits(128), version=4)),
            origin=Origin(centre=CENTRE, commune=CENTRE, pack_version="pack-1"),
            device=f"device-{device}",
            device_kind=DeviceKind.PANEL,
            nature=NATURES[device % len(NATURES)],
            phase=Phase.RAISE,
            received_at=at,
            device_at=at,
            site=f"site-{device}",
            zone="1",
            sector=f"sector-{device % SECTORS}",
            position=Position(lat=40 + device % 1000 * APART_DEG, lon=device // 1000 * APART_DEG),
            fingerprint=f"{number:064x}",
            attributes={"code": "BA"},
        )
        yield Alarm(alarm_id=signal.signal_id, signal=signal, screened_at=at, reason=ScreeningReason.NEW)
