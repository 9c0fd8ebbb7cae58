"""An officer's tablet: shows one assignment, reports accepted, gone, there, clear, and never loses a tap."""

import asyncio
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from demo.followers.console import Console
from demo.followers.sse import Event, Follower
from demo.insist import GaveUp, insist
from demo.ledger import Ledger, TabletEvent
from demo.pulse import Pulse

STEPS = {
    "offered": ("accept", "en-route", "on-scene", "clear"),
    "accepted": ("en-route", "on-scene", "clear"),
    "en_route": ("on-scene", "clear"),
    "on_scene": ("clear",),
}
SECONDS = {"accept": (0.3, 0.8), "en-route": (0.3, 0.6), "on-scene": (0.8, 1.6), "clear": (1.0, 2.0)}
ACTIVE = frozenset(STEPS)


def _set() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


@dataclass
class Tablet:
    """One unit's. Streams from every door at once and takes each event once, by its position."""

    unit: str
    console: Console
    ledger: Ledger
    pulse: Pulse
    state: str = "available"
    incident: str | None = None
    diverted: bool = False
    """It was on its way to something else."""
    arrives: asyncio.Event = field(default_factory=_set)
    """Cleared, it is still on its way: a scene has something happen meanwhile."""
    followers: list[Follower] = field(default_factory=list)
    _positions: set[int] = field(default_factory=set)
    _working: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _group: asyncio.TaskGroup | None = None

    def start(self, group: asyncio.TaskGroup) -> list[asyncio.Task[None]]:
        """Begins to follow; what it does about an assignment runs in `group` too."""
        self._group = group
        client = self.console.client
        self.followers = [Follower(client, url, self.take, self.unit) for url in self.console.dispatch]
        return [group.create_task(follower.run()) for follower in self.followers]

    def take(self, event: Event) -> None:
        """One event of the stream."""
        if event.kind == "reset":
            for assignment in event.data["snapshot"]["assignments"]:
                self._work_on(assignment)
        elif event.kind == "assignment" and event.data["position"] not in self._positions:
            self._positions.add(event.data["position"])
            self.ledger.show_tablet(_seen(event))
            self._work_on(event.data)
            self.pulse.beat()

    def _work_on(self, assignment: dict[str, Any]) -> None:
        """A new assignment is worked on; one that was taken away is left."""
        name, state = assignment["assignment_id"], assignment["state"]
        if assignment["unit"] != self.unit:
            return
        running = self._working.get(name)
        if state not in ACTIVE:
            if running is not None and state != "cleared":
                running.cancel()
            self._free(name)
            return
        self.state, self.incident = state, assignment["incident_id"]
        if state == "offered":
            self.diverted = assignment["reason"] == "diverted"
        if running is None and self._group is not None:
            self._working[name] = self._group.create_task(self._answer(assignment))

    async def _answer(self, assignment: dict[str, Any]) -> None:
        place = (assignment.get("incident") or {}).get("position")
        for step in STEPS[assignment["state"]]:
            await asyncio.sleep(random.uniform(*SECONDS[step]))
            if step == "on-scene":
                await self.arrives.wait()
            if step == "on-scene" and place:
                await self.report_position(place["lat"], place["lon"])
            if not await self._report(assignment, step):
                return

    async def _report(self, assignment: dict[str, Any], step: str) -> bool:
        """Taps; False if the assignment is over for this tablet."""
        name = assignment["assignment_id"]
        body = {"at": _now(), "epoch": assignment["epoch"]}
        try:
            answer = await self.console.post(
                f"/v1/assignments/{name}/{step}", body, key=f"{name}:{step}", headers=self._actor | _trace(assignment)
            )
        except GaveUp:
            return False
        if answer.status_code >= 400:
            return False
        return bool(answer.json()["reason"] in {"applied", "already_done"})

    async def report_position(self, lat: float, lon: float) -> None:
        """Says where it is."""
        urls = tuple(f"{url}/v1/units/{self.unit}/position" for url in self.console.dispatch)
        body = {"lat": lat, "lon": lon, "accuracy_m": 6, "at": _now()}
        try:
            await insist(self.console.client, "PUT", urls, json=body, headers=self._actor, seconds=10)
        except GaveUp:
            return  # the next position will do

    @property
    def _actor(self) -> dict[str, str]:
        return {"X-Actor": self.unit}

    def _free(self, name: str) -> None:
        active = [other for other, task in self._working.items() if other != name and not task.done()]
        if not active:
            self.state, self.incident, self.diverted = "available", None, False


def _trace(assignment: dict[str, Any]) -> dict[str, str]:
    """The tap goes on with the alarm's trace, as the real tablet's does."""
    parent = (assignment.get("incident") or {}).get("traceparent")
    return {"traceparent": parent} if parent else {}


def _seen(event: Event) -> TabletEvent:
    data = event.data
    return TabletEvent(
        position=data["position"],
        moment=data["at"],
        unit=data["unit"],
        assignment_id=data["assignment_id"],
        epoch=data["epoch"],
        incident_id=data["incident_id"],
        task_id=data["task_id"],
        slot=data["slot"],
        state=data["state"],
        signal_ids=frozenset((data.get("incident") or {}).get("signal_ids", ())),
        received_at=event.received_at,
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
