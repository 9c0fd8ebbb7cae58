"""Time as an argument: nothing but this file and libraries ask the machine for it."""

from datetime import UTC, datetime
from typing import Protocol

from services.chassis import fault_points


class Clock(Protocol):
    """Something that tells the time."""

    def now(self) -> datetime:
        """Now, aware, UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Now, aware, UTC."""
        return datetime.now(UTC) + fault_points.clock_error()
