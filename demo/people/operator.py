"""The operator: acknowledges what is urgent, verifies what asks for it, answers kiosks when the story says so."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import httpx

from demo.followers.console import Console
from demo.insist import GaveUp
from demo.ledger import Ledger
from demo.pulse import Pulse

ACTOR = {"X-Actor": "operateur-1"}
ACKNOWLEDGE_AFTER_S = 0.6
VERIFY_AFTER_S = 2.0
UNFINISHED = frozenset({"open", "in_progress"})


class Unexpected(Exception):
    """A door answered something that no operator could work with."""


@dataclass
class Operator:
    """Handles everything but what scenes have reserved for themselves."""

    console: Console
    ledger: Ledger
    pulse: Pulse
    run: str
    reserved: set[str] = field(default_factory=set)
    _handled: set[str] = field(default_factory=set)

    async def tidy(self) -> None:
        """Ends what an earlier demo left: its incidents would take this one's alarms."""
        for state in sorted(UNFINISHED):
            for incident in await self.console.get(f"/v1/incidents?state={state}&limit=1000"):
                await self.dismiss(incident["incident_id"], "reprise de la démonstration")
        for call in await self.console.get("/v1/kiosk-calls?state=waiting&state=answered"):
            await self.kiosk(call["kiosk_call_id"], "refuse", "reprise de la démonstration")

    async def run_room(self, group: asyncio.TaskGroup) -> None:
        """Looks at every new incident until cancelled."""
        while True:
            fresh = await self.pulse.until(self._fresh, "a new incident", seconds=3600)
            for incident in fresh:
                self._handled.add(incident["incident_id"])
                if incident.get("device") not in self.reserved and not _own_call(incident):
                    group.create_task(self._handle(incident))

    def _fresh(self) -> list[dict[str, Any]]:
        return [
            incident
            for name, incident in self.ledger.incidents.items()
            if name not in self._handled and incident["state"] in UNFINISHED
        ]

    async def _handle(self, incident: dict[str, Any]) -> None:
        name = incident["incident_id"]
        await asyncio.sleep(ACKNOWLEDGE_AFTER_S)
        try:
            if incident["verify_first"]:
                await asyncio.sleep(VERIFY_AFTER_S)
                await self.verify(name, "false_alarm")
            else:
                await self.acknowledge(name)
        except (GaveUp, Unexpected):
            return  # a card that ended meanwhile needs nobody

    async def acknowledge(self, incident_id: str) -> None:
        """*Acquitter*. Needs no ETag: it is a fact, and a merged card's is another's."""
        answer = await self._order(incident_id, "acknowledge", None)
        if answer.status_code not in {200, 409}:
            raise Unexpected(f"acknowledge: {answer.status_code} {answer.text[:200]}")

    async def verify(self, incident_id: str, result: str) -> None:
        """*Levée de doute*, resting on the card as read now: 412 means reading it again."""
        for _ in range(5):
            card = await self.console.card(incident_id)
            etag = {"If-Match": f'"{card["revision"]}"'}
            answer = await self._order(incident_id, "verify", {"result": result}, etag, f":{card['revision']}")
            if answer.status_code == 200:
                return
            if answer.status_code != 412:
                raise Unexpected(f"verify: {answer.status_code} {answer.text[:200]}")

    async def dismiss(self, incident_id: str, reason: str) -> None:
        """*Fausse alerte*."""
        await self._order(incident_id, "dismiss", {"reason": reason})

    async def take_call(self, nature: str, lat: float, lon: float) -> str:
        """Takes down what a caller says; the incident's id."""
        body = {"nature": nature, "lat": lat, "lon": lon}
        key = f"{self.run}:call:{nature}:{lat}:{lon}"
        answer = await self.console.post("/v1/calls", body, key=key, headers=ACTOR)
        if answer.status_code != 201 or not answer.json()["incident_id"]:
            raise Unexpected(f"calls: {answer.status_code} {answer.text[:200]}")
        return str(answer.json()["incident_id"])

    async def send(self, incident_id: str, unit: str, reason: str) -> None:
        """*Engager* this unit, whether recommended or not."""
        answer = await self._order(incident_id, "assign", {"unit": unit, "reason": reason})
        if answer.status_code != 200:
            raise Unexpected(f"assign: {answer.status_code} {answer.text[:200]}")

    async def kiosk(self, call_id: str, step: str, reason: str | None = None) -> None:
        """`answer`, `open`, `refuse` a kiosk call."""
        body = {"reason": reason} if reason else None
        key = f"{self.run}:{call_id}:{step}"
        answer = await self.console.post(f"/v1/kiosk-calls/{call_id}/{step}", body, key=key, headers=ACTOR)
        if answer.status_code not in {200, 409}:
            raise Unexpected(f"kiosk {step}: {answer.status_code} {answer.text[:200]}")

    async def _order(
        self, incident_id: str, order: str, body: Any, headers: dict[str, str] | None = None, mark: str = ""
    ) -> httpx.Response:
        key = f"{self.run}:{incident_id}:{order}{mark}"
        path = f"/v1/incidents/{incident_id}/{order}"
        return await self.console.post(path, body, key=key, headers={**ACTOR, **(headers or {})})


def _own_call(incident: dict[str, Any]) -> bool:
    """The operator took it down: who did so goes on with it."""
    return str(incident.get("device")).startswith("console:")
