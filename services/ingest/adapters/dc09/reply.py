"""What a panel is answered: ACK, NAK with our time, DUH. DC-09 sections 5.5.1.11 to 5.5.1.13."""

from datetime import datetime
from enum import StrEnum

from services.ingest.adapters.dc09.crc import crc16
from services.ingest.adapters.dc09.encryption import seal_content
from services.ingest.adapters.dc09.frame import Frame
from services.ingest.adapters.dc09.timestamp import write


class Answer(StrEnum):
    """ACK: durable. NAK: set your clock and repeat. DUH: we cannot use it. NONE: repeat, or it was damaged."""

    ACK = "ACK"
    NAK = "NAK"
    DUH = "DUH"
    NONE = "none"


def reply(frame: Frame, answer: Answer, now: datetime, key: bytes | None = None) -> bytes:
    """The bytes to send, empty for NONE. `key` given: the ACK is encrypted, as the frame was."""
    if answer is Answer.NONE:
        return b""
    if answer is Answer.NAK:
        # The standard fixes these fields: a NAK belongs to no message, it only carries the time.
        body = f'"NAK"0000R0L0A0[]{write(now)}'
    elif answer is Answer.ACK and key is not None:
        body = f'"*ACK"{frame.sequence}{_route(frame)}[{seal_content("]" + write(now), key)}'
    else:
        body = f'"{answer.value}"{frame.sequence}{_route(frame)}[]'
    return envelope(body.encode("latin-1"), frame.binary_crc)


def envelope(message: bytes, binary_crc: bool = False) -> bytes:
    """LF, CRC, length, message, CR; the CRC in the form that the panel itself uses."""
    crc = crc16(message)
    checksum = crc.to_bytes(2, "big") if binary_crc else b"%04X" % crc
    return b"\n" + checksum + b"%04X" % len(message) + message + b"\r"


def _route(frame: Frame) -> str:
    """Receiver, prefix and account as the panel wrote them; the account is added where it stood only inside."""
    if "#" in frame.route or frame.account is None or frame.route.upper().endswith(frame.account):
        return frame.route
    return f"{frame.route}#{frame.account}"
