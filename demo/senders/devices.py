"""Devices that speak HTTP to ingest: kiosks, the citizens' app, sensors. One kiosk signs what it says."""

import asyncio
import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from demo.insist import insist
from demo.ledger import Ledger, Sent, Way
from demo.pulse import Pulse
from demo.senders.turns import own_first


@dataclass
class Devices:
    """All of them; each request bears a mark, so that repeating it is safe."""

    client: httpx.AsyncClient
    ingest: str
    ledger: Ledger
    pulse: Pulse
    run: str
    keys: dict[str, bytes] = field(default_factory=dict)
    """Signing keys by device."""
    more: tuple[str, ...] = ()
    """Further ingest processes. Each device has one of all as its own, and goes to the others when that is away."""
    _number: int = 0

    async def kiosk(self, kiosk: str, nature: str, call: str | None = None) -> Sent:
        """A press on a kiosk: `sos` or `access`. The same `call` again is a repeat, byte for byte."""
        call = call or self._mark("call")
        body = {"call_id": call, "nature": nature}
        return await self._post(f"/v1/kiosks/{kiosk}/calls", body, kiosk, urgent=nature == "sos", what=nature)

    async def forged(self, kiosk: str) -> int:
        """A press in the kiosk's name by someone without its key; the status of the answer."""
        body = {"call_id": self._mark("forged"), "nature": "sos"}
        answer = await self.client.post(f"{self.ingest}/v1/kiosks/{kiosk}/calls", json=body)
        return answer.status_code

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
        content = json.dumps(body).encode()
        headers = {"Content-Type": "application/json", **self._signed(device, path, content)}
        urls = tuple(door + path for door in own_first(device, (self.ingest, *self.more)))
        answer, sent.attempts = await insist(self.client, "POST", urls, content=content, headers=headers, seconds=120)
        answer.raise_for_status()
        (receipt,) = answer.json()
        sent.acknowledged_at = loop.time()
        sent.signal_id, sent.repeat = receipt["signal_id"], bool(receipt["repeat"])
        self.pulse.beat()
        return sent

    def _signed(self, device: str, path: str, content: bytes) -> dict[str, str]:
        """The signing headers of a device that has a key, written from docs/devices.md alone."""
        key = self.keys.get(device)
        if key is None:
            return {}
        identifier, moment = self._mark("m"), str(int(time.time()))
        message = "\n".join(("v1", "POST", path, device, identifier, moment, "")).encode() + content
        return {
            "X-Vigie-Device": device,
            "X-Vigie-Id": identifier,
            "X-Vigie-Time": moment,
            "X-Vigie-Signature": "v1=" + hmac.new(key, message, hashlib.sha256).hexdigest(),
        }

    def _mark(self, kind: str) -> str:
        self._number += 1
        return f"{kind}-{self.run}-{self._number}"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
