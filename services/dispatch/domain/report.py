"""An alarm as dispatch sees it, whatever lane it came by."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from schemas.vocabulary.natures import Nature, is_urgent
from schemas.vocabulary.signals import DeviceKind, Phase


@dataclass(frozen=True, slots=True)
class Place:
    """WGS 84 degrees; accuracy in metres, if the device claims one."""

    lat: float
    lon: float
    accuracy_m: float | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """One alarm or annotation. `signal_id` is the same on every lane; times are aware and in UTC."""

    signal_id: str
    centre: str
    device: str
    device_kind: DeviceKind
    nature: Nature
    phase: Phase
    received_at: datetime
    commune: str | None = None
    device_at: datetime | None = None
    site: str | None = None
    zone: str | None = None
    place_name: str | None = None
    sector: str | None = None
    place: Place | None = None
    subject: str | None = None
    fingerprint: str | None = None
    first_signal_id: str | None = None
    flags: tuple[str, ...] = ()
    attributes: dict[str, Any] = field(default_factory=dict)
    operator_confirmed: bool = False
    silence_id: str | None = None
    traceparent: str | None = None

    @property
    def urgent(self) -> bool:
        """True if its nature never waits."""
        return is_urgent(self.nature)

    @property
    def lock_scope(self) -> str:
        """What must not be decided about twice at once: the site, else the SOS, else the device."""
        if self.site:
            return f"site:{self.centre}:{self.site}"
        if self.nature is Nature.SOS and self.subject:
            return f"sos:{self.subject}"
        return f"device:{self.centre}:{self.device}"
