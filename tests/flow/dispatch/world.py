"""Dispatch on a real PostgreSQL: its loops driven by hand, and its HTTP door."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

import httpx
from fastapi import FastAPI
from sqlalchemy import Select, Table, select, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from schemas.messages.signal import Signal, SignalOutcome
from schemas.pack.pack import CityPack
from services.chassis.database import address, engine
from services.chassis.health import Health
from services.chassis.operations import serve
from services.dispatch import messages
from services.dispatch.actions import intake, outcomes, packing, situations
from services.dispatch.api.app import build
from services.dispatch.api.door import Door
from services.dispatch.domain.replaying import Finding
from services.dispatch.live import Live
from services.dispatch.packs import Library
from services.dispatch.replay import Period, replay
from services.dispatch.settings import DispatchSettings
from services.dispatch.store import tables
from services.dispatch.store.work import Work, run
from services.dispatch.timers import Timers
from tests.flow.dispatch.builders import now, situation
from tests.flow.dispatch.contract import hook

T = TypeVar("T")
PIN, SERVICE_TOKEN = "2580", "our-own-processes"


@dataclass(frozen=True)
class Engines:
    """Connections to one database: as dispatch has them, and plain ones for looking at and changing rows."""

    own: AsyncEngine
    direct: AsyncEngine
    """Without the time-outs that throw a slow process out."""

    @classmethod
    def to(cls, url: str) -> "Engines":
        """New ones."""
        return cls(engine(url, "dispatch-test", pool=20), create_async_engine(address(url)))

    async def direct_execute(self, script: str) -> None:
        """Runs several statements in one transaction."""
        async with self.direct.begin() as conn:
            for statement in script.split("; "):
                await conn.execute(text(statement))

    async def dispose(self) -> None:
        """Closes all."""
        await self.own.dispose()
        await self.direct.dispose()


@dataclass
class World:
    """One dispatch over one database; nothing runs by itself except what a test starts."""

    url: str
    engines: Engines
    offer_s: float = 30.0
    unclaimed_alarm_s: float = 15.0
    unacknowledged_p1_s: float = 60.0
    damaged: bool = False
    """Set by a test that spoils what was recorded."""
    accounts: str = "open"
    engine: AsyncEngine = field(init=False)
    direct: AsyncEngine = field(init=False)
    library: Library = field(init=False)
    app: FastAPI = field(init=False)
    http: httpx.AsyncClient = field(init=False)

    def __post_init__(self) -> None:
        self.engine, self.direct, self.library = self.engines.own, self.engines.direct, Library()
        self.settings = DispatchSettings(
            database_url=self.url,
            offer_s=self.offer_s,
            unclaimed_alarm_s=self.unclaimed_alarm_s,
            unacknowledged_p1_s=self.unacknowledged_p1_s,
            vigie_pages_dir="/nonexistent",
            vigie_accounts=self.accounts,
            vigie_demo_pin=PIN,
            dispatch_session_key="k" * 32,
            dispatch_service_token=SERVICE_TOKEN,
            dispatch_public_urls="http://dispatch,http://other-door",
        )
        self.times = intake.Times(self.settings.offer, self.settings.link_within)
        self.health = Health("dispatch")
        self.live = Live(self.engine, self.url, self.health)
        self.timers = Timers(self.engine, self.library, self.settings)
        self.app = build(Door(self.engine, self.library, self.live, self.timers, self.settings), self.health)
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        self.http = httpx.AsyncClient(
            transport=transport, base_url="http://dispatch", trust_env=False, event_hooks=hook(self.app)
        )

    async def close(self) -> None:
        """Gives everything back."""
        await self.http.aclose()
        await self.engines.dispose()

    async def do(self, act: Callable[[Work], Awaitable[T]]) -> T:
        """One transaction."""
        return await run(self.engine, self.library, act)

    async def apply(self, pack: CityPack) -> bool:
        """Puts a pack in force."""
        return await self.do(lambda work: packing.apply(work, pack))

    async def urgent(self, of: Signal) -> str | None:
        """The signal comes by the urgent lane."""
        return await self.do(lambda work: intake.receive(work, messages.report_of_signal(of), self.times))

    async def situation(self, name: str, of: Signal, **more: Any) -> None:
        """Correlation speaks."""
        return await self.do(lambda work: situations.receive(work, situation(name, of, **more), self.times))

    async def outcomes(self, *found: SignalOutcome) -> None:
        """Screening's outcomes arrive in one batch."""
        await self.do(lambda work: outcomes.receive(work, list(found), self.times))

    async def rows(self, query: Select[Any] | Table) -> list[Any]:
        """What is stored."""
        async with self.direct.connect() as conn:
            return list((await conn.execute(select(query) if isinstance(query, Table) else query)).mappings())

    async def sql(self, statement: str, **values: Any) -> None:
        """Changes what is stored, behind dispatch's back."""
        async with self.direct.begin() as conn:
            await conn.execute(text(statement), values)

    async def card(self, incident: str | None) -> dict[str, Any]:
        """The whole card by HTTP."""
        answer = await self.http.get(f"/v1/incidents/{incident}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def events(self, incident: str | None) -> list[tuple[str, str]]:
        """The card's events with their reasons, in order."""
        return [(known["event"], known["reason"]) for known in (await self.card(incident))["events"]]

    async def active(self, incident: str | None) -> list[dict[str, Any]]:
        """The active assignments of an incident."""
        return [known for known in (await self.card(incident))["assignments"] if known["active"]]

    async def step(self, assignment: dict[str, Any], *steps: str, epoch: int | None = None) -> httpx.Response:
        """The tablet reports steps; the answer to the last."""
        body = {"epoch": epoch or assignment["epoch"]}
        for step in steps:
            answer = await self.http.post(f"/v1/assignments/{assignment['assignment_id']}/{step}", json=body)
        return answer

    async def order(self, incident: str | None, what: str, body: Any = None, **headers: str) -> httpx.Response:
        """An operator's order."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.http.post(f"/v1/incidents/{incident}/{what}", json=body, headers=named)

    async def age_offer(self, assignment: dict[str, Any]) -> None:
        """Lets an offer run out now: time is driven, not slept."""
        statement = "UPDATE dispatch.assignments SET due_at = clock_timestamp() - interval '1 second' WHERE id = :id"
        await self.sql(statement, id=assignment["assignment_id"])

    async def only_units(self, *names: str) -> None:
        """Only these patrols are on duty."""
        statement = "UPDATE dispatch.units SET state = 'off_duty' WHERE kind = 'patrol' AND NOT id = ANY(:names)"
        await self.sql(statement, names=list(names))

    async def invariants(self) -> None:
        """Promise 2, from the tables and not from the index that guards it; and versions without a gap."""
        active = [known for known in await self.rows(tables.assignments) if known["active"]]
        units = [known["unit_id"] for known in active]
        slots = [(known["task_id"], known["slot"]) for known in active]
        assert len(units) == len(set(units)), units
        assert len(slots) == len(set(slots)), slots
        by_incident: dict[str, list[int]] = {}
        for event in await self.rows(select(tables.events).order_by(tables.events.c.version)):
            by_incident.setdefault(event["incident_id"], []).append(event["version"])
        for incident, versions in by_incident.items():
            assert versions == list(range(1, len(versions) + 1)), (incident, versions)

    async def replayed(self, period: Period | None = None, changed: CityPack | None = None) -> list[Finding]:
        """Every decision evaluated again; replay reads with a connection of its own, in a thread of its own."""
        everything = Period(now() - timedelta(days=2), now() + timedelta(days=2))
        return await asyncio.to_thread(lambda: list(replay(self.url, period or everything, changed)))

    async def decided_alike(self) -> None:
        """Promise 4: each decision carries all that it was made from, and is made alike again."""
        findings = await self.replayed()
        told = [(f.record.event, f.record.reason, f.obstacle or f.differences) for f in findings]
        others = [known for known in told if known[2]]
        assert self.damaged or not others, others


async def until(happens: Callable[[], Awaitable[bool]], otherwise: str, seconds: float = 15.0) -> None:
    """Looks every 20 ms until it is true; fails with `otherwise` after `seconds`."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not await happens():
        assert asyncio.get_running_loop().time() < deadline, otherwise
        await asyncio.sleep(0.02)


@asynccontextmanager
async def live(world: World) -> AsyncIterator[None]:
    """The live loop runs, and ends in time."""
    stop = asyncio.Event()
    running = asyncio.create_task(world.live.run(stop))
    try:
        await until(lambda: _is_ready(world), "the live loop did not begin")
        yield
    finally:
        stop.set()
        await asyncio.wait_for(running, 10)


@asynccontextmanager
async def served(world: World) -> AsyncIterator[str]:
    """The door on a free port of 127.0.0.1, with the live loop; gives its URL."""
    stop = asyncio.Event()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    serving = asyncio.create_task(serve(world.app, "127.0.0.1", port, stop, drain_s=1))
    url = f"http://127.0.0.1:{port}"
    try:
        async with live(world):
            await until(lambda: _answers(url), "the door did not open")
            yield url
    finally:
        stop.set()
        await asyncio.wait_for(serving, 10)


async def _is_ready(world: World) -> bool:
    return bool(world.health.report()["checks"].get("live", {}).get("state") == "ready")


async def _answers(url: str) -> bool:
    async with httpx.AsyncClient(trust_env=False) as client:
        try:
            return (await client.get(f"{url}/health/live")).status_code == 200
        except httpx.TransportError:
            return False
