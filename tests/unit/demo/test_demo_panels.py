"""The demo's panels: their frames, and what they do with each answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from demo.ledger import Ledger
from demo.pulse import Pulse
from demo.senders.dc09_frame import Frame, answer_of, build, clock_of, crc16
from demo.senders.panels import Panel
from services.ingest.adapters.dc09.encryption import open_content
from services.ingest.adapters.dc09.frame import FrameError, parse, read_content

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
KEY = bytes(range(16))
ACK = b'\n0000000C"ACK"0001R0L0#1[]\r'
NAK = b'\n00000000"NAK"0000R0L0A0[]_12:00:00,03-01-2026\r'


def test_the_checksum_is_crc_16_arc() -> None:
    """The published check value of CRC-16/ARC."""
    assert crc16(b"123456789") == 0xBB3D


def test_a_plain_frame_is_read_by_the_receiver_as_it_was_meant() -> None:
    """Ingest's parser, written by others from the same standard, reads account, sequence, data and time."""
    frame = parse(build(Frame("SIA-DCS", "571001", 42, "Nri1/FA01", NOON)).strip(b"\n\r"))
    assert (frame.token, frame.account, frame.sequence) == ("SIA-DCS", "571001", "0042")
    assert frame.content is not None
    assert "Nri1/FA01" in frame.content.data
    assert frame.content.timestamp == "12:00:00,03-01-2026"


def test_an_encrypted_frame_opens_with_its_key() -> None:
    """The content is hidden, and comes out whole."""
    raw = build(Frame("SIA-DCS", "571005", 1, "Nri1/HA02", NOON, KEY))
    frame = parse(raw.strip(b"\n\r"))
    assert b"HA02" not in raw
    assert frame.encrypted
    opened = read_content(open_content(frame.cipher, KEY))
    assert opened is not None
    assert "Nri1/HA02" in opened.data


def test_a_spoilt_frame_is_refused() -> None:
    """The wrong CRC of the story is wrong to a receiver too."""
    with pytest.raises(FrameError):
        parse(build(Frame("SIA-DCS", "571001", 1, "Nri1/FA01", NOON), spoil_crc=True).strip(b"\n\r"))


def test_answers_are_told_apart() -> None:
    """ACK, encrypted ACK, NAK with its time, and noise."""
    assert answer_of(ACK) == answer_of(b'"*ACK"0001[AB') == "ACK"
    assert (answer_of(NAK), clock_of(NAK)) == ("NAK", NOON)
    assert (answer_of(b"noise"), clock_of(b"noise")) == (None, None)


@asynccontextmanager
async def receiver(*answers: bytes | None) -> AsyncIterator[tuple[tuple[str, int], list[bytes]]]:
    """A TCP receiver that gives these answers in turn, one a connection (None: silence); and what it received."""
    received: list[bytes] = []
    left = list(answers)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.append(await reader.readuntil(b"\r"))
        answer = left.pop(0)
        if answer is not None:
            writer.write(answer)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[:2], received


def panel(address: tuple[str, int], drift: timedelta = timedelta()) -> Panel:
    """A panel that reports there, with a clock that is wrong by `drift`."""
    return Panel("panel", "571001", address, Ledger(), Pulse(), drift=drift)


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("demo.senders.panels.PAUSE_S", 0.01)


async def test_a_panel_repeats_the_same_frame_until_it_is_acknowledged() -> None:
    """Silence and DUH are no acknowledgement; the bytes stay the same, so the receiver knows the repeat."""
    async with receiver(None, b'"DUH"', ACK) as (address, received):
        sent, _ = await panel(address).report("Nri1/FA01", urgent=True, what="fire")
    assert len(set(received)) == 1
    assert (sent.attempts, sent.acknowledged_at is not None) == (3, True)


async def test_a_nak_sets_the_panels_clock() -> None:
    """The frame after it bears the receiver's time, and the ledger knows which time that was."""
    async with receiver(NAK, ACK) as (address, received):
        ours = panel(address, drift=timedelta(days=400))
        sent, _ = await ours.report("Nri1/FA01", urgent=True, what="fire")
    assert ours.naks == 1
    assert b"03-01-2026" in received[1]
    assert sent.device_at is not None
    assert abs(sent.device_at - NOON) < timedelta(seconds=5)


async def test_no_two_frames_of_a_panel_bear_one_second() -> None:
    """Only so can an acknowledged frame be found again among the outcomes."""
    async with receiver(ACK, ACK) as (address, _):
        ours = panel(address)
        first, _ = await ours.report("Nri1/FA01", urgent=True, what="fire")
        second, _ = await ours.report("Nri1/FA02", urgent=True, what="fire")
    assert first.device_at is not None
    assert second.device_at is not None
    assert second.device_at >= first.device_at + timedelta(seconds=1)


async def test_a_damaged_frame_is_sent_once_and_its_silence_returned() -> None:
    """The story asks whether the receiver stayed silent."""
    async with receiver(None) as (address, received):
        assert await panel(address).report_damaged("Nri1/FA01") == b""
    assert len(received) == 1
