"""One piece of a panel's stream in, the bytes to answer out: the same for TCP and UDP."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.chassis import logs
from services.chassis.clock import Clock
from services.ingest import metrics
from services.ingest.adapters.dc09.encryption import Unreadable, open_content
from services.ingest.adapters.dc09.frame import Content, Frame, FrameError, FrameFault, parse, read_content
from services.ingest.adapters.dc09.keys import PanelKeys
from services.ingest.adapters.dc09.reply import Answer, reply
from services.ingest.adapters.dc09.splitter import Piece
from services.ingest.adapters.dc09.timestamp import in_window, read
from services.ingest.adapters.dc09.understanding import Reading, understand, unreadable
from services.ingest.directory import Directory
from services.ingest.packs import Directories
from services.ingest.reception import NotAccepted, Reception
from services.ingest.rejected import Rejected

log = logs.get(__name__)


class FrameResult(StrEnum):
    """What became of one frame: label of its metric, field of its log line."""

    ACKNOWLEDGED = "acknowledged"
    UNUSABLE = "unusable"
    OUTSIDE_WINDOW = "outside_window"
    NOT_DURABLE = "not_durable"
    NO_HEADER = FrameFault.NO_HEADER.value
    CRC_MISMATCH = FrameFault.CRC_MISMATCH.value
    NO_ROUTE = FrameFault.NO_ROUTE.value
    FAULT = "fault"
    CROWDED = "crowded"


@dataclass(frozen=True, slots=True)
class _Opened:
    """A frame's content where it could be read, and the key that encrypts the answer."""

    content: Content | None
    key: bytes | None


class Conversation:
    """Answers panels. A frame with a wrong CRC is kept aside and gets no answer, as the standard has it."""

    def __init__(
        self, reception: Reception, directories: Directories, keys: PanelKeys, rejected: Rejected, clock: Clock
    ) -> None:
        self._reception, self._directories, self._keys = reception, directories, keys
        self._rejected, self._clock = rejected, clock

    async def answer(self, piece: Piece, transport: str, address: str) -> bytes:
        """The reply to one piece, empty where there is none. Never raises for anything a panel may send."""
        door = f"dc09_{transport}"
        try:
            frame = parse(piece.raw) if piece.framed else None
            fault = FrameFault.NO_HEADER
        except FrameError as error:
            frame, fault = None, error.fault
        if frame is None:
            await self._rejected.keep(piece.raw, fault.value, f"{door} {address}")
            _note(transport, FrameResult(fault.value), None)
            return b""
        try:
            result, answer = await self._answer(frame, door, address)
        except NotAccepted:
            result, answer = FrameResult.NOT_DURABLE, b""
        except Exception:
            # Our own mistake over one frame must not cost the panel its connection, nor the frame its trace.
            log.exception("dc09_fault", token=frame.token)
            await self._rejected.keep(piece.raw, FrameResult.FAULT.value, f"{door} {address}")
            result, answer = FrameResult.FAULT, b""
        _note(transport, result, frame)
        return answer

    async def _answer(self, frame: Frame, door: str, address: str) -> tuple[FrameResult, bytes]:
        now = self._clock.now()
        directory = self._directories.current(door, now)
        opened = self._open(frame, directory)
        if frame.encrypted and opened.content is not None and not _timely(opened.content, now):
            await self._rejected.keep(frame.message, FrameResult.OUTSIDE_WINDOW.value, f"{door} {address}")
            return FrameResult.OUTSIDE_WINDOW, reply(frame, Answer.NAK, now)
        reading = _read(frame, opened.content, directory, now)
        await asyncio.gather(*(self._reception.receive(signal, door) for signal in reading.signals))
        if not reading.usable:
            return FrameResult.UNUSABLE, reply(frame, Answer.DUH, now)
        key = opened.key if frame.encrypted else None
        return FrameResult.ACKNOWLEDGED, reply(frame, Answer.ACK, self._clock.now(), key)

    def _open(self, frame: Frame, directory: Directory) -> _Opened:
        if not frame.encrypted:
            return _Opened(frame.content, None)
        known = directory.panel(frame.account)
        panel = known.device.panel if known is not None else None
        key = self._keys.key(panel.key_ref) if panel is not None else None
        if key is None:
            return _Opened(None, None)
        try:
            return _Opened(read_content(open_content(frame.cipher, key)), key)
        except Unreadable as error:
            log.warning("dc09_content_unreadable", **logs.fault(error))
            return _Opened(None, None)


def _read(frame: Frame, content: Content | None, directory: Directory, now: datetime) -> Reading:
    return unreadable(frame, directory) if content is None else understand(frame, content, directory, now)


def _timely(content: Content, now: datetime) -> bool:
    """Encrypted frames must bear a time within the window; without one they could be replayed."""
    return in_window(read(content.timestamp or ""), now)


def _note(transport: str, result: FrameResult, frame: Frame | None) -> None:
    metrics.DC09_FRAMES.labels(transport, result.value).inc()
    log.log(
        logging.DEBUG if result is FrameResult.ACKNOWLEDGED else logging.WARNING,
        "dc09_frame",
        transport=transport,
        result=result.value,
        token=frame.token if frame else None,
        encrypted=frame.encrypted if frame else None,
        sequence=frame.sequence if frame else None,
    )
