"""Two ingest processes on one Kafka: a device heard by one is heard by both, and its silence is reported once."""

import asyncio
from pathlib import Path

from schemas.vocabulary.signals import Phase
from services.ingest.hearing import partition_of
from tests.flow.ingest.test_kafka_away import NO_MQTT
from tests.flow.ingest_world import Reader, RunningIngest, apply_pack, tell, until
from tests.unit.ingest import frames

NULL = frames.envelope(b'"NULL"0000L0#F70003[]')


async def test_silence_is_reported_once(kafka: str, tmp_path: Path) -> None:
    """Heartbeats that alternate between two doors raise nothing; their end raises one fault, the next restores it."""
    apply_pack(kafka)
    processes = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        processes.append(RunningIngest(kafka, NO_MQTT, folder, DISPATCH_URLS=" "))
    try:
        await asyncio.gather(*(process.start() for process in processes))

        async def shared_out() -> bool:
            return all('"event": "hearing_begins"' in process.log for process in processes)

        await until(shared_out, "not both hear", seconds=40)
        reader = Reader(kafka, "signals")

        def phases() -> list[Phase]:
            return [found.phase for found in reader.signals("fi-watched") if found.phase is not Phase.HEARTBEAT]

        # 16 s by the device's period of 10 s; each door hears it every 8 s only, so that neither alone would do.
        for beat in range(8):
            await tell(processes[(beat // 2) % 2].dc09_port, NULL)
            await asyncio.sleep(2.0)
        assert phases() == []

        async def reported(wanted: list[Phase]) -> bool:
            return phases() == wanted

        await until(lambda: reported([Phase.RAISE]), "no fault", seconds=40)
        await tell(processes[1].dc09_port, NULL)
        await until(lambda: reported([Phase.RAISE, Phase.RESTORE]), "no restore", seconds=20)
        assert reader.partitions("fi-watched") == {partition_of("fi-watched", 12)}
        reader.close()
    finally:
        codes = [process.stop() for process in processes]
    assert codes == [0, 0], "".join(process.log[-1500:] for process in processes)
