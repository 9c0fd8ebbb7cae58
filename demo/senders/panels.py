"""Building panels: one TCP connection a frame, repeated until acknowledged, as the letter of DC-09 has it."""

import asyncio
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from demo.ledger import Ledger, Sent, Way
from demo.pulse import Pulse
from demo.senders.dc09_frame import Frame, answer_of, build, clock_of

ANSWER_S = 4.0
"""How long a panel waits for an answer before it repeats."""
PAUSE_S = 0.5
LAST_NUMBER = 9999
SECOND = timedelta(seconds=1)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def _counter() -> int:
    """Where a panel's counter stands: a real one goes on from its last evening, and so never repeats itself soon."""
    return int(time.time()) % LAST_NUMBER


@dataclass
class Panel:
    """One panel. Its clock may be wrong (`drift`) until a NAK sets it; no two of its frames bear one second."""

    device: str
    account: str
    receiver: tuple[str, int]
    ledger: Ledger
    pulse: Pulse
    key: bytes | None = None
    drift: timedelta = timedelta()
    backups: tuple[tuple[str, int], ...] = ()
    """Further receivers, as real panels have them: a silent one is followed by the next."""
    naks: int = 0
    silences: int = 0
    _turned: int = 0
    _sequence: int = field(default_factory=_counter)
    _last: datetime = LONG_AGO
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def report(self, data: str, *, urgent: bool, what: str, token: str = "SIA-DCS") -> tuple[Sent, bytes]:
        """Sends one event until it is acknowledged; the record, and the frame as sent last."""
        async with self._turn:
            frame = await self._next(token, data)
            sent = Sent(Way.DC09, self.device, urgent, asyncio.get_running_loop().time(), what)
            self.ledger.sent.append(sent)
            raw = await self._until_acknowledged(frame, sent)
        return sent, raw

    async def resend(self, raw: bytes, first: Sent) -> Sent:
        """The same bytes once more, as a panel does that missed the answer."""
        again = replace(first, sent_at=asyncio.get_running_loop().time(), repeat=True, acknowledged_at=None)
        self.ledger.sent.append(again)
        reply = await self._exchange(raw)
        while answer_of(reply) != "ACK":
            await asyncio.sleep(PAUSE_S)
            reply = await self._exchange(raw)
        again.acknowledged_at = asyncio.get_running_loop().time()
        return again

    async def report_damaged(self, data: str) -> bytes:
        """Sends a frame with a wrong CRC once, and returns what came back (nothing, if the receiver is right)."""
        async with self._turn:
            frame = await self._next("SIA-DCS", data)
            return await self._exchange(build(frame, spoil_crc=True), wait_s=1.5)

    async def alive(self) -> Sent:
        """A supervision frame."""
        sent, _ = await self.report("", urgent=False, what="supervision", token="NULL")
        return sent

    async def _next(self, token: str, data: str) -> Frame:
        self._sequence = self._sequence % LAST_NUMBER + 1
        return Frame(token, self.account, self._sequence, data, await self._moment(), self.key)

    async def _moment(self) -> datetime:
        """The panel's time, later than its last frame's by a second at least."""
        early = (self._last + SECOND - (datetime.now(UTC) + self.drift)).total_seconds()
        if early > 0:
            await asyncio.sleep(early)
        self._last = max(self._last + SECOND, datetime.now(UTC) + self.drift).replace(microsecond=0)
        return self._last

    async def _until_acknowledged(self, frame: Frame, sent: Sent) -> bytes:
        while True:
            raw = build(frame)
            sent.attempts += 1
            sent.device_at = frame.at
            reply = await self._exchange(raw)
            answer = answer_of(reply)
            if answer == "ACK":
                sent.acknowledged_at = asyncio.get_running_loop().time()
                self.pulse.beat()
                return raw
            if answer == "NAK" and (theirs := clock_of(reply)) is not None:
                self.naks += 1
                self.drift, self._last = theirs - datetime.now(UTC), LONG_AGO
                frame = replace(frame, at=await self._moment())
                continue
            self.silences += 1
            self._turned += 1
            await asyncio.sleep(PAUSE_S)

    async def _exchange(self, raw: bytes, wait_s: float = ANSWER_S) -> bytes:
        """Sends and returns what came back; nothing if the receiver was away or silent."""
        try:
            async with asyncio.timeout(wait_s):
                receivers = (self.receiver, *self.backups)
                reader, writer = await asyncio.open_connection(*receivers[self._turned % len(receivers)])
                try:
                    writer.write(raw)
                    await writer.drain()
                    return await reader.readuntil(b"\r")
                finally:
                    writer.close()
        except (TimeoutError, OSError, asyncio.IncompleteReadError):
            return b""
