"""Cuts a byte stream into frames: several in one segment, one over several, without LF, with a binary CRC.

A frame is `<LF><crc><0LLL>"…<CR>`. The CRC is four hex digits or, on some panels, two raw bytes, which may
themselves be LF or CR: so the end is only looked for behind the first quote. What is not a frame comes out as
junk, once, so that it is kept and counted and the next frame is still read.
"""

import re
from dataclasses import dataclass

MAX_FRAME = 4096
"""Bytes of one frame without LF and CR. DC-09's length field ends at 0x0FFF."""

HEADER = re.compile(rb'(?P<crc>[0-9A-Fa-f]{4}|.{2})(?P<length>[0-9A-Za-z]{4})"', re.DOTALL)
_LONGEST_HEADER, _SHORTEST_HEADER = 9, 7
_LINE_END = re.compile(rb"[\r\n]")


@dataclass(frozen=True, slots=True)
class Piece:
    """One frame (`framed`) or one run of bytes that is none, without LF and CR."""

    raw: bytes
    framed: bool


class Splitter:
    """The unread rest of one connection's stream. At most MAX_FRAME bytes are held between calls."""

    def __init__(self) -> None:
        self._rest = b""
        self._skipping = False

    @property
    def partial(self) -> bool:
        """True while something that may become a frame has begun but not ended."""
        return bool(self._rest.strip(b"\r\n"))

    def feed(self, data: bytes) -> list[Piece]:
        """The pieces that these bytes complete, in order."""
        self._rest += data
        return self._pieces(final=False)

    def close(self) -> list[Piece]:
        """What is left when the stream ends; a frame whose CR never came still counts as one."""
        return self._pieces(final=True)

    def _pieces(self, final: bool) -> list[Piece]:
        pieces: list[Piece] = []
        while self._rest:
            if self._skipping and not self._skip():
                break
            piece = self._next(final)
            if piece is None:
                break
            pieces.append(piece)
        return pieces

    def _next(self, final: bool) -> Piece | None:
        """The next piece, or None if more bytes are needed."""
        while self._rest:
            start = 1 if self._rest.startswith(b"\n") else 0
            header = HEADER.match(self._rest, start)
            if header is not None:
                return self._cut(start, header.end(), True, final)
            if len(self._rest) - start < _LONGEST_HEADER and not final and not _LINE_END.search(self._rest, start):
                return None  # the rest of a header may still come
            if self._rest[:1] not in b"\r\n":
                return self._cut(0, 0, False, final)
            if len(self._rest) - start < _SHORTEST_HEADER and not final:
                return None  # a binary CRC may hold CR or LF
            self._rest = self._rest[1:]
        return None

    def _cut(self, start: int, search_from: int, framed: bool, final: bool) -> Piece | None:
        end = _LINE_END.search(self._rest, search_from)
        stop = end.start() if end is not None else len(self._rest)
        if stop - start > MAX_FRAME:
            self._skipping, stop, framed = True, start + MAX_FRAME, False
        elif end is None and not final:
            return None
        piece = Piece(self._rest[start:stop], framed)
        # The line end stays: an LF in the place of a CR is already the next frame's first byte.
        self._rest = self._rest[stop:]
        return piece

    def _skip(self) -> bool:
        """Drop the rest of an oversized line; True once its end has come."""
        end = _LINE_END.search(self._rest)
        self._rest = self._rest[end.start() :] if end is not None else b""
        self._skipping = end is None
        return end is not None
