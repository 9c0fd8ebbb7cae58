"""Ingest on real Kafka and a real MQTT broker: every door, until the record is on its topic."""

import asyncio
import json
import os
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import Flag, Phase
from tests.flow.ingest_world import KEY, Reader, RunningIngest, apply_pack, publish, tell, until
from tests.flow.mqtt_wire import WireTap
from tests.unit.ingest import frames


@pytest.fixture(scope="module")
async def ingest(kafka: str, mqtt: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningIngest]:
    """One process for the module, ready, with the small pack."""
    apply_pack(kafka)
    process = RunningIngest(kafka, mqtt, tmp_path_factory.mktemp("ingest"))
    await process.start()
    yield process
    assert process.stop() == 0, process.log[-3000:]


@pytest.fixture
def signals(kafka: str) -> Iterator[Reader]:
    """Topic `signals` from now on."""
    reader = Reader(kafka, "signals")
    yield reader
    reader.close()


@pytest.fixture
def urgent(kafka: str) -> Iterator[Reader]:
    """Topic `alarms.urgent` from now on."""
    reader = Reader(kafka, "alarms.urgent")
    yield reader
    reader.close()


@pytest.fixture
def dead(kafka: str) -> Iterator[Reader]:
    """Topic `signals.dead` from now on."""
    reader = Reader(kafka, "signals.dead")
    yield reader
    reader.close()


@pytest.fixture
async def http(ingest: RunningIngest) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the HTTP doors."""
    async with httpx.AsyncClient(base_url=ingest.url) as client:
        yield client


async def test_fire_frame_over_tcp(ingest: RunningIngest, signals: Reader, urgent: Reader) -> None:
    """A fire frame is acknowledged once it is durable; it is on both topics under one id.

    On a slow machine its journal may have taken it first: then both topics have it a moment later, perhaps twice.
    """
    answer = await tell(ingest.dc09_port, frames.plain("Nri1/FA01", account="F70001", at=datetime.now(UTC)))
    assert answer == frames.envelope(b'"ACK"0001L0#F70001[]')

    async def on_both() -> bool:
        return all([await asyncio.to_thread(topic.signals, "fi-panel") for topic in (signals, urgent)])

    await until(on_both, "a topic has not got it")
    copies = [*signals.signals("fi-panel"), *urgent.signals("fi-panel")]
    assert len({copy.signal_id for copy in copies}) == 1
    for copy in copies:
        assert (copy.nature, copy.zone, copy.place, copy.flags) == (Nature.FIRE, "01", "Hall", ())


async def test_encrypted_frame_over_udp(ingest: RunningIngest, signals: Reader) -> None:
    """An encrypted datagram is answered encrypted, to its sender."""
    answers: asyncio.Queue[bytes] = asyncio.Queue()

    class Panel(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, addr: object) -> None:
            answers.put_nowait(data)

    address = ("127.0.0.1", ingest.dc09_port)
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(Panel, remote_addr=address)
    transport.sendto(frames.encrypted("Nri1/BA02", datetime.now(UTC), account="F70002", key=KEY, sequence=42))
    answer = await asyncio.wait_for(answers.get(), 5)
    transport.close()
    assert answer[9:].startswith(b'"*ACK"0042L0#F70002[')
    (signal_,) = signals.signals("fi-sealed")
    assert (signal_.nature, signal_.place) == (Nature.INTRUSION, "Canteen")


async def test_frames_in_one_segment_with_a_damaged_one_between(
    ingest: RunningIngest, signals: Reader, dead: Reader
) -> None:
    """A damaged frame between two good ones is kept aside and hurts neither; both are answered in order."""
    good = [frames.plain("Nri1/BA02", account="F70001", sequence=number) for number in (201, 203)]
    bad = frames.plain("Nri1/BA02", account="F70001", sequence=202, wrong_crc=True)
    answer = await tell(ingest.dc09_port, good[0] + bad + good[1], answers=2)
    assert answer == frames.envelope(b'"ACK"0201L0#F70001[]') + frames.envelope(b'"ACK"0203L0#F70001[]')
    assert [found.mark for found in signals.signals("fi-panel")] == ["0201", "0203"]
    assert [letter.reason for letter in dead.dead()] == ["crc_mismatch"]


async def test_kiosk_and_its_repeat(http: httpx.AsyncClient, signals: Reader, urgent: Reader) -> None:
    """A repeated press is answered with the same id and stored once; its other button is another signal."""
    call = {"call_id": "c-1", "nature": "sos", "at": "2026-05-04T21:12:03Z"}
    first, again = [await http.post("/v1/kiosks/fi-kiosk/calls", json=call) for _ in range(2)]
    other = await http.post("/v1/kiosks/fi-kiosk/calls", json={**call, "nature": "access"})
    assert [first.status_code, again.status_code, other.status_code] == [202, 202, 202]
    assert first.json()[0]["repeat"] is False
    assert again.json() == [{"signal_id": first.json()[0]["signal_id"], "repeat": True}]
    natures = [found.nature for found in signals.signals("fi-kiosk")]
    assert natures == [Nature.KIOSK_SOS, Nature.ACCESS_CALL]
    assert {copy.nature for copy in urgent.signals("fi-kiosk")} == {Nature.KIOSK_SOS}


async def test_sos_with_positions_and_cancel(http: httpx.AsyncClient, signals: Reader, urgent: Reader) -> None:
    """An SOS is placed by its position; what follows keeps its subject and takes both lanes; nobody is named."""
    at = datetime.now(UTC).isoformat()
    body = {"lat": 43.1, "lon": 4.1, "accuracy_m": 12, "at": at, "person": "+33600000000"}
    sos_id = (await http.post("/v1/sos", json=body)).json()[0]["sos_id"]
    moved = {"lat": 43.5, "lon": 5.0, "accuracy_m": 300, "at": at}
    assert (await http.post(f"/v1/sos/{sos_id}/positions", json=moved)).status_code == 202
    assert (await http.post(f"/v1/sos/{sos_id}/cancel")).status_code == 202
    found = signals.signals(f"sos:{sos_id}")
    assert [(one.phase, one.subject, one.sector) for one in found] == [
        (Phase.RAISE, sos_id, "fi-sector"),
        (Phase.UPDATE, sos_id, "fi-sector"),
        (Phase.CANCEL, sos_id, "fi-sector"),
    ]
    assert found[1].flags == (Flag.POSITION_INACCURATE,)
    assert found[1].position is not None
    assert found[1].position.lat == 43.5
    assert "+33600000000" not in found[0].model_dump_json()
    assert len(urgent.signals(f"sos:{sos_id}")) >= 3


async def test_list_of_signals(http: httpx.AsyncClient, signals: Reader) -> None:
    """A thousand signals get a thousand results; a wrong one among them fails alone."""
    items = [{"device": f"fi-lamp-{number}", "nature": "lamp_out", "sequence": number} for number in range(1000)]
    items[500] = {"device": "fi-lamp-500", "nature": "no such nature"}
    answer = await http.post("/v1/signals", json=items)
    assert answer.status_code == 202
    results = answer.json()
    assert [number for number, result in enumerate(results) if "error" in result] == [500]
    assert len({result["signal_id"] for result in results if "error" not in result}) == 999
    stored = [found for found in signals.read() if getattr(found, "device", "").startswith("fi-lamp-")]
    assert len(stored) == 999


async def test_trace_goes_on_in_kafka(ingest: RunningIngest, http: httpx.AsyncClient) -> None:
    """A caller's traceparent is the parent of the request's span, and that one of ingest's."""
    trace = "0af7651916cd43dd8448eb211c80319c"
    headers = {"traceparent": f"00-{trace}-b7ad6b7169203331-01"}
    await http.post("/v1/signals", json={"device": "fi-traced", "nature": "lamp_out"}, headers=headers)

    async def written() -> bool:
        spans = {span["span_id"]: span for span in map(json.loads, ingest.traces.splitlines())}
        received = [s for s in spans.values() if s["name"] == "ingest.receive" and s["trace_id"] == trace]
        return any(spans.get(s["parent_id"], {}).get("parent_id") == "b7ad6b7169203331" for s in received)

    await until(written, "the span was not exported")


async def test_camera_object_over_mqtt(mqtt: str, ingest: RunningIngest, signals: Reader, dead: Reader) -> None:
    """New, update, end of one object: raised once under its id, updated when something changed, and no more."""
    after = {"id": "1.5-abc", "camera": "cam-testdrive", "label": "goat", "top_score": 0.4, "entered_zones": []}
    sequence = [
        ("new", after),
        ("update", {**after, "top_score": 0.72}),
        ("update", {**after, "top_score": 0.73}),
        ("update", {**after, "top_score": 0.73, "entered_zones": ["barn"]}),
        ("end", {**after, "top_score": 0.73, "entered_zones": ["barn"]}),
    ]
    messages = [json.dumps({"type": kind, "before": after, "after": now}) for kind, now in sequence]
    publish(mqtt, "frigate/events", ["this is no event", *messages])

    async def seen() -> bool:
        return len(signals.signals("fi-cam")) >= 3

    await until(seen, f"no camera signals: {ingest.log[-2000:]}")
    found = signals.signals("fi-cam")
    assert [(one.phase, one.attributes["change"]) for one in found] == [
        (Phase.RAISE, "raised"),
        (Phase.UPDATE, "zone_entered"),
        (Phase.UPDATE, "ended"),
    ]
    assert {(one.subject, one.mark, one.use_case) for one in found} == {("1.5-abc", "1.5-abc", "goats")}
    assert any("frigate/events" in letter.reason for letter in dead.dead())


async def test_silent_panel_becomes_a_fault(ingest: RunningIngest, signals: Reader) -> None:
    """A panel that misses its supervision raises one fault; when it is heard again the fault is restored."""
    null = frames.envelope(b'"NULL"0000L0#F70003[]')
    await tell(ingest.dc09_port, null)
    before = len(signals.signals("fi-watched"))  # it may have been silent, and restored just now

    async def phases(wanted: set[Phase]) -> bool:
        return {one.phase for one in signals.signals("fi-watched")[before:]} == wanted

    await until(lambda: phases({Phase.RAISE}), "no fault", seconds=30)
    await tell(ingest.dc09_port, null)
    await until(lambda: phases({Phase.RAISE, Phase.RESTORE, Phase.HEARTBEAT}), "no restore")
    assert len(signals.signals("fi-watched")) == before + 3


async def test_nothing_is_acknowledged_without_kafka(mqtt: str, tmp_path: Path) -> None:
    """Without Kafka and room in the journal: 503 with Retry-After, panels get no answer; devices still reach us."""
    settings = {"INGEST_PACK_GRACE_S": "0", "INGEST_ACKNOWLEDGE_WITHIN_S": "0.3", "INGEST_JOURNAL_MAX_BYTES": "0"}
    process = RunningIngest("127.0.0.1:9", mqtt, tmp_path, **settings)
    await process.start(ready=False)
    try:
        async with httpx.AsyncClient(base_url=process.url) as client:

            async def degraded() -> bool:
                return bool((await client.get("/health/ready")).json()["status"] == "degraded")

            await until(degraded, "not said to be degraded")
            answer = await client.post("/v1/kiosks/fi-kiosk/calls", json={"nature": "sos"})
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
            assert answer.headers["content-type"] == "application/problem+json"
        assert await tell(process.dc09_port, frames.plain("Nri1/BA02", account="F70001"), seconds=1.0) == b""
    finally:
        assert process.stop() == 0


@pytest.mark.parametrize("reachable", [True, False])
async def test_puback_only_once_durable(kafka: str, mqtt: str, tmp_path: Path, reachable: bool) -> None:
    """A camera's message is acknowledged to the broker once Kafka has it; without Kafka and journal never."""
    apply_pack(kafka)
    servers = kafka if reachable else "127.0.0.1:9"
    payloads = [
        json.dumps({"type": "new", "after": {"id": f"p{number}", "camera": "cam-testdrive", "label": "goat"}})
        for number in range(3)
    ]
    async with WireTap(mqtt) as tap:
        process = RunningIngest(servers, tap.url, tmp_path, INGEST_PACK_GRACE_S="0", INGEST_JOURNAL_MAX_BYTES="0")
        await process.start(ready=reachable)

        async def connected() -> bool:
            return "mqtt_connected" in process.log

        async def handled() -> bool:
            return tap.pubacks >= 3 if reachable else process.log.count("signal_not_acknowledged") >= 3

        await until(connected, "no MQTT session")
        await asyncio.to_thread(publish, mqtt, "frigate/events", payloads)
        await until(handled, f"{tap.pubacks} PUBACKs: {process.log[-2000:]}")
        assert tap.pubacks == (3 if reachable else 0)
        assert process.stop() == 0
        assert tap.pubacks == (3 if reachable else 0)


@pytest.mark.parametrize("variable", ["INGEST_HTTP_PORT", "INGEST_DC09_PORT"])
async def test_taken_port_is_one_sentence(variable: str, tmp_path: Path) -> None:
    """A taken port ends the process at once with a sentence that says what to change, and exit code 2."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        env = {variable: str(other.getsockname()[1]), "VIGIE_STATE_DIR": str(tmp_path)}
        env |= {"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9", "MQTT_URL": "mqtt://127.0.0.1:9"}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "services.ingest", env={**os.environ, **env}, stderr=asyncio.subprocess.PIPE
        )
        _, said = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 2
    assert any(line.startswith("Port occupé") and variable in line for line in said.decode().splitlines())
    assert "Traceback" not in said.decode()


async def test_kill_9_loses_no_acknowledged_signal(kafka: str, mqtt: str, signals: Reader, tmp_path: Path) -> None:
    """Panels repeat until acknowledged while ingest is killed three times: all is stored, doubles are recognisable."""
    apply_pack(kafka)
    process = RunningIngest(kafka, mqtt, tmp_path)
    await process.start()
    marks = [f"{9000 + number}" for number in range(1, 121)]
    panels = [asyncio.create_task(insist(process.dc09_port, part)) for part in (marks[::3], marks[1::3], marks[2::3])]
    for wanted in (20, 50, 80):

        async def enough(wanted: int = wanted) -> bool:
            return len(signals.signals("fi-panel")) >= wanted

        await until(enough, f"{wanted} signals did not come")
        process.kill()
        await process.start()
    await asyncio.wait_for(asyncio.gather(*panels), 60)
    assert process.stop() == 0
    stored = signals.signals("fi-panel")
    assert {one.mark for one in stored} == set(marks)
    # What was stored but not acknowledged when the process died is stored again, under the same fingerprint.
    assert len({one.fingerprint for one in stored}) == len(marks)
    assert len(stored) <= len(marks) + 3 * len(panels)


async def insist(port: int, marks: list[str]) -> None:
    """One panel: sends each frame again every half second until it is acknowledged, like a real one."""
    for mark in marks:
        frame = frames.plain("Nri1/BA02", account="F70001", sequence=int(mark))
        answer = b""
        while b'"ACK"' not in answer:
            try:
                answer = await tell(port, frame, seconds=0.5)
            except OSError:
                await asyncio.sleep(0.05)  # refused: the process is starting
