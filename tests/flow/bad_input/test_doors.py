"""Each bad message through its real door: the answer, the bytes kept, the alarm raised, the next one unharmed."""

import asyncio
import base64
import itertools
import json
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import httpx
import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from schemas.messages.dead import DeadLetter
from schemas.messages.signal import Signal
from schemas.wire import Message
from tests.flow.bad_input.camera_cases import CAMERA, event
from tests.flow.bad_input.case import Case
from tests.flow.bad_input.http_cases import APP_SOS, GENERIC, KIOSK
from tests.flow.bad_input.panel_cases import panel_cases
from tests.flow.ingest_world import Reader, RunningIngest, apply_pack, tell
from tests.unit.ingest import frames

NUMBERS = itertools.count(1)
HTTP = [
    *(("/v1/sos", case, b'{"lat":43.1,"lon":4.1,"sos_id":"good-%d"}') for case in APP_SOS),
    *(("/v1/kiosks/fi-kiosk/calls", case, b'{"nature":"sos","call_id":"good-%d"}') for case in KIOSK),
    *(("/v1/signals", case, b'{"device":"fi-kiosk","nature":"panic","sequence":"good-%d"}') for case in GENERIC),
]
SECONDS = 30.0
DATAGRAM = 60_000
"""Bytes; UDP carries 65,507 at most."""


@pytest.fixture(scope="module")
async def ingest(kafka: str, mqtt: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningIngest]:
    """One process for the module: what hurts it would show in every case behind."""
    apply_pack(kafka)
    process = RunningIngest(kafka, mqtt, tmp_path_factory.mktemp("ingest"))
    await process.start()
    yield process
    assert process.stop() == 0, process.log[-3000:]


class Written:
    """What the process wrote since the last look."""

    def __init__(self, kafka: str) -> None:
        self._readers = [Reader(kafka, topic) for topic in ("signals", "signals.dead")]
        self._seen = [0, 0]
        self._known: set[str] = set()

    def new(self) -> list[Message]:
        """Signals and dead letters since the last call, each signal once.

        While Kafka is slow a signal goes to the journal as well, and from there once more under the same id, later.
        """
        found: list[Message] = []
        for number, reader in enumerate(self._readers):
            all_of_it = reader.read()
            found += all_of_it[self._seen[number] :]
            self._seen[number] = len(all_of_it)
        return [message for message in found if not isinstance(message, Signal) or self._asked(message)]

    def _asked(self, signal: Signal) -> bool:
        first = signal.signal_id not in self._known
        self._known.add(signal.signal_id)
        # The pack's supervised panel falls silent in some case or other.
        return first and signal.device != "fi-watched"

    def close(self) -> None:
        """Leaves the broker."""
        for reader in self._readers:
            reader.close()


@pytest.fixture(scope="module")
def written(kafka: str, ingest: RunningIngest) -> Iterator[Written]:
    """Both topics from now on."""
    found = Written(kafka)
    yield found
    found.close()


def check(case: Case, sent: bytes, found: list[Message], good: int) -> None:
    """Holds what was written against the case; `good` signals belong to the good messages behind the bad one."""
    signals = [message for message in found if isinstance(message, Signal)]
    letters = [message for message in found if isinstance(message, DeadLetter)]
    bad, behind = signals[: len(signals) - good], signals[len(signals) - good :]
    assert len(behind) == good, "the good message behind it was stored"
    assert [signal.nature for signal in bad] == ([] if case.raised is None else [case.raised])
    for signal in bad:
        assert case.flags <= set(signal.flags), signal.flags
        assert "\x00" not in signal.model_dump_json()
    assert len(letters) == (case.kept is not None), [letter.reason for letter in letters]
    for letter in letters:
        assert case.kept is not None
        assert case.kept in letter.reason
        raw = base64.b64decode(letter.raw)
        assert raw in sent
        assert bool(raw) == bool(sent)


@pytest.mark.parametrize(("path", "case", "good"), HTTP, ids=lambda value: getattr(value, "what", None))
async def test_http_doors(ingest: RunningIngest, written: Written, path: str, case: Case, good: bytes) -> None:
    """A bad request gets its answer, in words where it is refused; the good one behind it is stored."""
    number = next(NUMBERS)
    sent = case.sent.replace(b"{n}", str(number).encode())
    async with httpx.AsyncClient(base_url=ingest.url, timeout=30) as client:
        answer = await client.post(path, content=sent, headers={"content-type": "application/json"})
        behind = await client.post(path, content=good % number, headers={"content-type": "application/json"})
    assert (str(answer.status_code), behind.status_code) == (case.answer, 202), answer.text[:500]
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["title"]
    found = written.new()
    signals = sorted((m for m in found if isinstance(m, Signal)), key=lambda signal: signal.received_at)
    check(case, sent, [*signals, *(m for m in found if isinstance(m, DeadLetter))], good=1)


@pytest.mark.parametrize("case", panel_cases(), ids=lambda case: case.what)
async def test_panels(ingest: RunningIngest, written: Written, case: Case) -> None:
    """A bad frame gets its answer or none; a good one behind it in the same connection is acknowledged."""
    number = 2000 + next(NUMBERS)
    fresh = next(made for made in panel_cases() if made.what == case.what)
    behind = frames.plain("Nri1/BA02", account="F70001", sequence=number, at=datetime.now(UTC))
    answers = await tell(ingest.dc09_port, fresh.sent + behind, answers=1 if case.answer == "none" else 2, seconds=20)
    said = [part for part in answers.split(b"\r") if part]
    assert b'"ACK"%04d' % number in said[-1]
    if case.answer == "none":
        assert len(said) == 1
    else:
        assert case.answer.encode() in said[0]
    found = written.new()
    signals = sorted((m for m in found if isinstance(m, Signal)), key=lambda signal: signal.mark == f"{number:04d}")
    check(case, fresh.sent, [*signals, *(m for m in found if isinstance(m, DeadLetter))], good=1)


@pytest.mark.parametrize("case", panel_cases(), ids=lambda case: case.what)
async def test_panels_over_udp(ingest: RunningIngest, written: Written, case: Case) -> None:
    """The same in datagrams, which are answered alike; what is larger than one is cut."""
    number = 4000 + next(NUMBERS)
    sent = next(made for made in panel_cases(800) if made.what == case.what).sent[:DATAGRAM]
    behind = frames.plain("Nri1/BA02", account="F70001", sequence=number, at=datetime.now(UTC))
    said = await asyncio.to_thread(datagrams, ingest.dc09_port, [sent, behind], b'"ACK"%04d' % number)
    assert [case.answer.encode() in answer for answer in said[:-1]] == ([] if case.answer == "none" else [True])
    found = written.new()
    signals = sorted((m for m in found if isinstance(m, Signal)), key=lambda signal: signal.mark == f"{number:04d}")
    check(case, sent, [*signals, *(m for m in found if isinstance(m, DeadLetter))], good=1)


def datagrams(port: int, sent: list[bytes], last: bytes) -> list[bytes]:
    """Sends all from one panel; the answers up to the one that holds `last`, which comes for the last datagram."""
    answers = [b""]
    with socket.socket(type=socket.SOCK_DGRAM) as panel:
        panel.connect(("127.0.0.1", port))
        panel.settimeout(SECONDS)
        for one in sent:
            panel.send(one)
        while last not in answers[-1]:
            answers.append(panel.recv(65_535))
        panel.settimeout(0.5)
        with suppress(TimeoutError):
            answers.insert(1, panel.recv(65_535))  # that of an earlier one may be later
    return answers[1:]


@pytest.mark.parametrize("case", CAMERA, ids=lambda case: case.what)
async def test_cameras(ingest: RunningIngest, written: Written, mqtt: str, case: Case) -> None:
    """A bad message is acknowledged once it is kept or passed over; the good one behind it is stored."""
    number = 10_000 + next(NUMBERS)
    await asyncio.to_thread(publish, mqtt, [(case.topic, case.sent), ("frigate/events", event(number))])
    found: list[Message] = []
    deadline = time.monotonic() + SECONDS

    def there() -> bool:
        good = any(isinstance(m, Signal) and m.subject == f"bad-{number}" for m in found)
        # Two topics: the letter of the bad one may come behind the good one.
        return good and (case.kept is None or any(isinstance(m, DeadLetter) for m in found))

    while not there():
        assert time.monotonic() < deadline, found
        found += written.new()
        await asyncio.sleep(0.05)
    signals = sorted((m for m in found if isinstance(m, Signal)), key=lambda signal: signal.subject == f"bad-{number}")
    check(case, case.sent, [*signals, *(m for m in found if isinstance(m, DeadLetter))], good=1)


def publish(url: str, messages: list[tuple[str, bytes]]) -> None:
    """Publishes at QoS 1; returns once the broker has acknowledged all."""
    host, _, port = url.removeprefix("mqtt://").partition(":")
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.connect(host, int(port))
    client.loop_start()
    for topic, payload in messages:
        client.publish(topic, payload, qos=1).wait_for_publish(10)
    client.disconnect()
    client.loop_stop()


async def test_same_id_with_another_body(ingest: RunningIngest, written: Written) -> None:
    """One `call_id` with two bodies is two signals; each body again is its repeat."""
    async with httpx.AsyncClient(base_url=ingest.url, timeout=30) as client:
        bodies = [{"call_id": "same", "nature": "sos", "at": at} for at in ("2026-05-04T21:12:03Z", None)] * 2
        answers = [await client.post("/v1/kiosks/fi-kiosk/calls", json=body) for body in bodies]
    ids = [answer.json()[0]["signal_id"] for answer in answers]
    assert (ids[0], ids[1]) == (ids[2], ids[3])
    assert ids[0] != ids[1]
    assert len([message for message in written.new() if isinstance(message, Signal)]) == 2


async def test_a_sequence_that_begins_again(ingest: RunningIngest, written: Written) -> None:
    """9999 is followed by 0001, and after a reboot 0001 comes once more with another time: three alarms, no repeat; the
    same bytes once more are one."""
    at = datetime.now(UTC).replace(microsecond=0)
    times = ((9999, at - timedelta(seconds=60)), (1, at - timedelta(seconds=30)), (1, at), (1, at))
    for sequence, moment in times:
        frame = frames.plain("Nri1/BA02^wrap^", account="F70001", sequence=sequence, at=moment)
        assert b'"ACK"%04d' % sequence in await tell(ingest.dc09_port, frame)
    raised = [m for m in written.new() if isinstance(m, Signal) and m.device == "fi-panel"]
    assert [signal.mark for signal in raised] == ["9999", "0001", "0001"]


async def test_an_app_sos_is_never_one_too_many(ingest: RunningIngest, written: Written) -> None:
    """Five hundred SOS from one address at once are five hundred signals: no rate refuses one."""
    async with httpx.AsyncClient(base_url=ingest.url, timeout=60) as client:
        posts = (client.post("/v1/sos", content=json.dumps({"sos_id": f"rate-{n}"})) for n in range(500))
        answers = await asyncio.gather(*posts)
    assert {answer.status_code for answer in answers} == {202}
    assert len({m.subject for m in written.new() if isinstance(m, Signal)}) == 500
