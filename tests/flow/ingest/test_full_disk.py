"""The journal on a real small file system that fills up: never a false answer, and it heals itself."""

import asyncio
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.flow.ingest.conftest import OwnKafka
from tests.flow.ingest.test_kafka_away import NO_MQTT, journal_of
from tests.flow.ingest_world import Reader, RunningIngest, apply_pack, until


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A tmpfs of 2 MB. Fails, and does not skip, where the machine lets nobody mount one."""
    folder = tmp_path / "state"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


async def test_disk_full(own_kafka: OwnKafka, small_disk: Path, tmp_path: Path) -> None:
    """With the disk full and Kafka stopped devices get 503; what got 202 before arrives, and then it works again."""
    apply_pack(own_kafka.servers)
    process = RunningIngest(own_kafka.servers, NO_MQTT, tmp_path, DISPATCH_URLS=" ")
    await process.start()
    try:
        own_kafka.freeze()
        acknowledged: list[str] = []
        refused = 0
        async with httpx.AsyncClient(base_url=process.url, timeout=20) as client:
            for block in range(80):
                items = [
                    {"device": f"full-{number % 9}", "nature": "lamp_out", "attributes": {"text": "x" * 400}}
                    for number in range(block * 50, block * 50 + 50)
                ]
                answer = await client.post("/v1/signals", json=items)
                if answer.status_code == 202:
                    acknowledged += [item["signal_id"] for item in answer.json() if "signal_id" in item]
                else:
                    assert answer.status_code == 503
                    refused += 1
                    if refused == 2:
                        break
            assert refused == 2
            assert len(acknowledged) > 100
            held = await journal_of(client)
            assert "impossible à écrire" in held["detail"]
            own_kafka.thaw()

            async def healed() -> bool:
                return bool((await journal_of(client))["state"] == "ready")

            await until(healed, f"not healed: {process.log[-2000:]}", seconds=60)
            answer = await client.post("/v1/signals", json={"device": "full-0", "nature": "lamp_out"})
            assert answer.status_code == 202
        reader = Reader(own_kafka.servers, "signals", from_start=True)
        stored = {getattr(found, "signal_id", "") for found in await asyncio.to_thread(reader.read)}
        reader.close()
        assert set(acknowledged) <= stored
    finally:
        own_kafka.thaw()
        assert process.stop() == 0, process.log[-3000:]
