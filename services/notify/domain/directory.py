"""What notify needs of a city pack: agencies and their addresses, and the places and words for a message."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class AgencyEntry:
    """A partner agency or contractor. `*_ref` name where a secret is found, they are not secrets."""

    id: str
    name: str
    webhook_url: str | None = None
    secret_ref: str | None = None
    apprise_ref: str | None = None

    @property
    def channel(self) -> str | None:
        """The channel that reaches it: the webhook if it has one, since only that is answered by a machine."""
        if self.webhook_url:
            return "webhook"
        return "apprise" if self.apprise_ref else None


@dataclass(frozen=True, slots=True)
class PlaceEntry:
    """A site or a device: where to go. Degrees, WGS 84."""

    id: str
    name: str
    address: str
    lat: float
    lon: float
    notes_fr: str = ""
    notes_en: str = ""


@dataclass(frozen=True, slots=True)
class CardEntry:
    """A run card: instructions, and the contractor that its maintenance line names."""

    id: str
    instructions_fr: str
    instructions_en: str
    contractor: str | None = None


@dataclass(frozen=True, slots=True)
class Directory:
    """One version of one centre's pack, as notify sees it. `communes` maps INSEE code to name."""

    centre: str
    version: str
    agencies: Mapping[str, AgencyEntry] = field(default_factory=dict)
    sites: Mapping[str, PlaceEntry] = field(default_factory=dict)
    devices: Mapping[str, PlaceEntry] = field(default_factory=dict)
    cards: Mapping[str, CardEntry] = field(default_factory=dict)
    communes: Mapping[str, str] = field(default_factory=dict)
    exercise: bool = False

    def place(self, site: str | None, device: str | None) -> PlaceEntry | None:
        """The site, else the device; None if neither is known."""
        found = self.sites.get(site) if site else None
        return found or (self.devices.get(device) if device else None)
