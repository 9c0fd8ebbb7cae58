"""Everybody and everything that plays, made in one place."""

from dataclasses import dataclass, field
from datetime import timedelta
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
from demo.pulse import Pulse
from demo.senders.cameras import Cameras
from demo.senders.devices import Devices
from demo.senders.panels import Panel
from demo.settings import Doors


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
    _panels: dict[str, Panel] = field(default_factory=dict)

    def panel(self, device: str) -> Panel:
        """The panel of that id. The encrypted one begins with a wrong clock, as after a power cut."""
        if device not in self._panels:
            encrypted = device == CONGRESS_PANEL
            self._panels[device] = Panel(
                device=device,
                account=self.cast.panel(device).account,
                receiver=self.doors.dc09,
                ledger=self.ledger,
                pulse=self.pulse,
                key=self.panel_key if encrypted else None,
                drift=timedelta(minutes=-7) if encrypted else timedelta(),
            )
        return self._panels[device]

    async def incident_of_device(self, device: str, seconds: float = 30.0) -> dict[str, Any]:
        """The first incident that a device opened in this run. Raises NotSeen."""
        found = await self.pulse.until(
            lambda: self.ledger.opened_by(device, self.started_at), f"fiche de {device}", seconds
        )
        return found[0]

    async def state_of(self, incident_id: str, state: str, seconds: float = 40.0) -> None:
        """Returns once the incident is in `state`. Raises NotSeen."""
        await self.pulse.until(lambda: self.ledger.incidents[incident_id]["state"] == state, f"fiche {state}", seconds)

    async def offered(self, incident_id: str, units: int = 1, seconds: float = 30.0) -> int:
        """How many units' tablets showed the incident, once there are `units`. Raises NotSeen."""
        return await self.pulse.until(
            lambda: len(seen) if len(seen := self.ledger.units_of(incident_id)) >= units else 0,
            f"{units} équipage(s) sur tablette",
            seconds,
        )
