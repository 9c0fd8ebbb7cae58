"""Who plays which part in Metz, as deploy/cities/metz/README.md agrees, with places from the pack itself."""

from dataclasses import dataclass
from functools import cached_property

from schemas.pack.devices import Device, Panel
from schemas.pack.pack import CityPack

SCHOOL_PANEL = "panel-ecole-tilleuls"
TOWN_HALL_PANEL = "panel-hotel-de-ville"
MUSEUM_PANEL = "panel-musee-remparts"
CONGRESS_PANEL = "panel-congres"
DISTRICT_HALL_PANEL = "panel-mairie-patrotte"
COLLEGE_PANEL = "panel-college-colline"
SOS_KIOSK = "borne-congres"
"""It signs; the others do not."""
ACCESS_KIOSK = "borne-fournirue"
BUTTON_KIOSK = "borne-dupont-des-loges"
STATION_CAMERA = "cam-gare-parvis"
CHATTERING_CAMERA = "cam-place-charrons"
UNLAWFUL_CAMERA = "cam-mandela"
LAMP = "lampe-patrotte-12"
STATION = (49.1102, 6.1766)
SIREN = "sdis57"
POLICE = "police-nationale-metz"
LIGHTING = "eclairage-moselle"


@dataclass(frozen=True)
class Cast:
    """The pack, looked at by name."""

    pack: CityPack

    @cached_property
    def devices(self) -> dict[str, Device]:
        """Devices by id."""
        return {device.id: device for device in self.pack.devices}

    @cached_property
    def places(self) -> dict[str, str]:
        """Names of sites and devices by id."""
        return {site.id: site.name for site in self.pack.sites} | {d.id: d.name for d in self.pack.devices}

    @cached_property
    def patrols(self) -> dict[str, str]:
        """Call signs of patrols by unit id."""
        return {unit.id: unit.call_sign for unit in self.pack.units if unit.kind == "patrol"}

    def panel(self, device: str) -> Panel:
        """What the pack says of a panel."""
        known = self.devices[device].panel
        assert known is not None, f"{device} is a panel in this pack"
        return known

    def camera(self, device: str) -> str:
        """A camera's name in Frigate."""
        known = self.devices[device].analytics
        assert known is not None, f"{device} has analytics in this pack"
        return known.frigate_name
