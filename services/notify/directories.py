"""The directories that notify holds now, one for each centre, renewed from topic `packs`."""

from schemas.pack.holder import PackHolder
from schemas.pack.pack import CityPack
from services.chassis import logs
from services.chassis.health import Health, State
from services.notify.domain.decision import SHIFT_LEAD
from services.notify.domain.directory import AgencyEntry, Directory
from services.notify.messages import directory_of

log = logs.get(__name__)
CHECK = "packs"


class Directories:
    """Fed on the reader's thread, read from others; a directory is replaced whole."""

    def __init__(self, health: Health, shift_lead_ref: str | None) -> None:
        self._health = health
        self._held: dict[str, Directory] = {}
        self._shift_lead = AgencyEntry(SHIFT_LEAD, SHIFT_LEAD, apprise_ref=shift_lead_ref) if shift_lead_ref else None
        self.packs = PackHolder(self._changed, self._rejected)
        health.set(CHECK, State.WAITING, "no city pack yet: vigie pack apply")

    @property
    def shift_lead(self) -> AgencyEntry | None:
        """The shift lead, if they can be reached outside the room."""
        return self._shift_lead

    @property
    def any_held(self) -> bool:
        """True once there is a directory."""
        return bool(self._held)

    def of(self, centre: str) -> Directory | None:
        """The newest directory of a centre."""
        return self._held.get(centre)

    def recipient(self, centre: str, name: str) -> AgencyEntry | None:
        """Where to reach a recipient now; a corrected address serves the next attempt."""
        if name == SHIFT_LEAD:
            return self._shift_lead
        directory = self._held.get(centre)
        return directory.agencies.get(name) if directory else None

    def _changed(self, pack: CityPack) -> None:
        self._held[pack.centre.code] = directory_of(pack)
        self._health.set(CHECK, State.READY)
        log.info("pack_held", centre=pack.centre.code, version=pack.version)

    def _rejected(self, reason: str) -> None:
        log.error("pack_rejected", detail=logs.cut(reason))
        self._health.set(CHECK, State.DEGRADED if self._held else State.WAITING, "a pack was not usable")
