"""Connections of the HTTP doors: so many an address and in all, and a request must come whole within a known time.

Nobody new is turned away, for the next one may be an SOS: who has been quiet for longest makes place. A request
that has come whole is never cut off; its answer is bounded by reception.
"""

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from services.chassis import logs
from services.chassis.tls import TlsProtocol
from services.ingest import metrics

log = logs.get(__name__)


class CutReason(StrEnum):
    """Why we closed a connection."""

    CROWDED = "crowded"
    SLOW = "slow"


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """`per_address` and `connections` at once; a request (or the first byte of one) must be whole after `request_s`."""

    per_address: int
    connections: int
    request_s: float


class Crowd:
    """The open connections of one server, least recently heard first. Used on one event loop."""

    def __init__(self, limits: HttpLimits) -> None:
        self.limits = limits
        self._open: dict[LimitedProtocol, str] = {}
        self._of: dict[str, dict[LimitedProtocol, None]] = {}

    def enter(self, connection: "LimitedProtocol", address: str) -> None:
        """A new connection; others may have to make place."""
        same = self._of.setdefault(address, {})
        if len(same) >= self.limits.per_address:
            _cut_quietest(same)
        if len(self._open) >= self.limits.connections:
            _cut_quietest(self._open)
        self._open[connection] = address
        same[connection] = None

    def heard(self, connection: "LimitedProtocol") -> None:
        """It said something: it goes to the end of the row."""
        address = self._open.pop(connection, None)
        if address is not None:
            self._open[connection] = address
            same = self._of[address]
            same.pop(connection)
            same[connection] = None

    def leave(self, connection: "LimitedProtocol") -> None:
        """It has gone."""
        address = self._open.pop(connection, None)
        if address is None:
            return
        same = self._of[address]
        same.pop(connection)
        if not same:
            del self._of[address]


class LimitedProtocol(TlsProtocol):
    """One connection, with a deadline for what it sends."""

    crowd: Crowd

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Enters the crowd; the first request is awaited from now on."""
        super().connection_made(transport)
        self._midway = True
        self._deadline: asyncio.TimerHandle | None = None
        self._await_whole()
        self.crowd.enter(self, self.client[0] if self.client else "")

    def connection_lost(self, exc: Exception | None) -> None:
        """Leaves the crowd."""
        self._whole()
        self.crowd.leave(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """As ever; a request that is not whole after it gets a deadline, which further bytes do not move."""
        self.crowd.heard(self)
        super().data_received(data)
        if self._midway:
            self._await_whole()

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        self._midway = True
        super().on_message_begin()

    def on_message_complete(self) -> None:
        """The last byte of its body."""
        self._whole()
        super().on_message_complete()

    @property
    def answering(self) -> bool:
        """True while a whole request waits for its answer."""
        return not self._midway and self.cycle is not None and not self.cycle.response_complete

    @property
    def between(self) -> bool:
        """True while it only keeps the connection."""
        return not self._midway and not self.answering

    def cut(self, reason: CutReason) -> None:
        """Closes it from our side."""
        metrics.HTTP_CUT.labels(reason.value).inc()
        self.transport.close()

    def _await_whole(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(self.crowd.limits.request_s, self._too_slow)

    def _whole(self) -> None:
        self._midway = False
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        self._deadline = None
        self.cut(CutReason.SLOW)


def limited(limits: HttpLimits) -> type[LimitedProtocol]:
    """The protocol class of one server."""
    members: dict[str, Any] = {"crowd": Crowd(limits)}
    return type("LimitedProtocol", (LimitedProtocol,), members)


def _cut_quietest(some: "dict[LimitedProtocol, Any]") -> None:
    """Who keeps a connection for nothing goes first, then who has not finished a request; nobody who is answered."""
    quietest = next((one for one in some if one.between), None) or next((o for o in some if not o.answering), None)
    if quietest is None:
        return
    log.warning("http_crowded", count=len(some))
    quietest.crowd.leave(quietest)
    quietest.cut(CutReason.CROWDED)
