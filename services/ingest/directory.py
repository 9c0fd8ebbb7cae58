"""Who is who: devices, panel accounts, cameras and sectors of the held city packs, as ingest looks them up."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from schemas.pack.devices import Device, Zone
from schemas.pack.pack import CityPack
from schemas.vocabulary.signals import Flag
from schemas.wire import Position
from services.ingest.domain.areas import Area, locate
from services.ingest.domain.signal import Place, Point

NO_CENTRE = "00000"
"""Stands for the centre while no pack is held and none is configured."""
NO_PACK = "none"


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """A device of a pack and where it belongs."""

    device: Device
    place: Place

    def zone(self, number: str | None) -> Zone | None:
        """The panel's zone of that number, leading zeros and case aside."""
        if number is None or self.device.panel is None:
            return None
        wanted = _plain(number)
        return next((zone for zone in self.device.panel.zones if _plain(zone.zone) == wanted), None)


class Directory:
    """A fixed view of all held packs; a change of pack makes a new one."""

    def __init__(self, packs: Mapping[str, CityPack], default_centre: str | None = None) -> None:
        self.empty = not packs
        self._packs = packs
        self._unplaced = _unplaced(packs, default_centre)
        self._devices: dict[str, KnownDevice] = {}
        self._accounts: dict[str, KnownDevice] = {}
        self._cameras: dict[str, KnownDevice] = {}
        self._areas = tuple(_areas(packs.values()))
        for pack in packs.values():
            for device in pack.devices:
                self._enter(KnownDevice(device, _place(pack, device)))

    def device(self, identifier: str) -> KnownDevice | None:
        """The device of that id."""
        return self._devices.get(identifier)

    def panel(self, account: str | None) -> KnownDevice | None:
        """The panel with that DC-09 account, case and leading zeros aside."""
        return None if account is None else self._accounts.get(_plain(account))

    def camera(self, frigate_name: str) -> KnownDevice | None:
        """The camera that Frigate calls so."""
        return self._cameras.get(frigate_name)

    @property
    def unknown_device(self) -> tuple[Flag, ...]:
        """The flags of a signal whose device is in no pack."""
        return (Flag.NO_PACK, Flag.UNKNOWN_DEVICE) if self.empty else (Flag.UNKNOWN_DEVICE,)

    def unplaced(self) -> Place:
        """Where an unknown device's signal goes: the only centre, else the configured one."""
        return self._unplaced

    def at(self, point: Point) -> Place:
        """The sector that holds the position; outside every sector only the nearest centre."""
        area, inside = locate(point.lat, point.lon, self._areas)
        if area is None:
            return Place(self._unplaced.centre, self._unplaced.pack_version, position=point)
        version = self._packs[area.centre].version
        if not inside:
            return Place(area.centre, version, position=point)
        return Place(area.centre, version, area.commune, area.sector, position=point)

    def corrected(self, sent: Point) -> tuple[Point | None, tuple[Flag, ...]]:
        """The position to believe, with a doubt about it. (0, 0) is a receiver without a fix; coordinates that lie in
        a sector only the other way round were swapped."""
        if sent.lat == 0 and sent.lon == 0:
            return None, (Flag.NO_POSITION,)
        turned = Point(sent.lon, sent.lat, sent.accuracy_m)
        if abs(turned.lat) <= 90 and not self._holds(sent) and self._holds(turned):
            return turned, (Flag.POSITION_DOUBTFUL,)
        return sent, ()

    def supervised(self) -> dict[str, int]:
        """Seconds within which each supervised device must be heard."""
        periods = {}
        for identifier, known in self._devices.items():
            panel = known.device.panel
            seconds = (panel.supervision_s if panel else None) or known.device.supervision_s
            if seconds:
                periods[identifier] = seconds
        return periods

    def _holds(self, position: Point) -> bool:
        return locate(position.lat, position.lon, self._areas)[1]

    def _enter(self, known: KnownDevice) -> None:
        device = known.device
        self._devices.setdefault(device.id, known)
        if device.panel is not None:
            self._accounts.setdefault(_plain(device.panel.account), known)
        if device.analytics is not None:
            self._cameras.setdefault(device.analytics.frigate_name, known)


def point(position: Position) -> Point:
    """A pack's position as a domain value."""
    return Point(position.lat, position.lon, position.accuracy_m)


def _place(pack: CityPack, device: Device) -> Place:
    return Place(pack.centre.code, pack.version, device.commune, device.sector, device.site, point(device.position))


def _unplaced(packs: Mapping[str, CityPack], default_centre: str | None) -> Place:
    chosen = default_centre if default_centre in packs else next(iter(sorted(packs)), None)
    if chosen is None:
        return Place(default_centre or NO_CENTRE, NO_PACK)
    return Place(chosen, packs[chosen].version)


def _areas(packs: Iterable[CityPack]) -> Iterable[Area]:
    for pack in packs:
        for sector in pack.sectors:
            yield Area(pack.centre.code, sector.commune, sector.id, sector.polygon)


def _plain(number: str) -> str:
    return number.lstrip("0").upper()
