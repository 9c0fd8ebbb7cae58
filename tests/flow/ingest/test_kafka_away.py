"""Ingest with a real Kafka that is stopped, killed and never there: nothing acknowledged is lost, nobody waits long."""

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.flow.ingest.conftest import OwnKafka
from tests.flow.ingest_world import Reader, RunningIngest, apply_pack, tell, until
from tests.unit.ingest import frames

NO_MQTT = "mqtt://127.0.0.1:9"


@pytest.fixture
async def ingest(own_kafka: OwnKafka, tmp_path: Path) -> AsyncIterator[RunningIngest]:
    """One process, ready, with the small pack; no dispatch."""
    apply_pack(own_kafka.servers)
    process = RunningIngest(own_kafka.servers, NO_MQTT, tmp_path, DISPATCH_URLS=" ")
    await process.start()
    try:
        yield process
    finally:
        own_kafka.thaw()
        assert process.stop() == 0, process.log[-3000:]


async def call(client: httpx.AsyncClient, device: str, number: int, nature: str = "lamp_out") -> tuple[str, float]:
    """One signal; its id and the seconds that its answer took."""
    began = time.monotonic()
    answer = await client.post("/v1/signals", json={"device": device, "nature": nature, "sequence": number})
    assert answer.status_code == 202, answer.text
    return answer.json()[0]["signal_id"], time.monotonic() - began


async def journal_of(client: httpx.AsyncClient, *allowed: int) -> dict[str, Any]:
    """Health's check; the process stays in rotation (200) unless told otherwise."""
    answer = await client.get("/health/ready")
    assert answer.status_code in (allowed or (200,)), answer.text
    found: dict[str, Any] = answer.json()["checks"]["journal"]
    return found


async def test_stopped_broker(own_kafka: OwnKafka, ingest: RunningIngest) -> None:
    """SIGSTOP for seconds: each signal is answered within 2 s, the later ones at once; all arrive, in order."""
    async with httpx.AsyncClient(base_url=ingest.url, timeout=10) as client:
        own_kafka.freeze()
        told = [await call(client, f"away-{number % 3}", number) for number in range(60)]
        assert max(seconds for _, seconds in told) < 2.0
        assert sorted(seconds for _, seconds in told)[55] < 0.5
        urgent_id, seconds = await call(client, "away-sos", 1, "panic")
        assert seconds < 2.0
        held = await journal_of(client)
        assert held["state"] == "degraded"
        assert "61 signaux attendent" in held["detail"]
        own_kafka.thaw()

        async def drained() -> bool:
            return bool((await journal_of(client))["state"] == "ready")

        await until(drained, f"not drained: {ingest.log[-2000:]}", seconds=40)
        direct_id, _ = await call(client, "away-0", 60)
    reader = Reader(own_kafka.servers, "signals", from_start=True)
    wanted = {f"away-{device}": [id_ for n, (id_, _) in enumerate(told) if n % 3 == device] for device in range(3)}
    wanted["away-0"].append(direct_id)
    for device, ids in wanted.items():
        first_seen = list(dict.fromkeys(signal.signal_id for signal in reader.signals(device)))
        assert first_seen == ids
    assert {signal.signal_id for signal in reader.signals("away-sos")} == {urgent_id}
    reader.close()


async def test_kill_9_while_the_journal_holds(own_kafka: OwnKafka, ingest: RunningIngest) -> None:
    """Killed with Kafka stopped: what was acknowledged is drained by the next start."""
    own_kafka.freeze()
    async with httpx.AsyncClient(base_url=ingest.url, timeout=10) as client:
        told = [(await call(client, "killed", number))[0] for number in range(30)]
    ingest.kill()
    own_kafka.thaw()
    await ingest.start()
    assert "journal_left_over" in ingest.log
    reader = Reader(own_kafka.servers, "signals", from_start=True)

    async def arrived() -> bool:
        return {signal.signal_id for signal in reader.signals("killed")} == set(told)

    await until(arrived, f"not drained: {ingest.log[-2000:]}", seconds=40)
    assert list(dict.fromkeys(signal.signal_id for signal in reader.signals("killed"))) == told
    reader.close()


async def test_a_start_beside_kafka_is_not_called_degraded(own_kafka: OwnKafka, tmp_path: Path) -> None:
    """It waits, then it is ready: whoever asks the doctor just after a start is not sent to look for a fault."""
    apply_pack(own_kafka.servers)
    process = RunningIngest(own_kafka.servers, NO_MQTT, tmp_path, DISPATCH_URLS=" ")
    await process.start(ready=False)
    seen: list[str] = []
    async with httpx.AsyncClient(base_url=process.url, timeout=10) as client:

        async def ready() -> bool:
            seen.append((await client.get("/health/ready")).json()["checks"]["kafka"]["state"])
            return seen[-1] == "ready"

        await until(ready, "Kafka is not reached")
    assert process.stop() == 0, process.log[-3000:]
    assert set(seen) <= {"waiting", "ready"}


async def test_without_any_kafka(tmp_path: Path) -> None:
    """Started without Kafka, pack and dispatch: panels and kiosks are acknowledged from the journal; it stays."""
    process = RunningIngest("127.0.0.1:9", NO_MQTT, tmp_path, INGEST_PACK_GRACE_S="0", DISPATCH_URLS=" ")
    await process.start(ready=False)
    try:
        async with httpx.AsyncClient(base_url=process.url, timeout=10) as client:
            answer = await client.post("/v1/kiosks/fi-kiosk/calls", json={"nature": "sos"})
            assert answer.status_code == 202
            assert b'"ACK"' in await tell(process.dc09_port, frames.plain("Nri1/BA02", account="F70001"))
            assert "2 signaux attendent" in (await journal_of(client, 200, 503))["detail"]

            async def reachable() -> bool:
                return (await client.get("/health/ready")).status_code == 200

            await until(reachable, "devices would not reach us")
    finally:
        began = time.monotonic()
        assert process.stop() == 0
        assert time.monotonic() - began < 10, "a stop waits for no Kafka"
