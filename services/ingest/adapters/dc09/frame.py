"""One DC-09 frame from its bytes, tolerant where real panels err and strict where it matters (the CRC).

Standard: ANSI/SIA DC-09-2013 section 5.5.1, `<crc><0LLL><"id"><seq><Rrcvr><Lpref><#acct>[<data>]<xdata><timestamp>`.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from services.ingest.adapters.dc09.crc import crc16
from services.ingest.adapters.dc09.splitter import HEADER

_ROUTE = re.compile(
    r'"(?P<star>\*?)(?P<token>[A-Z0-9-]{1,20})"(?P<sequence>[0-9]{4})'
    r"(?P<receiver>R[0-9A-Fa-f]{1,6})?(?:L(?P<prefix>[0-9A-Fa-f]*))?(?:#(?P<account>[0-9A-Fa-f]{1,16}))?"
    r"\[(?P<content>.*)",
    re.DOTALL,
)
_CONTENT = re.compile(r"(?P<data>[^\]]*)\](?P<extended>(?:\[[^\]]*\])*)(?:_(?P<timestamp>[0-9:,-]*))?\s*", re.DOTALL)
_EXTENDED = re.compile(r"\[([A-Z])([^\]]*)\]")
_DATA_ACCOUNT = re.compile(r"#([0-9A-Fa-f]{3,16})\s*(?:\||$)")
_MIN_ACCOUNT = 3


class FrameFault(StrEnum):
    """Why bytes are not a frame that may be answered."""

    NO_HEADER = "no_header"
    CRC_MISMATCH = "crc_mismatch"
    NO_ROUTE = "no_route"


class FrameError(Exception):
    """These bytes are not a usable frame. Permanent: the panel's repeat is another frame."""

    def __init__(self, fault: FrameFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Content:
    """What stands in and behind the brackets of a readable frame."""

    data: str
    extended: tuple[tuple[str, str], ...] = ()
    timestamp: str | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame with a right CRC. `message` is everything the CRC covers.

    `route` is the text between sequence and bracket as sent (`R…L…#…`), echoed in the reply. `content` is None
    where the frame is encrypted (then `cipher` holds its hex digits) or has no closing bracket.
    """

    token: str
    encrypted: bool
    sequence: str
    route: str
    account: str | None
    content: Content | None
    cipher: str
    message: bytes
    binary_crc: bool
    length_wrong: bool

    @property
    def numbered(self) -> bool:
        """False for sequence 0000, which supervision messages use again and again."""
        return self.sequence != "0000"


def parse(raw: bytes) -> Frame:
    """The frame in these bytes (without LF and CR). Raises FrameError and nothing else."""
    header = HEADER.match(raw)
    if header is None:
        raise FrameError(FrameFault.NO_HEADER)
    message = raw[header.end() - 1 :]
    binary = len(header["crc"]) == 2
    stated = int.from_bytes(header["crc"], "big") if binary else int(header["crc"], 16)
    if stated != crc16(message):
        raise FrameError(FrameFault.CRC_MISMATCH)
    match = _ROUTE.fullmatch(message.decode("latin-1"))
    if match is None:
        raise FrameError(FrameFault.NO_ROUTE)
    return _frame(match, message, binary, _length_wrong(header["length"], len(message)))


def read_content(text: str) -> Content | None:
    """Data, extended data and timestamp of an opened content, or None if its bracket never closes."""
    match = _CONTENT.fullmatch(text)
    if match is None:
        return None
    extended = tuple((found[1], found[2]) for found in _EXTENDED.finditer(match["extended"]))
    return Content(match["data"], extended, match["timestamp"])


def data_account(data: str) -> str | None:
    """The account repeated at the head of the data (`#1234|…`); some panels state it only there."""
    match = _DATA_ACCOUNT.match(data)
    return match[1].upper() if match else None


def _frame(match: re.Match[str], message: bytes, binary: bool, length_wrong: bool) -> Frame:
    encrypted = bool(match["star"])
    content = None if encrypted else read_content(match["content"])
    return Frame(
        token=match["token"],
        encrypted=encrypted,
        sequence=match["sequence"],
        route=match.string[match.end("sequence") : match.start("content") - 1],
        account=_account(match, content),
        content=content,
        cipher=match["content"] if encrypted else "",
        message=message,
        binary_crc=binary,
        length_wrong=length_wrong,
    )


def _account(match: re.Match[str], content: Content | None) -> str | None:
    """The account from the header, else from the data, else from behind a one-digit prefix without `#`."""
    if match["account"]:
        return match["account"].upper()
    inside = data_account(content.data) if content is not None else None
    if inside is not None:
        return inside
    behind = (match["prefix"] or "")[1:]
    return behind.upper() if len(behind) >= _MIN_ACCOUNT else None


def _length_wrong(stated: bytes, length: int) -> bool:
    """`L000` and other texts that are no number count as wrong: accepted, and flagged."""
    try:
        return int(stated, 16) != length
    except ValueError:
        return True
