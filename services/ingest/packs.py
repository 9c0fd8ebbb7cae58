"""Holds the city packs of topic `packs` and gives adapters the directory of the moment."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from schemas.pack.holder import PackHolder
from schemas.pack.pack import CityPack
from services.chassis import logs
from services.chassis.health import Health, State
from services.ingest import metrics
from services.ingest.directory import Directory
from services.ingest.reception import NotAccepted, RefusalReason

log = logs.get(__name__)
CHECK = "packs"


class Directories:
    """The current directory; replaced as a whole, so readers on any thread see one version."""

    def __init__(self, health: Health, started_at: datetime, grace_s: float, default_centre: str | None) -> None:
        self._health, self._default_centre = health, default_centre
        self._refuse_until = started_at + timedelta(seconds=grace_s)
        self._holder = PackHolder(self._changed, self._rejected)
        self._directory = Directory({}, default_centre)
        self._watchers: list[Callable[[Directory], None]] = []
        health.set(CHECK, State.WAITING, "Aucun paquet de ville reçu / no city pack yet: ./vigie pack apply")

    def accept(self, key: bytes | None, value: bytes | None, headers: Any) -> None:
        """Takes one record of `packs`, on the reader's thread."""
        self._holder.accept(key, value, headers)

    def on_change(self, watcher: Callable[[Directory], None]) -> None:
        """Calls `watcher` with each new directory, on the reader's thread."""
        self._watchers.append(watcher)

    def current(self, door: str, now: datetime) -> Directory:
        """The directory to understand a message with.

        Raises NotAccepted while no pack is held and the start is recent: the device's repeat will then be placed
        rightly. Later an alarm nobody can place is better than none: it is accepted, and flagged.
        """
        directory = self._directory
        if directory.empty and now < self._refuse_until:
            metrics.NOT_ACCEPTED.labels(door, RefusalReason.NO_PACK_YET.value).inc()
            raise NotAccepted(RefusalReason.NO_PACK_YET)
        return directory

    def look(self, now: datetime) -> None:
        """Without a pack for so long that signals are accepted, devices must reach us: degraded, no longer waiting."""
        if self._directory.empty and now >= self._refuse_until:
            self._health.set(CHECK, State.DEGRADED, "Aucun paquet de ville : signaux sans lieu / no city pack")

    def _changed(self, pack: CityPack) -> None:
        self._directory = Directory(dict(self._holder.packs), self._default_centre)
        self._health.set(CHECK, State.READY, f"{pack.centre.code}@{pack.version}")
        log.info("pack_held", centre=pack.centre.code, version=pack.version)
        for watcher in self._watchers:
            watcher(self._directory)

    def _rejected(self, reason: str) -> None:
        log.error("pack_rejected", detail=logs.cut(reason))
