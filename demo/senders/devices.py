"""Devices that speak HTTP to ingest: kiosks, the citizens' app, sensors."""

import asyncio
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from demo.insist import insist
from demo.ledger import Ledger, Sent, Way
from demo.pulse import Pulse


@dataclass
class Devices:
    """All of them; each request bears a mark, so that repeating it is safe."""

    client: httpx.AsyncClient
    ingest: str
    ledger: Ledger
    pulse: Pulse
    run: str
    _number: int = 0

    async def kiosk(self, kiosk: str, nature: str, call: str | None = None) -> Sent:
        """A press on a kiosk: `sos` or `access`. The same `call` again is a repeat, byte for byte."""
        call = call or self._mark("call")
        body = {"call_id": call, "nature": nature}
        return await self._post(f"/v1/kiosks/{kiosk}/calls", body, kiosk, urgent=nature == "sos", what=nature)

    async def heartbeat(self, kiosk: str) -> Sent:
        """A kiosk says that it lives."""
        return await self._post(f"/v1/kiosks/{kiosk}/heartbeat", {}, kiosk, urgent=False, what="heartbeat")

    async def sos(self, lat: float, lon: float, person: str) -> tuple[Sent, str]:
        """The app's SOS; the record and its `sos_id`."""
        sos_id = self._mark("sos")
        body = {"sos_id": sos_id, "lat": lat, "lon": lon, "accuracy_m": 8, "at": _now(), "person": person}
        return await self._post("/v1/sos", body, f"sos:{sos_id}", urgent=True, what="sos"), sos_id

    async def moved(self, sos_id: str, lat: float, lon: float) -> Sent:
        """The person has moved on."""
        body = {"lat": lat, "lon": lon, "accuracy_m": 8, "at": _now(), "sequence": self._mark("p")}
        return await self._post(f"/v1/sos/{sos_id}/positions", body, f"sos:{sos_id}", urgent=False, what="position")

    async def cancel(self, sos_id: str) -> Sent:
        """The person says that it is over; the patrol comes all the same."""
        body = {"at": _now(), "sequence": self._mark("c")}
        return await self._post(f"/v1/sos/{sos_id}/cancel", body, f"sos:{sos_id}", urgent=False, what="cancel")

    async def sensor(self, device: str, nature: str) -> Sent:
        """Anything else, through the general door."""
        body = {"device": device, "nature": nature, "at": _now(), "sequence": self._mark("s")}
        return await self._post("/v1/signals", body, device, urgent=False, what=nature)

    async def _post(self, path: str, body: dict[str, Any], device: str, *, urgent: bool, what: str) -> Sent:
        loop = asyncio.get_running_loop()
        sent = Sent(Way.HTTP, device, urgent, loop.time(), what)
        self.ledger.sent.append(sent)
        headers = {"Content-Type": "application/json"}
        url = (self.ingest + path,)
        answer, sent.attempts = await insist(
            self.client, "POST", url, content=json.dumps(body).encode(), headers=headers, seconds=120
        )
        answer.raise_for_status()
        (receipt,) = answer.json()
        sent.acknowledged_at = loop.time()
        sent.signal_id, sent.repeat = receipt["signal_id"], bool(receipt["repeat"])
        self.pulse.beat()
        return sent

    def _mark(self, kind: str) -> str:
        self._number += 1
        return f"{kind}-{self.run}-{self._number}"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
