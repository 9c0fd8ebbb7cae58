"""The room's console: every incident, kiosk call and work order as the stream shows them."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import httpx

from demo.followers.sse import Event, Follower
from demo.insist import insist
from demo.ledger import Ledger
from demo.pulse import Pulse


@dataclass
class Console:
    """Follows all doors at once, as consoles may; what comes twice is taken once."""

    client: httpx.AsyncClient
    dispatch: tuple[str, ...]
    ledger: Ledger
    pulse: Pulse
    kiosk_calls: dict[str, dict[str, Any]] = field(default_factory=dict)
    units: dict[str, dict[str, Any]] = field(default_factory=dict)
    followers: list[Follower] = field(default_factory=list)
    _positions: set[int] = field(default_factory=set)

    def start(self, group: asyncio.TaskGroup) -> list[asyncio.Task[None]]:
        """Begins to follow."""
        self.followers = [Follower(self.client, url, self.take) for url in self.dispatch]
        return [group.create_task(follower.run()) for follower in self.followers]

    @property
    def alive(self) -> bool:
        """True while at least one door beats."""
        return any(follower.alive for follower in self.followers)

    def take(self, event: Event) -> None:
        """One event of a stream."""
        position = event.data.get("position", 0)
        if event.kind == "reset":
            for unit in event.data["snapshot"]["units"]:
                self.units[unit["unit"]] = unit
            self.pulse.beat()
            return
        if position in self._positions:
            return
        self._positions.add(position)
        self._show(event)
        self.pulse.beat()

    def _show(self, event: Event) -> None:
        data = event.data
        match event.kind:
            case "incident":
                self.ledger.show_incident(data, data.get("events", ()), event.received_at)
            case "kiosk_call":
                self.kiosk_calls[data["kiosk_call_id"]] = data
            case "work_order":
                self.ledger.work_orders[data["order_id"]] = {
                    **self.ledger.work_orders.get(data["order_id"], {}),
                    **data,
                }
            case "unit":
                self.units[data["unit"]] = {**self.units.get(data["unit"], {}), **data}

    async def get(self, path: str) -> Any:
        """What a door of dispatch answers to GET."""
        answer, _ = await insist(self.client, "GET", tuple(url + path for url in self.dispatch))
        answer.raise_for_status()
        return answer.json()

    async def post(
        self, path: str, body: Any = None, *, key: str | None = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """An order to a door of dispatch, repeated under one Idempotency-Key until answered."""
        sent = {**({"Idempotency-Key": key} if key else {}), **(headers or {})}
        urls = tuple(url + path for url in self.dispatch)
        answer, _ = await insist(self.client, "POST", urls, json=body, headers=sent)
        return answer

    async def card(self, incident_id: str) -> dict[str, Any]:
        """One incident with everything on it."""
        found: dict[str, Any] = await self.get(f"/v1/incidents/{incident_id}")
        return found
