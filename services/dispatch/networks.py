"""The street networks of this process, one a pack version: prepared beside the work, and changed while running.

All changes to what is held here happen on the event loop; what takes milliseconds or longer happens in threads.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

from schemas.pack.pack import CityPack
from schemas.pack.places import StreetExtract
from services.chassis import garbage, logs
from services.chassis.health import Check, State
from services.dispatch.domain.report import Place
from services.dispatch.domain.travelling import TravelTimes
from services.dispatch.metrics import STREET_CHANGE_APPLIED
from services.dispatch.travel.changes import StreetChange
from services.dispatch.travel.errors import UnknownStreet
from services.dispatch.travel.extracts import ExtractState, Located, advice, locate
from services.dispatch.travel.of_pack import FOLDER, Prepared, prepare
from services.dispatch.travel.straight_line import StraightLineTravel
from services.dispatch.travel.streets import StreetTravel

log = logs.get(__name__)
STRAIGHT = StraightLineTravel()
PATIENCE_S = 20.0
"""How long a door waits for streets that are being prepared."""


@dataclass(frozen=True, eq=False)
class Network:
    """The streets of one version. `unmatched`: changes in force about a street that it does not have."""

    pack: CityPack
    travel: StreetTravel | StraightLineTravel
    located: Located | None = None
    unmatched: tuple[str, ...] = ()

    @property
    def extract(self) -> StreetExtract | None:
        """What the pack names."""
        return self.pack.centre.street_extract

    @property
    def advice(self) -> str:
        """What to do so that the pack's own extract is used; empty if it is, or none is named."""
        return advice(self.extract, self.located) if self.extract and self.located else ""


class Networks:
    """By pack version. `in_force` names the version of each centre as last read from PostgreSQL."""

    def __init__(self, state_dir: Path | None = None, extracts_dir: Path | None = None) -> None:
        self._state_dir, self._extracts_dir = state_dir, extracts_dir
        self._held: dict[str, Network] = {}
        self._changes: Mapping[str, tuple[StreetChange, ...]] = {}
        self._preparing: dict[str, asyncio.Task[None]] = {}
        self.in_force: dict[str, str] = {}
        self.changing = asyncio.Lock()
        """Held from the reading of the changes until they are applied, so that the newest reading wins."""

    def travel(self, version: str) -> TravelTimes:
        """Travel times for a version; straight lines until its streets are prepared: no decision waits for that."""
        held = self._held.get(version)
        return held.travel if held else STRAIGHT

    def preparing(self, version: str) -> bool:
        """True while straight lines stand in for streets that are still being prepared."""
        return version in self._preparing and version not in self._held

    def held(self, version: str) -> Network | None:
        """What is prepared for a version."""
        return self._held.get(version)

    def remember(self, centre: str, place: Place) -> None:
        """Finds the street at a unit's new position now, so that the next decision need not."""
        for network in self._held.values():
            if network.pack.centre.code == centre and isinstance(network.travel, StreetTravel):
                network.travel.remember([place])

    def begin(self, pack: CityPack, version: str) -> None:
        """Prepares the streets of a version beside the work."""
        if version in self._preparing:
            return
        task = asyncio.get_running_loop().create_task(self._prepare(pack, version))
        self._preparing[version] = task
        task.add_done_callback(lambda done: self._prepared(version, done))

    async def settled(self) -> None:
        """Waits until everything that was begun is prepared."""
        while self._preparing:
            await asyncio.wait(self._preparing.values())

    async def ready(self, version: str) -> Network | None:
        """The network of a version once it is prepared; None if that takes too long or went wrong."""
        task = self._preparing.get(version)
        if task is not None and version not in self._held:
            await asyncio.wait([task], timeout=PATIENCE_S)
        return self._held.get(version)

    async def bring(self, changes: Mapping[str, tuple[StreetChange, ...]]) -> None:
        """Makes these the changes in force, by centre; `changing` is held."""
        before, self._changes = self._changes, changes
        differing = {centre for centre in {*before, *changes} if before.get(centre, ()) != changes.get(centre, ())}
        for version, network in list(self._held.items()):
            centre = network.pack.centre.code
            if centre in differing:
                self._held[version] = await asyncio.to_thread(_changed, network, changes.get(centre, ()))

    async def look_again(self) -> None:
        """Takes up extracts that were missing or different and are there now, for the versions in force."""
        for version in set(self.in_force.values()):
            network = self._held.get(version)
            if network is None or version in self._preparing or not network.advice or network.located is None:
                continue
            found = await asyncio.to_thread(self._locate, network.pack)
            # The same unreadable content is not tried again and again.
            if found is not None and found.sha256 != network.located.sha256:
                self.begin(network.pack, version)

    def check(self) -> Check:
        """Health: degraded where a centre must do without the extract that its pack names."""
        centres = sorted(self.in_force.items())
        known = [(centre, self._held[version].advice) for centre, version in centres if version in self._held]
        said = [f"{centre}: {words}" for centre, words in known if words]
        return Check(State.DEGRADED, " ; ".join(said)) if said else Check(State.READY)

    async def _prepare(self, pack: CityPack, version: str) -> None:
        network = await asyncio.to_thread(self._build, pack)
        async with self.changing:
            self._held[version] = await asyncio.to_thread(_changed, network, self._changes.get(pack.centre.code, ()))

    def _build(self, pack: CityPack) -> Network:
        located = self._locate(pack)
        usable = located.path if located is not None and located.state is ExtractState.READY else None
        prepared: Prepared = prepare(pack, self._state_dir, usable)
        if located is not None and usable is not None and not prepared.from_extract:
            located = replace(located, state=ExtractState.UNREADABLE)
        network = Network(pack, prepared.travel, located)
        if network.advice:
            basis = prepared.travel.basis.value
            log.error("street_extract_not_used", centre=pack.centre.code, basis=basis, detail=logs.cut(network.advice))
        return network

    def _locate(self, pack: CityPack) -> Located | None:
        if pack.centre.street_extract is None or self._extracts_dir is None:
            return None
        kept_in = self._state_dir / FOLDER if self._state_dir else None
        return locate(pack.centre.street_extract, self._extracts_dir, kept_in)

    def _prepared(self, version: str, task: "asyncio.Task[None]") -> None:
        self._preparing.pop(version, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("travel_not_prepared", exc_info=error)
        garbage.keep_for_good()


def _changed(network: Network, changes: Sequence[StreetChange]) -> Network:
    """The network with these changes; one about a street that it does not have is left out, and named."""
    if not isinstance(network.travel, StreetTravel):
        return replace(network, unmatched=tuple(change.id for change in changes))
    fitting, unmatched = [], []
    for change in changes:
        try:
            network.travel.reach_of(change)
            fitting.append(change)
        except UnknownStreet as unknown:
            unmatched.append(change.id)
            log.warning("street_change_unmatched", street_change_id=change.id, **logs.fault(unknown))
    begin = perf_counter()
    network.travel.apply(fitting)
    STREET_CHANGE_APPLIED.observe(perf_counter() - begin)
    return replace(network, unmatched=tuple(unmatched))
