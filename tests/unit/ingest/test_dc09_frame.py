"""Reading one DC-09 frame, encryption and replies."""

import contextlib
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingest.adapters.dc09 import timestamp
from services.ingest.adapters.dc09.crc import crc16
from services.ingest.adapters.dc09.encryption import Unreadable, open_content, seal_content
from services.ingest.adapters.dc09.frame import FrameError, parse, read_content
from services.ingest.adapters.dc09.reply import Answer, reply
from tests.unit.ingest import frames
from tests.unit.ingest.world import START

ACCOUNTS = st.text("0123456789ABCDEF", min_size=3, max_size=16)
DATA = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="]\x7f"), max_size=60)


@given(st.binary(max_size=200))
def test_crc_agrees_with_a_second_implementation(message: bytes) -> None:
    """The table-driven CRC-16/ARC equals one computed bit by bit."""
    assert crc16(message) == frames.crc(message)


def test_crc_check_value() -> None:
    """CRC-16/ARC of `123456789` is the published check value."""
    assert crc16(b"123456789") == 0xBB3D


@given(ACCOUNTS, st.integers(0, 9999), DATA, st.booleans())
def test_built_frames_are_read_back(account: str, sequence: int, data: str, binary: bool) -> None:
    """A frame built by the standard comes back with its account, sequence and data."""
    raw = frames.plain(data, account=account, sequence=sequence, binary_crc=binary, at=START)[1:-1]
    frame = parse(raw)
    assert (frame.account, frame.sequence, frame.binary_crc) == (account, f"{sequence:04d}", binary)
    assert frame.content is not None
    assert frame.content.data == f"#{account}|{data}"
    assert timestamp.read(frame.content.timestamp or "") == START
    assert not frame.length_wrong


@settings(max_examples=500)
@given(st.binary(max_size=300))
def test_parser_raises_only_its_own_error(raw: bytes) -> None:
    """Arbitrary bytes, also behind a right CRC, are a frame or a FrameError, nothing else."""
    for candidate in (raw, frames.envelope(b'"' + raw)[1:-1]):
        with contextlib.suppress(FrameError):
            assert parse(candidate).message == candidate[candidate.index(b'"') :]


def test_wrong_crc_is_refused() -> None:
    """A frame whose CRC does not fit is damaged, whatever it says."""
    with pytest.raises(FrameError, match="crc_mismatch"):
        parse(frames.plain("Nri1/FA01", wrong_crc=True)[1:-1])


@pytest.mark.parametrize("length", ["0000", "L000", "0FFF", "0LLL"])
def test_wrong_length_is_accepted_and_told(length: str) -> None:
    """Panels with a wrong or literal length field are read; the fault is told."""
    assert parse(frames.plain("Nri1/FA01", length=length)[1:-1]).length_wrong


@pytest.mark.parametrize(
    ("message", "account"),
    [
        ('"SIA-DCS"4738R0001L0001[#006969|Nri04/OP001NM]', "006969"),
        ('"SIA-DCS"0001L01234[|Nri1/BA1]', "1234"),
        ('"SIA-DCS"0001L0[|Nri1/BA1]', None),
        ('"SIA-DCS"0001L0#abc[Nri1/WA000]', "ABC"),
    ],
)
def test_account_without_hash(message: str, account: str | None) -> None:
    """The account is found in the header, in the data, or behind a one-digit prefix; else there is none."""
    assert parse(frames.envelope(message.encode())[1:-1]).account == account


@given(st.sampled_from([16, 24, 32]), DATA)
def test_sealed_content_opens(length: int, data: str) -> None:
    """What is sealed with a key of each length opens with it."""
    key = bytes(range(length))
    content = f"|{data}]_21:12:03,05-04-2026"
    assert open_content(seal_content(content, key), key) == content[1:]


def test_padding_differs_each_time() -> None:
    """Two seals of one content differ, as the standard's zero vector would otherwise show repeats."""
    assert seal_content("]_21:12:03,05-04-2026", frames.KEY) != seal_content("]_21:12:03,05-04-2026", frames.KEY)


def test_open_a_supervision_message_of_a_real_panel() -> None:
    """An empty content is padding up to the bracket; real panels send no bar there."""
    cipher = "B4BC8B40D0E6D959D6BEA78E88CC0B2155741A3C44FBB96D476A3E557CAD64D9"
    content = read_content(open_content(cipher, b"AAAAAAAAAAAAAAAA"))
    assert content is not None
    assert (content.data, content.timestamp) == ("", "18:24:52,07-05-2020")


@given(st.text("0123456789ABCDEFG]", max_size=100))
def test_cipher_text_that_is_none_is_unreadable(cipher: str) -> None:
    """Anything but a sealed content is Unreadable or opens to something bracketed, and nothing else is raised."""
    with contextlib.suppress(Unreadable):
        assert "]" in open_content(cipher, frames.KEY)


@pytest.mark.parametrize(("age_s", "accepted"), [(40, True), (41, False), (-20, True), (-21, False), (0, True)])
def test_time_window(age_s: int, accepted: bool) -> None:
    """Encrypted frames are accepted from 40 s old to 20 s ahead, both included."""
    assert timestamp.in_window(START - timedelta(seconds=age_s), START) is accepted


@pytest.mark.parametrize("text", ["14:12:04,09-25-201", "", "25:00:00,01-01-2026", "14:12:04,02-30-2026", "x"])
def test_timestamps_that_are_none(text: str) -> None:
    """A cut-off or impossible time is no time."""
    assert timestamp.read(text) is None


def test_ack_echoes_the_route() -> None:
    """The ACK bears the frame's sequence, receiver, prefix and account, a right CRC and length."""
    frame = parse(frames.plain("Nri1/FA01", account="12345A", sequence=9876, route="R579BDFL789ABC#12345A")[1:-1])
    assert reply(frame, Answer.ACK, START) == frames.envelope(b'"ACK"9876R579BDFL789ABC#12345A[]')


def test_ack_in_the_panels_crc_form() -> None:
    """A panel that sends a binary CRC is answered with one."""
    frame = parse(frames.plain("Nri1/FA01", binary_crc=True)[1:-1])
    assert reply(frame, Answer.ACK, START) == frames.envelope(b'"ACK"0001L0#571001[]', binary_crc=True)


def test_nak_carries_our_time() -> None:
    """The NAK has the standard's fixed fields and our time in GMT, so that the panel can set its clock."""
    frame = parse(frames.encrypted("Nri1/FA01", START)[1:-1])
    assert reply(frame, Answer.NAK, START) == frames.envelope(b'"NAK"0000R0L0A0[]_21:12:03,05-04-2026')


def test_encrypted_ack_opens_with_the_panels_key() -> None:
    """The answer to an encrypted frame is encrypted and bears our time."""
    frame = parse(frames.encrypted("Nri1/FA01", START, sequence=7)[1:-1])
    answer = reply(frame, Answer.ACK, START, frames.KEY)
    sent = parse(answer[1:-1])
    assert (sent.token, sent.encrypted, sent.sequence, sent.account) == ("ACK", True, "0007", "571005")
    assert frames.decrypt(sent.cipher).endswith("]_21:12:03,05-04-2026")
