"""What every channel keeps to."""

from dataclasses import dataclass
from typing import Protocol

from services.notify.domain.directory import AgencyEntry
from services.notify.domain.reasons import RETRYABLE, NotifyReason
from services.notify.domain.wording import Letter


@dataclass(frozen=True, slots=True)
class Attempt:
    """How one attempt ended. `asked_s`: seconds the receiver asked us to wait (0 if it did not)."""

    reason: NotifyReason
    asked_s: float = 0.0

    @property
    def delivered(self) -> bool:
        """True once the receiver has said that it has the letter."""
        return self.reason is NotifyReason.DELIVERED

    @property
    def retryable(self) -> bool:
        """True if another attempt may succeed."""
        return self.reason in RETRYABLE


class Channel(Protocol):
    """Sends one letter, once, within `longest_s` seconds. Never raises for what the outside does."""

    name: str
    longest_s: float

    async def send(self, key: str, letter: Letter, recipient: AgencyEntry) -> Attempt:
        """One attempt. `key` is the same for every attempt of one notification, so that the receiver can tell."""
        ...
