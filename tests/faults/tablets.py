"""Tablets that stream from both doors at once and answer quickly, so that their units become free again."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from demo.followers.sse import Event, Follower
from demo.ledger import Ledger, TabletEvent
from tests.faults.doors import Doors, NoDoor

STEPS = {
    "offered": ("accept", "en-route", "on-scene", "clear"),
    "accepted": ("en-route", "on-scene", "clear"),
    "en_route": ("on-scene", "clear"),
    "on_scene": ("clear",),
}
PACE_S = {"accept": 0.2, "en-route": 0.3, "on-scene": 0.6, "clear": 0.8}


@dataclass
class Tablet:
    """One unit's. `offline`: it neither listens nor taps, as in a tunnel; what it did not hear it hears later."""

    unit: str
    urls: tuple[str, ...]
    client: httpx.AsyncClient
    doors: Doors
    ledger: Ledger
    session: str = "1"
    """A unit may have two at once: each taps under keys of its own."""
    seen: set[tuple[str, int, str]] = field(default_factory=set)
    """Assignment, epoch, state: what came by both doors is taken once."""
    twice: list[str] = field(default_factory=list)
    """States of one assignment that came under two positions: an effect that happened twice."""
    refused: list[str] = field(default_factory=list)
    followers: list[Follower] = field(default_factory=list)
    _positions: dict[tuple[str, int, str], int] = field(default_factory=dict)
    _working: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _following: list[asyncio.Task[None]] = field(default_factory=list)
    offline: bool = False

    def start(self) -> None:
        """Begins to follow both doors; after a silence with a fresh view, so that what it had left is gone on with."""
        self.offline = False
        self.session += "+"  # a tap made anew has another time, so it needs another key
        self.followers = [Follower(self.client, url, self.take, self.unit) for url in self.urls]
        self._following = [asyncio.create_task(follower.run()) for follower in self.followers]

    async def stop(self) -> None:
        """Falls silent: follows nothing, answers nothing."""
        self.offline = True
        tasks = [*self._following, *self._working.values()]
        self._following, self._working = [], {}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def take(self, event: Event) -> None:
        """One event of one of the streams."""
        if event.kind == "reset":
            for assignment in event.data["snapshot"]["assignments"]:
                self._work_on(assignment)
        elif event.kind == "assignment":
            self._take_assignment(event)

    def _take_assignment(self, event: Event) -> None:
        data = event.data
        mark = (data["assignment_id"], data["epoch"], data["state"])
        first = self._positions.setdefault(mark, data["position"])
        if mark in self.seen:
            if first != data["position"]:
                self.twice.append(f"{mark} at {first} and {data['position']}")
            return
        self.seen.add(mark)
        self.ledger.show_tablet(seen_on_tablet(data, event.received_at))
        self._work_on(data)

    def _work_on(self, assignment: dict[str, Any]) -> None:
        name, state = assignment["assignment_id"], assignment["state"]
        if assignment["unit"] != self.unit or self.offline:
            return
        running = self._working.get(name)
        if state not in STEPS:
            if running is not None and state != "cleared":
                running.cancel()
            return
        if running is None:
            self._working[name] = asyncio.create_task(self._answer(assignment))

    async def tap(self, assignment: str, epoch: int, step: str) -> httpx.Response:
        """One tap of the officer. Raises NoDoor."""
        body = {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), "epoch": epoch}
        key = f"{assignment}:{step}:{self.session}"
        return await self.doors.post(f"/v1/assignments/{assignment}/{step}", body, key, self.unit)

    async def _answer(self, assignment: dict[str, Any]) -> None:
        """Accepts, goes, is there, is done; each tap goes on until a door has taken it."""
        for step in STEPS[assignment["state"]]:
            await asyncio.sleep(PACE_S[step])
            try:
                answer = await self.tap(assignment["assignment_id"], assignment["epoch"], step)
            except NoDoor as silence:
                self.refused.append(str(silence))
                return
            if answer.status_code >= 400:
                self.refused.append(f"{step} {answer.status_code} {answer.text[:120]}")
                return
            if answer.json()["reason"] not in {"applied", "already_done"}:
                return  # the assignment went to somebody else meanwhile


def seen_on_tablet(data: dict[str, Any], received_at: float) -> TabletEvent:
    """An assignment's state as the stream tells it."""
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
        received_at=received_at,
    )
