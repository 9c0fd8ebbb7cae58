"""The synthetic SOS in dispatch: the whole decision is made on real rows, and nothing of it is left."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from fastapi import FastAPI, Response
from prometheus_client import REGISTRY
from sqlalchemy import select, text

from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import SYNTHETIC_DEVICE, DeviceKind, Phase
from services.chassis.operations import serve
from services.dispatch import messages
from services.dispatch.actions import probing
from services.dispatch.domain.probing import Probe
from services.dispatch.domain.system_alarms import SystemAlarm
from services.dispatch.metrics import SYSTEM_ALARMS
from services.dispatch.store import tables
from services.dispatch.watch.synthetic_sos import SyntheticSos
from tests.flow.dispatch.builders import signal, sos
from tests.flow.dispatch.world import World, served, until

UNTOUCHED = ("incidents", "tasks", "assignments", "units", "events", "outbox", "incident_signals", "decisions")


def a_probe(signal_id: str) -> Any:
    """A synthetic SOS as the urgent lane brings it."""
    return signal(
        Nature.SOS,
        SYNTHETIC_DEVICE,
        signal_id=signal_id,
        device_kind=DeviceKind.SYSTEM,
        phase=Phase.HEARTBEAT,
        site=None,
        sector=None,
        position=None,
    )


async def arrives(world: World, signal_id: str) -> None:
    """Dispatch takes one probe from the urgent lane."""
    report = messages.report_of_signal(a_probe(signal_id))
    await world.do(lambda work: probing.receive(work, report, world.times))


async def shown(world: World) -> list[dict[str, Any]]:
    """What the synthetic tablet was shown."""
    rows = await world.rows(select(tables.stream).where(tables.stream.c.kind == "synthetic_sos"))
    return [row["data"] for row in rows]


async def test_a_probe_engages_and_leaves_no_trace(world: World) -> None:
    """A unit is found, and afterwards every table but the stream is as it was: units, epochs, cards, outbox."""
    await world.urgent(sos("real"))
    before = {name: await world.rows(tables.metadata.tables[f"dispatch.{name}"]) for name in UNTOUCHED}
    await arrives(world, "probe-1")
    assert await shown(world) == [{"signal_id": "probe-1", "tried": "engaged"}]
    after = {name: await world.rows(tables.metadata.tables[f"dispatch.{name}"]) for name in UNTOUCHED}
    assert after == before


async def test_by_the_second_path_it_opens_nothing_either(world: World) -> None:
    """While Kafka is away ingest tells dispatch of urgent signals itself: a probe among them is tried, not opened."""
    answer = await world.http.post("/v1/urgent", json=a_probe("probe-1").model_dump(mode="json"))
    assert (answer.status_code, answer.json()) == (202, {"signal_id": "probe-1", "incident_id": None})
    assert await shown(world) == [{"signal_id": "probe-1", "tried": "engaged"}]
    assert await world.rows(tables.incidents) == []


async def test_without_a_free_unit_it_says_so(world: World) -> None:
    """The way works, nobody is free: that is told, and is no failure."""
    await world.only_units()
    await arrives(world, "probe-1")
    assert await shown(world) == [{"signal_id": "probe-1", "tried": "no_unit_free"}]


async def test_somebody_elses_lock_is_not_waited_for(world: World) -> None:
    """While the fleet is locked for long, the probe gives up within a moment and holds up no real SOS behind it."""
    async with world.direct.begin() as other:
        await other.execute(text("SELECT * FROM dispatch.units FOR UPDATE"))
        async with asyncio.timeout(1.5):
            await arrives(world, "probe-1")
    assert await shown(world) == [{"signal_id": "probe-1", "tried": "failed"}]
    assert await world.urgent(sos("after")) is not None


class Ingest:
    """A stand-in for ingest's door, which a test can break: what it accepts, dispatch takes at once."""

    def __init__(self, world: World) -> None:
        self.world, self.up, self.loses = world, True, False
        self.app = FastAPI()
        self.app.post("/v1/synthetic-sos")(self.accept)

    async def accept(self, body: dict[str, str]) -> Any:
        """202 with the signal's id."""
        if not self.up:
            return Response(status_code=503)
        if not self.loses:
            await arrives(self.world, body["probe"])
        return [{"signal_id": body["probe"], "repeat": False}]

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """Its URL."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        stop = asyncio.Event()
        running = asyncio.create_task(serve(self.app, "127.0.0.1", port, stop, drain_s=1))

        async def opened() -> bool:
            with socket.socket() as door:
                return door.connect_ex(("127.0.0.1", port)) == 0

        try:
            await until(opened, "the stand-in did not open")
            yield f"http://127.0.0.1:{port}"
        finally:
            stop.set()
            await asyncio.wait_for(running, 10)


def prober(world: World, door: str, ingest: str) -> SyntheticSos:
    """The loop as a dispatch process has it."""
    changes = {"vigie_peers": {"ingest": ingest}, "dispatch_public_urls": door}
    return SyntheticSos(world.engine, world.library, world.settings.model_copy(update=changes), world.health)


def rings() -> float | None:
    """What an alert sees of it."""
    return REGISTRY.get_sample_value("vigie_dispatch_system_alarms", {"alarm": SystemAlarm.SYNTHETIC_SOS})


async def alarms(world: World) -> list[str]:
    """States of the incidents of nature system."""
    table = tables.incidents
    found = await world.rows(select(table).where(table.c.nature == Nature.SYSTEM).order_by(table.c.opened_at))
    return [row["state"] for row in found]


@pytest.mark.parametrize(("broken", "result"), [("up", Probe.REFUSED), ("loses", Probe.LATE)])
async def test_a_broken_hop_raises_a_p1_that_ends(
    world: World, broken: str, result: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refused at the door, or lost on the way: twice in a row and a P1 stands, until the next one arrives."""
    monkeypatch.setattr("services.dispatch.watch.synthetic_tablet.LATE_S", 1.5)
    ingest = Ingest(world)
    async with served(world) as door, ingest.serving() as url:
        loop = prober(world, door, url)
        assert await loop.round() is Probe.ARRIVED
        total = "vigie_dispatch_synthetic_sos_total"
        assert None not in {REGISTRY.get_sample_value(total, {"result": each}) for each in Probe}, "an alert sees a 0"
        assert await alarms(world) == []
        setattr(ingest, broken, broken == "loses")
        assert await loop.round() is result
        assert await alarms(world) == []
        assert await loop.round() is result
        assert await alarms(world) == ["open"]
        assert rings() == 1
        assert world.health.report()["checks"]["synthetic_sos"]["state"] == "degraded"
        setattr(ingest, broken, broken != "loses")
        assert await loop.round() is Probe.ARRIVED
        assert await alarms(world) == ["resolved"]
        assert rings() == 0
        SYSTEM_ALARMS.labels(SystemAlarm.SYNTHETIC_SOS).set(1)
        assert await prober(world, door, url).round() is None, "the lease is another's"
        assert rings() == 0, "who does not probe does not ring"
