"""Everybody and everything that plays, made in one place."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

import httpx

from demo.cast import CONGRESS_PANEL, Cast
from demo.followers.console import Console
from demo.followers.outcomes import Outcomes
from demo.ledger import Ledger
from demo.people.crew import Crew
from demo.people.operator import Operator
from demo.people.partner import Partners
from demo.people.tablet import Tablet
from demo.pulse import PATIENCE_S, NotSeen, Pulse
from demo.senders.cameras import Cameras
from demo.senders.devices import Devices
from demo.senders.panels import Panel
from demo.senders.turns import own_first
from demo.settings import Doors

RECORDED_S = 8.0
TRIES = 6


@dataclass
class World:
    """The city of one run. `run` marks everything it sends; `started_at` is RFC 3339."""

    run: str
    started_at: str
    doors: Doors
    cast: Cast
    client: httpx.AsyncClient
    ledger: Ledger
    pulse: Pulse
    console: Console
    outcomes: Outcomes
    operator: Operator
    crew: Crew
    partners: Partners
    devices: Devices
    cameras: Cameras
    panel_key: bytes
    tablets: list[Tablet] = field(default_factory=list)
    hushed: bool = False
    """A scene needs the city to itself for a moment: nobody else calls for a patrol."""
    _panels: dict[str, Panel] = field(default_factory=dict)

    def panel(self, device: str) -> Panel:
        """The panel of that id. The encrypted one begins with a wrong clock, as after a power cut."""
        if device not in self._panels:
            encrypted = device == CONGRESS_PANEL
            receiver, *backups = own_first(device, self.doors.dc09)
            self._panels[device] = Panel(
                device=device,
                account=self.cast.panel(device).account,
                receiver=receiver,
                backups=tuple(backups),
                ledger=self.ledger,
                pulse=self.pulse,
                key=self.panel_key if encrypted else None,
                drift=timedelta(minutes=-7) if encrypted else timedelta(),
            )
        return self._panels[device]

    @property
    def free(self) -> list[Tablet]:
        """Tablets whose unit is bound by nothing."""
        return [tablet for tablet in self.tablets if tablet.state == "available"]

    def tablet(self, unit: str) -> Tablet:
        """The tablet of that unit."""
        return next(tablet for tablet in self.tablets if tablet.unit == unit)

    async def positions(self) -> dict[str, tuple[float, float]]:
        """Where dispatch's door says that the patrols are, latitude and longitude."""
        known = {shown["unit"]: shown["position"] for shown in await self.console.get("/v1/units")}
        places = ((unit, known.get(unit)) for unit in self.cast.patrols)
        return {unit: (place["lat"], place["lon"]) for unit, place in places if place}

    async def camera_sees(self, device: str, label: str, *, pace_s: float = 0.3) -> str:
        """A camera sees somebody, and goes on seeing people until one of them is recorded; that one's object id.

        An MQTT broker may drop what comes while nobody listens, so one object may stay unheard.
        """
        for _ in range(TRIES):
            sent = await self.cameras.see(self.cast.camera(device), label, device, pace_s=pace_s)
            with suppress(NotSeen):
                await self.pulse.until(partial(self.ledger.signal_of, sent), "issue", RECORDED_S)
                return str(sent.subject)
        raise NotSeen(f"aucune issue pour {device}")

    async def incident_of_device(self, device: str, seconds: float = PATIENCE_S) -> dict[str, Any]:
        """The first incident that a device opened in this run. Raises NotSeen."""
        found = await self.pulse.until(
            lambda: self.ledger.opened_by(device, self.started_at), f"fiche de {device}", seconds
        )
        return found[0]

    async def state_of(self, incident_id: str, state: str, seconds: float = PATIENCE_S) -> None:
        """Returns once the incident is in `state`. Raises NotSeen."""
        await self.pulse.until(lambda: self.ledger.incidents[incident_id]["state"] == state, f"fiche {state}", seconds)

    async def offered(self, incident_id: str, units: int = 1, seconds: float = PATIENCE_S) -> int:
        """How many units' tablets showed the incident, once there are `units`. Raises NotSeen."""
        return await self.pulse.until(
            lambda: len(seen) if len(seen := self.ledger.units_of(incident_id)) >= units else 0,
            f"{units} équipage(s) sur tablette",
            seconds,
        )
