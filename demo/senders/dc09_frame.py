"""Frames as a SIA DC-09 panel builds them (ANSI/SIA DC-09-2013 and later), and what its receiver answers."""

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 16
PADDING = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
ANSWER = re.compile(rb'"(?P<token>\*?ACK|NAK|DUH)"')
CLOCK = re.compile(rb"_(\d\d):(\d\d):(\d\d),(\d\d)-(\d\d)-(\d{4})")


@dataclass(frozen=True)
class Frame:
    """What one frame says. `token` SIA-DCS, ADM-CID or NULL; `data` is the block after the bar, without account.

    `at` is whole seconds, written in GMT. `key`: 16, 24 or 32 bytes, or None for a plain frame.
    """

    token: str
    account: str
    sequence: int
    data: str
    at: datetime
    key: bytes | None = None


def build(frame: Frame, *, spoil_crc: bool = False) -> bytes:
    """The bytes on the wire: LF, CRC, 0LLL, message, CR. `spoil_crc` makes the checksum wrong."""
    content = f"#{frame.account}|{frame.data}" if frame.data else ""
    tail = content + "]" + timestamp(frame.at)
    token = frame.token
    if frame.key is not None:
        token = f"*{token}"
        body = encrypt(f"|{tail}" if content else tail, frame.key)
    else:
        body = tail
    message = f'"{token}"{frame.sequence:04d}R0L0#{frame.account}[{body}'.encode("latin-1")
    crc = crc16(message) ^ (0x00FF if spoil_crc else 0)
    return b"\n%04X0%03X" % (crc, len(message)) + message + b"\r"


def crc16(message: bytes) -> int:
    """CRC-16/ARC, from the first quote to before CR."""
    crc = 0
    for byte in message:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
    return crc


def encrypt(content: str, key: bytes) -> str:
    """AES-CBC with the standard's zero vector; random padding before the bar fills the block. Hex."""
    missing = -len(content.encode("latin-1")) % BLOCK
    padded = "".join(secrets.choice(PADDING) for _ in range(missing)) + content
    encryptor = Cipher(algorithms.AES(key), modes.CBC(bytes(BLOCK))).encryptor()
    return (encryptor.update(padded.encode("latin-1")) + encryptor.finalize()).hex().upper()


def timestamp(at: datetime) -> str:
    """`_HH:MM:SS,MM-DD-YYYY` in GMT."""
    return at.astimezone(UTC).strftime("_%H:%M:%S,%m-%d-%Y")


def answer_of(reply: bytes) -> str | None:
    """ACK, NAK or DUH; None if the reply is none of them."""
    found = ANSWER.search(reply)
    return found["token"].decode().lstrip("*") if found else None


def clock_of(reply: bytes) -> datetime | None:
    """The receiver's time in a NAK, to set the panel's clock by."""
    found = CLOCK.search(reply)
    if found is None:
        return None
    hour, minute, second, month, day, year = (int(part) for part in found.groups())
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
