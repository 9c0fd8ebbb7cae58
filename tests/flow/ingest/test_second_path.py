"""Urgent signals reach a real dispatch while Kafka is stopped, once, also under load; `signals` gets them later."""

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import psycopg
import pytest

from tests.flow.ingest.conftest import OwnKafka
from tests.flow.ingest_world import Reader, until
from tests.stack.running import StackProcess, start_stack

PARTS = "kafka,postgres,mqtt,topics,migrate-dispatch,dispatch,pack,ingest"


@pytest.fixture(scope="module")
def dispatching(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackProcess]:
    """Ingest and a dispatch that asks who is there; no triage."""
    stack = start_stack(tmp_path_factory.mktemp("second-path"), PARTS, {"VIGIE_ACCOUNTS": "demo"})
    try:
        yield stack
    finally:
        OwnKafka(stack).thaw()
        stack.stop()


async def test_kiosk_sos_with_kafka_stopped(dispatching: StackProcess) -> None:
    """The press is answered within 2 s and has its incident before Kafka is back; then nothing is opened again."""
    kafka = OwnKafka(dispatching)
    token = (dispatching.var / "secrets" / "DISPATCH_SERVICE_TOKEN").read_text().strip()
    door = dispatching.facts["dispatch_urls"][0]
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(timeout=10, headers=headers) as client:

        async def fate(signal_id: str) -> str | None:
            answer = await client.get(f"{door}/v1/signals/{signal_id}")
            return None if answer.status_code == 404 else str(answer.json()["incident_id"])

        kafka.freeze()
        began = time.monotonic()
        call = {"nature": "sos", "call_id": "second-path"}
        ingest = dispatching.facts["ingest_url"]
        answer = await client.post(f"{ingest}/v1/kiosks/borne-charrons/calls", json=call)
        assert (answer.status_code, time.monotonic() - began < 2.0) == (202, True)
        signal_id = answer.json()[0]["signal_id"]

        async def known() -> bool:
            return await fate(signal_id) is not None

        await until(known, "dispatch does not know it")
        incident = await fate(signal_id)
        kafka.thaw()

        async def drained() -> bool:
            report = (await client.get(f"{ingest}/health/ready")).json()
            return bool(report["checks"]["journal"]["state"] == "ready")

        await until(drained, "the journal was not drained", seconds=40)
        reader = Reader(dispatching.kafka, "signals", from_start=True)
        assert signal_id in {found.signal_id for found in reader.signals("borne-charrons")}
        reader.close()
        assert await fate(signal_id) == incident
        with psycopg.connect(dispatching.database_url) as database:
            assert database.execute("SELECT count(*) FROM dispatch.incidents").fetchone() == (1,)


async def test_every_sos_is_taken_under_load_with_kafka_stopped(dispatching: StackProcess) -> None:
    """60 signals a second, the broker stopped: each SOS is answered in time, dispatch has it, `signals` gets all."""
    kafka, ingest = OwnKafka(dispatching), dispatching.facts["ingest_url"]
    token = (dispatching.var / "secrets" / "DISPATCH_SERVICE_TOKEN").read_text().strip()
    routine: list[str] = []
    stop = asyncio.Event()
    async with httpx.AsyncClient(base_url=ingest, timeout=20) as devices:

        async def crowd(device: str) -> None:
            while not stop.is_set():
                answer = await devices.post("/v1/signals", json={"device": device, "nature": "lamp_out"})
                assert answer.status_code == 202, answer.text
                routine.append(answer.json()[0]["signal_id"])
                await asyncio.sleep(0.1)

        async def press(number: int) -> tuple[str, float]:
            await asyncio.sleep(number * 0.3)
            began = time.monotonic()
            body = {"lat": 49.1, "lon": 6.1 + number / 100, "accuracy_m": 10, "at": datetime.now(UTC).isoformat()}
            answer = await devices.post("/v1/sos", json=body)
            assert answer.status_code == 202, answer.text
            return answer.json()[0]["signal_id"], time.monotonic() - began

        crowds = [asyncio.create_task(crowd(f"load-{number}")) for number in range(6)]
        kafka.freeze()
        pressed = await asyncio.gather(*(press(number) for number in range(20)))
        assert max(seconds for _, seconds in pressed) < 2.0
        urgent = {signal_id for signal_id, _ in pressed}
        async with httpx.AsyncClient(timeout=10, headers={"Authorization": f"Bearer {token}"}) as room:

            async def all_known() -> bool:
                door = dispatching.facts["dispatch_urls"][0]
                answers = [await room.get(f"{door}/v1/signals/{signal_id}") for signal_id in urgent]
                return all(answer.status_code == 200 for answer in answers)

            await until(all_known, "dispatch does not know them all while Kafka is stopped", seconds=20)
        kafka.thaw()
        stop.set()
        await asyncio.gather(*crowds)

        async def drained() -> bool:
            try:
                report = (await devices.get("/health/ready")).json()
            except httpx.TransportError:
                return False  # an idle connection that ingest closes as we ask: a client asks again
            return bool(report["checks"]["journal"]["state"] == "ready")

        await until(drained, "the journal was not drained", seconds=40)
    reader = Reader(dispatching.kafka, "signals", from_start=True)
    stored = {getattr(found, "signal_id", "") for found in await asyncio.to_thread(reader.read)}
    reader.close()
    assert urgent | set(routine) <= stored
