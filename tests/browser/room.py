"""The room behind the screens, for tests: devices that raise alarms, and what dispatch says happened."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx

from deploy.local.settings import EXERCISE_PIN
from tests.stack.running import StackProcess


@dataclass
class Room:
    """Doors of a running stack; reads as its shift lead."""

    stack: StackProcess
    client: httpx.AsyncClient

    @property
    def url(self) -> str:
        """Of the pages."""
        return str(self.stack.facts["dispatch_urls"][0])

    async def sign_in(self) -> None:
        """Gets the badge."""
        body = {"account": "chef-de-salle", "pin": EXERCISE_PIN}
        answer = await self.client.post(f"{self.url}/v1/session", json=body)
        answer.raise_for_status()

    async def get(self, path: str, **params: Any) -> Any:
        """What dispatch answers."""
        answer = await self.client.get(self.url + path, params=params)
        answer.raise_for_status()
        return answer.json()

    async def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """What dispatch answers to an order."""
        answer = await self.client.post(self.url + path, json=body)
        answer.raise_for_status()
        return answer.json()

    async def call(self, nature: str, **more: Any) -> str:
        """An operator takes down a call; its incident."""
        body = {"nature": nature, "lat": 49.1193, "lon": 6.1757, **more}
        return str((await self.post("/v1/calls", body))["incident_id"])

    async def quiet(self) -> None:
        """Everything that still calls is acknowledged: what comes next stands alone at the top."""
        for one in await self.get("/v1/incidents", state=["open", "in_progress"], limit=1000):
            if one["acknowledged_at"] is None:
                await self.post(f"/v1/incidents/{one['incident_id']}/acknowledge")

    async def clear(self) -> None:
        """Ends what earlier tests left: silences, under which nobody is engaged; incidents, which hold the units."""
        for one in await self.get("/v1/silences"):
            (await self.client.delete(f"{self.url}/v1/silences/{one['silence_id']}")).raise_for_status()
        await until(self._nothing_open, "incidents stay open")

    async def _nothing_open(self) -> bool:
        """True once there is none; else those there are were dismissed, or ended by themselves meanwhile (409)."""
        unfinished = await self.get("/v1/incidents", state=["open", "in_progress"], limit=1000)
        for one in unfinished:
            url, why = f"{self.url}/v1/incidents/{one['incident_id']}/dismiss", {"reason": "fin de l’essai"}
            if (answer := await self.client.post(url, json=why)).status_code != httpx.codes.CONFLICT:
                answer.raise_for_status()
        return not unfinished

    async def press_sos(self, kiosk: str) -> str:
        """Somebody presses a kiosk's SOS; the incident, once a unit is engaged on it."""
        url = f"{self.stack.facts['ingest_url']}/v1/kiosks/{kiosk}/calls"
        [stored] = (await self.client.post(url, json={"nature": "sos"})).raise_for_status().json()

        async def engaged() -> str | None:
            answer = await self.client.get(f"{self.url}/v1/signals/{stored['signal_id']}")
            incident = answer.json().get("incident_id") if answer.status_code == 200 else None
            return incident if incident and await self.assignment(incident) else None

        return str(await until(engaged, f"nobody was engaged for {kiosk}"))

    async def assignment(self, incident: str) -> dict[str, Any] | None:
        """The active assignment of an incident."""
        found: list[dict[str, Any]] = await self.get("/v1/assignments", active=True)
        return next((one for one in found if one["incident_id"] == incident), None)

    async def offered(self, kiosk: str) -> tuple[str, str]:
        """Somebody presses a kiosk's SOS; the incident and the unit that is engaged on it."""
        incident = await self.press_sos(kiosk)
        found = await self.assignment(incident)
        assert found is not None, f"nobody is engaged for {kiosk} any more"
        return incident, str(found["unit"])

    async def state(self, incident: str) -> str:
        """Of the incident."""
        return str((await self.get(f"/v1/incidents/{incident}"))["state"])


async def until(happens: Callable[[], Awaitable[Any]], otherwise: str, seconds: float = 40.0) -> Any:
    """The first answer that is true, looked for every 100 ms; fails with `otherwise`."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not (found := await happens()):
        assert asyncio.get_running_loop().time() < deadline, otherwise
        await asyncio.sleep(0.1)
    return found
