"""What an adapter understood from one message of one device, before it has an identity."""

from dataclasses import dataclass, field
from datetime import datetime

from schemas.vocabulary.natures import Nature, is_urgent
from schemas.vocabulary.signals import DeviceKind, Flag, Phase

Attribute = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Point:
    """WGS 84, degrees; `accuracy_m` in metres as the device claims."""

    lat: float
    lon: float
    accuracy_m: float | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a signal belongs: INSEE codes of centre and commune, sector and site of the pack of that version."""

    centre: str
    pack_version: str
    commune: str | None = None
    sector: str | None = None
    site: str | None = None
    position: Point | None = None


@dataclass(frozen=True, slots=True)
class Understood:
    """One message, understood. `content` is what identity hashes: the bytes that make two messages the same one.

    `mark` is the device's own sequence or call id, None where it sent none. `proves_life` is false for messages
    that anyone could have sent in the device's name: they do not count for its supervision.
    """

    device: str
    device_kind: DeviceKind
    place: Place
    nature: Nature
    content: bytes
    phase: Phase = Phase.RAISE
    mark: str | None = None
    device_at: datetime | None = None
    zone: str | None = None
    zone_place: str | None = None
    subject: str | None = None
    use_case: str | None = None
    confidence: float | None = None
    code: str | None = None
    flags: tuple[Flag, ...] = ()
    attributes: dict[str, Attribute] = field(default_factory=dict)
    proves_life: bool = True

    @property
    def takes_urgent_lane(self) -> bool:
        """True if it goes to `alarms.urgent` too: what raises an urgent nature, and all that an SOS sends."""
        return is_urgent(self.nature) and (self.phase is Phase.RAISE or self.nature is Nature.SOS)
