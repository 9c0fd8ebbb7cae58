"""`VIGIE_INGESTS=2`: devices use two doors, go to the other when theirs dies, and both journals are drained."""

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from demo.ledger import Ledger, Sent, Way
from demo.pulse import Pulse
from demo.senders.devices import Devices
from demo.senders.panels import Panel
from demo.senders.turns import own_first
from demo.settings import Doors, read_doors
from schemas.messages.signal import Signal
from tests.flow.bad_input.camera_cases import event
from tests.flow.ingest.conftest import OwnKafka
from tests.flow.ingest_world import Reader, apply_pack, publish, until
from tests.stack.running import StackProcess, start_stack

INGESTS = ("ingest", "ingest-2")
SENSORS = tuple(f"door-sensor-{number}" for number in range(8))


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackProcess]:
    """Two ingest processes, a broker and MQTT of their own, and the small pack, which comes once they are up."""
    env = {"VIGIE_INGESTS": "2", "INGEST_PACK_GRACE_S": "0"}
    stack = start_stack(tmp_path_factory.mktemp("two-doors"), "kafka,mqtt,topics,ingest", env)
    try:
        apply_pack(stack.kafka)
        # Until a process holds the pack it names a panel by its account.
        deadline = time.monotonic() + 30
        while not all('"pack_held"' in (stack.var / "log" / f"{name}.log").read_text() for name in INGESTS):
            assert time.monotonic() < deadline, "not both hold the pack"
            time.sleep(0.05)
        yield stack
    finally:
        OwnKafka(stack).thaw()
        stack.stop()


class Town:
    """Devices that speak until told to stop."""

    def __init__(self, found: Doors, client: httpx.AsyncClient) -> None:
        self.ledger, self.stop = Ledger(), asyncio.Event()
        self._devices = Devices(client, found.ingest[0], self.ledger, Pulse(), "two", more=found.ingest[1:])
        first, *more = own_first("fi-panel", found.dc09)
        self._panel = Panel("fi-panel", "F70001", first, self.ledger, Pulse(), backups=tuple(more))

    def begin(self) -> list[asyncio.Task[None]]:
        """Each device on its own."""
        return [asyncio.create_task(self._alarms()), *(asyncio.create_task(self._sensor(name)) for name in SENSORS)]

    async def _sensor(self, name: str) -> None:
        while not self.stop.is_set():
            await self._devices.sensor(name, "lamp_out")
            await asyncio.sleep(0.1)

    async def _alarms(self) -> None:
        while not self.stop.is_set():
            await self._panel.report("Nri1/BA02", urgent=False, what="burglary")

    def acknowledged(self) -> list[Sent]:
        """What a device was told to be stored."""
        return [sent for sent in self.ledger.sent if sent.acknowledged_at is not None]


async def depths(client: httpx.AsyncClient, urls: tuple[str, ...]) -> list[float]:
    """Signals in each door's journal, by its metrics; -1 where the process does not answer."""
    return [await depth(client, url) for url in urls]


async def depth(client: httpx.AsyncClient, url: str) -> float:
    """One door's."""
    try:
        await client.get(f"{url}/health/ready")  # sets the gauge
        lines = (await client.get(f"{url}/metrics")).text.splitlines()
    except httpx.TransportError:
        return -1
    return next(float(line.split()[-1]) for line in lines if line.startswith("vigie_ingest_journal_entries"))


async def test_one_door_is_killed(doors: StackProcess) -> None:
    """With Kafka stopped both journals fill; one process is killed: its devices go to the other, and its journal is
    drained when it is back. All that was acknowledged is in `signals`."""
    kafka, found = OwnKafka(doors), read_doors(doors.var)
    assert len(found.ingest) == len(found.dc09) == 2
    async with httpx.AsyncClient(timeout=5) as client:
        town = Town(found, client)
        running = town.begin()

        async def heard(count: int) -> bool:
            return len(town.acknowledged()) >= count

        await until(lambda: heard(20), "devices are not heard")
        kafka.freeze()

        async def both_hold() -> bool:
            return min(await depths(client, found.ingest)) > 5

        await until(both_hold, "not both journals are used")
        doors.kill("ingest")
        # Every device is answered again, those of the killed process too.
        killed_at = asyncio.get_running_loop().time()

        async def all_go_on() -> bool:
            since = {sent.device for sent in town.acknowledged() if sent.sent_at > killed_at}
            return {*SENSORS, "fi-panel"} <= since

        await until(all_go_on, "devices of the killed process found no other")
        kafka.thaw()
        town.stop.set()
        await asyncio.gather(*running)

        async def drained() -> bool:
            return await depths(client, found.ingest) == [0, 0]

        await until(drained, "not both journals were drained", seconds=60)
    log = (doors.var / "log" / "ingest.log").read_text()
    assert "journal_left_over" in log
    reader = Reader(doors.kafka, "signals", from_start=True)
    stored = [message for message in await asyncio.to_thread(reader.read) if isinstance(message, Signal)]
    reader.close()
    told = town.acknowledged()
    assert {sent.signal_id for sent in told if sent.way is Way.HTTP} <= {signal.signal_id for signal in stored}
    frames = {signal.device_at for signal in stored if signal.device == "fi-panel"}
    assert {sent.device_at for sent in told if sent.way is Way.DC09} <= frames
    assert len({sent.device_at for sent in told if sent.way is Way.DC09}) > 2


async def test_a_cameras_message_is_one_signal_and_its_repeat(doors: StackProcess) -> None:
    """Both processes hear a camera; the fingerprint is the same, so that screening takes the second for a repeat."""
    reader = Reader(doors.kafka, "signals")
    async with httpx.AsyncClient(timeout=5) as client:

        async def both_listen() -> bool:
            urls = doors.facts["ingest_urls"]
            reports = [(await client.get(f"{url}/health/ready")).json()["checks"] for url in urls]
            return all(report["mqtt"]["state"] == "ready" and report["packs"]["state"] == "ready" for report in reports)

        await until(both_listen, "not both listen")
    number = int(datetime.now(UTC).timestamp())
    await asyncio.to_thread(publish, doors.mqtt_url, "frigate/events", [event(number).decode()])

    async def heard_twice() -> bool:
        return len(reader.signals("fi-cam")) == 2

    await until(heard_twice, "not heard by both")
    first, second = reader.signals("fi-cam")
    reader.close()
    assert first.fingerprint is not None
    assert (first.fingerprint, first.mark) == (second.fingerprint, second.mark)
