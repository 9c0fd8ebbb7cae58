"""Cutting a panel's byte stream."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.adapters.dc09.splitter import MAX_FRAME, Splitter
from tests.unit.ingest import frames

ONE = frames.plain("Nri1/FA01", sequence=1)
TWO = frames.plain("Nri1/BA02", sequence=2)


def framed(stream: bytes) -> list[bytes]:
    """What one feed and the end of the stream give, as frames."""
    splitter = Splitter()
    return [piece.raw for piece in [*splitter.feed(stream), *splitter.close()] if piece.framed]


def bare(frame: bytes) -> bytes:
    """The frame without LF and CR."""
    return frame[1:-1]


def test_several_frames_in_one_segment() -> None:
    """Two frames that arrive in one segment come out as two, in order."""
    assert framed(ONE + TWO) == [bare(ONE), bare(TWO)]


def test_one_frame_over_several_segments() -> None:
    """A frame that arrives byte by byte comes out once, when its CR has come."""
    splitter = Splitter()
    pieces = [splitter.feed(bytes([byte])) for byte in ONE]
    assert [piece.raw for found in pieces for piece in found] == [bare(ONE)]
    assert pieces[-1]


@pytest.mark.parametrize("value", [b"\r\n", b"\n\r", b"\n\n", b"\r\r", b'"\n', b"\n0"])
def test_binary_crc_may_hold_line_ends(value: bytes) -> None:
    """A two-byte CRC that looks like CR or LF does not cut its frame, whole or byte by byte."""
    frame = b"\n" + value + b'0012"NULL"0000L0#1234[]\r'
    assert framed(frame + ONE) == [frame[1:-1], bare(ONE)]
    splitter = Splitter()
    single = [piece.raw for byte in frame + ONE for piece in splitter.feed(bytes([byte]))]
    assert single == [frame[1:-1], bare(ONE)]


@pytest.mark.parametrize(
    "stream",
    [bare(ONE) + b"\r" + TWO, ONE[:-1] + TWO, ONE + b"\n" + TWO, ONE[:-1] + b"\r\n" + TWO[1:], b"\r\n" + ONE + TWO],
    ids=["no-lf", "no-cr", "lf-lf", "crlf-no-lf", "leading-crlf"],
)
def test_missing_or_doubled_line_ends(stream: bytes) -> None:
    """Senders that leave an LF or CR out, or send both, still get each frame read once."""
    assert framed(stream) == [bare(ONE), bare(TWO)]


def test_frame_without_end_counts_when_the_stream_ends() -> None:
    """A frame whose CR never came is read when its sender closes."""
    assert framed(ONE[:-1]) == [bare(ONE)]


def test_junk_between_frames_hurts_neither() -> None:
    """Garbage comes out once as junk; the frames before and after it are read."""
    splitter = Splitter()
    pieces = splitter.feed(ONE + b"\nthis is not a parsable event\r" + TWO)
    assert [piece.framed for piece in pieces] == [True, False, True]
    assert pieces[1].raw == b"this is not a parsable event"


def test_oversized_line_is_cut_and_skipped() -> None:
    """A line beyond the limit gives one junk piece of at most the limit, and the next frame is read."""
    splitter = Splitter()
    pieces = [piece for _ in range(40) for piece in splitter.feed(b"x" * 1000)]
    pieces += splitter.feed(b"\r" + ONE)
    assert [piece.framed for piece in pieces] == [False, True]
    assert len(pieces[0].raw) == MAX_FRAME
    assert pieces[1].raw == bare(ONE)


@given(st.binary(max_size=300), st.integers(0, 2**32))
def test_any_bytes_before_a_frame_do_not_hide_it_for_long(noise: bytes, seed: int) -> None:
    """Whatever came before, in whatever segments, the second of two frames is read."""
    stream = noise + b"\r" + ONE + TWO
    splitter, dice, found, place = Splitter(), random.Random(seed), [], 0
    while place < len(stream):
        step = dice.randint(1, 50)
        found += splitter.feed(stream[place : place + step])
        place += step
    assert any(piece.raw == bare(TWO) and piece.framed for piece in [*found, *splitter.close()])
    assert not splitter.partial
